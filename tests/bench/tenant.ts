import { call, timed } from './server.ts'
import { newUser } from './user.ts'

/** A connector with users `user0@x.example` and so on, and groups of them. */
export interface Tenant {
  readonly url: string
  readonly password: string
  readonly ids: readonly string[]
  /** Number of members → the group's id. */
  readonly groups: ReadonlyMap<number, string>
  scim(method: string, path: string, body?: unknown): Promise<string>
}

export const patch = (...Operations: readonly object[]) => ({ Operations })

/** A new organization with one connector, without users. */
export async function newConnector(server: string): Promise<{ url: string; password: string }> {
  const { id } = parse(
    await call(`${server}/management/organizations`, 'POST', { name: 'Bench', plan: 'enterprise' }),
  )
  const path = `${server}/management/organizations/${id}/connectors`
  const connector = parse(await call(path, 'POST', { type: 'entra' }))
  return { url: `${server}/scim/v2/${connector.id}`, password: connector.scim.password }
}

/** A tenant of that many users and, for each size that it has members for, a group. */
export async function newTenant(
  server: string,
  users: number,
  groupSizes: readonly number[],
): Promise<Tenant> {
  const { url, password } = await newConnector(server)
  const scim = (method: string, path: string, body?: unknown): Promise<string> =>
    call(url + path, method, body, `Bearer ${password}`)
  const ids: string[] = []
  await timed(users, 16, async (i) => {
    ids[i] = parse(await scim('POST', '/Users', newUser(`user${i}`))).id
  })
  const groups = new Map<number, string>()
  for (const size of groupSizes.filter((wanted) => wanted <= users)) {
    const { id } = parse(await scim('POST', '/Groups', { displayName: `Group of ${size}` }))
    for (let i = 0; i < size; i += 1_000) {
      const value = ids.slice(i, Math.min(i + 1_000, size)).map((user) => ({ value: user }))
      await scim('PATCH', `/Groups/${id}`, patch({ op: 'Add', path: 'members', value }))
    }
    groups.set(size, id)
  }
  return { url, password, ids, groups, scim }
}

/** An answer that made something: its id and, of a connector, the password. */
function parse(text: string): { readonly id: string; readonly scim: { readonly password: string } } {
  return JSON.parse(text) as ReturnType<typeof parse>
}

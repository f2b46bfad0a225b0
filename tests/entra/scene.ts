import { entraUser, patchOp, type Answer, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'

export const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

type Json = Record<string, unknown>

/** A connector of its own with one user in it. */
export interface Scene {
  readonly connector: TestConnector
  /** The user as it was answered when it was created. */
  readonly user: Answer['json']
  readonly patch: (...operations: readonly Json[]) => Promise<Answer>
  readonly read: () => Promise<Answer>
  /** By a filter, encoded as Entra does: a form, where a blank is + and a plus is %2B. */
  readonly find: (filter: string) => Promise<Answer>
}

export async function newScene(gatehouse: Gatehouse, overrides: Json = {}, settings?: Json): Promise<Scene> {
  const connector = await gatehouse.newConnector(settings)
  const { status, json: user, text } = await connector.scim('POST', '/Users', entraUser(overrides))
  if (status !== 201) throw new Error(`POST of the user: ${text}`)
  const path = `/Users/${user.id}`
  return {
    connector,
    user,
    patch: (...operations) => connector.scim('PATCH', path, patchOp(...operations)),
    read: () => connector.scim('GET', path),
    find: (filter) => connector.scim('GET', `/Users?${new URLSearchParams({ filter }).toString()}`),
  }
}

/** Accounts of the platform, a hundred a request; comes back with their ids in the order of the list. */
export async function importUsers(
  gatehouse: Gatehouse,
  { managementPath }: TestConnector,
  users: readonly Json[],
): Promise<string[]> {
  const ids: string[] = []
  for (let at = 0; at < users.length; at += 100) {
    const body = { users: users.slice(at, at + 100) }
    const { json } = await gatehouse.manage('POST', `${managementPath}/users`, body)
    ids.push(...json.results.map(({ id }: { id: string }) => id))
  }
  return ids
}

/** Who is in a group, in the order of their ids. */
export async function membersOf(connector: TestConnector, path: string): Promise<string[]> {
  const { json } = await connector.scim('GET', path)
  return (json.members ?? []).map(({ value }: { value: string }) => value).toSorted()
}

export const ROLE_TYPE = 'WindowsAzureActiveDirectoryRole'

/** An app role as one JSON text, which is how Entra's legacy mode patches it. */
export const roleBlob = (value: string, displayName = value): Json => ({
  value: JSON.stringify({ id: '0b7e1c66-3a0f-4f5e-9b1a-2f4d8c6e7a10', value, displayName }),
})

export const roleValues = ({ json }: Answer): readonly unknown[] =>
  (json.roles ?? []).map(({ value }: { value: unknown }) => value)

/** The role that counts, as the platform reads it. */
export async function roleOf(gatehouse: Gatehouse, { connector, user }: Scene): Promise<unknown> {
  const { json } = await gatehouse.manage('GET', `${connector.managementPath}/users`)
  return json.users.find((item: Answer['json']) => item.user.id === user.id).role
}

/** The note of the connector's latest activity. */
export async function noteOf(gatehouse: Gatehouse, { connector }: Scene): Promise<string | undefined> {
  const { json } = await gatehouse.manage('GET', `${connector.managementPath}/activity?count=1`)
  return json.activity[0].note
}

import { startProduct } from './server.ts'
import { startStorage } from './storage.ts'
import { newTenant, patch } from './tenant.ts'

/** Resident memory of the Functions process in MiB, with the store in another process and Node's own limits. */
export interface MemoryFigures {
  readonly idle: number
  /** The most while all users were created and listed. */
  readonly provisioned: number
  /** By how much the most grew with a full GET of a group of all of them, and with PATCHes of it. */
  readonly fullGet: number
  readonly groupPatch: number
}

const PAGE = 500
const PATCHES = 200

export async function measureMemory(port: number, users: number): Promise<MemoryFigures> {
  const storage = await startStorage('twin')
  const server = await startProduct(port, storage.connectionString)
  try {
    const idle = server.memory().now
    const tenant = await newTenant(server.url, users, [users])
    for (let start = 1; start <= users; start += PAGE)
      await tenant.scim('GET', `/Users?startIndex=${start}&count=${PAGE}`)
    const provisioned = server.memory().peak
    const group = `/Groups/${tenant.groups.get(users)}`
    for (let i = 0; i < PATCHES; i++) {
      const value = [{ value: tenant.ids[i] }]
      await tenant.scim('PATCH', group, patch({ op: i % 2 ? 'Add' : 'Remove', path: 'members', value }))
    }
    const patched = server.memory().peak
    await tenant.scim('GET', group)
    return {
      idle,
      provisioned,
      groupPatch: patched - provisioned,
      fullGet: server.memory().peak - patched,
    }
  } finally {
    await server.stop()
    storage.stop()
  }
}

import type { ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { ActivityWrites } from './activity.ts'
import { familyKey, userKey } from './keys.ts'
import type { StoredFamily } from './refresh-families.ts'
import type { Store } from './store.ts'
import type { Write } from './table.ts'
import { commit } from './transaction.ts'
import type { StoredUser } from './users.ts'

/** Families that go in the transaction that ends them; more end by the time in the user's row and expire. */
const FAMILIES_AT_ONCE = 90

/**
 * Ends every session and every grant of a user that is unchanged since it was read: what began before `at` is over.
 * One storage request.
 */
export async function endEverything(
  store: Store,
  tenant: Tenant,
  { user, families, at }: { user: StoredUser; families: readonly StoredFamily[]; at: Date },
  activity: ActivityWrites,
): Promise<'changed' | undefined> {
  const values = { sv: at.toISOString(), es: '[]' }
  const writes: readonly Write[] = [
    { kind: 'merge', key: userKey(user.id), values, etag: user.etag },
    ...families.slice(0, FAMILIES_AT_ONCE).map((family) => deleteFamily(user.id, family.id)),
    ...activity,
  ]
  const refusal = await commit(store, tenant, writes, activity[0].key)
  return refusal && 'changed'
}

/** Ends one grant and says so in the log; `missing` where it is over already. One storage request. */
export async function endGrant(
  store: Store,
  tenant: Tenant,
  { user, family }: { user: ResourceId; family: string },
  activity: ActivityWrites,
): Promise<'missing' | undefined> {
  const refusal = await commit(store, tenant, [deleteFamily(user, family), ...activity], activity[0].key)
  return refusal && 'missing'
}

function deleteFamily(user: ResourceId, family: string): Write {
  return { kind: 'delete', key: familyKey(user, family) }
}

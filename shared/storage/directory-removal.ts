import type { Tenant } from '../kernel/tenant.ts'
import { removeOldRows, removeRows } from './old-rows.ts'
import type { Store } from './store.ts'
import type { RangeQuery } from './table.ts'

const DELETED_AT_ONCE = 100
const TOMBSTONES = 't.'

/** Deletes every row of a connector's partition, 100 at a time, until it is empty (true) or `until` (ms since 1970). */
export async function removeDirectory(store: Store, tenant: Tenant, until: number): Promise<boolean> {
  const table = store.table(tenant.account, 'directory')
  // Every key of ours begins with a small letter.
  const range: RangeQuery = { from: 'a', to: '~', limit: 1_000 }
  while (Date.now() < until) {
    const rows = await table.range(tenant.connector, range)
    if (rows.length === 0) return true
    for (let i = 0; i < rows.length && Date.now() < until; i += DELETED_AT_ONCE)
      await removeRows(store, tenant, rows.slice(i, i + DELETED_AT_ONCE))
  }
  return false
}

/** Deletes what users left that were deleted before a time; true once all are looked at. */
export function removeTombstones(
  store: Store,
  tenant: Tenant,
  before: Date,
  until: number,
): Promise<boolean> {
  return removeOldRows(store, tenant, { prefix: TOMBSTONES, name: 'at', before }, until)
}

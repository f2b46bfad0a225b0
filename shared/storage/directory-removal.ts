import type { Tenant } from '../kernel/tenant.ts'
import { prefixEnd } from './keys.ts'
import type { Store } from './store.ts'
import type { RangeQuery, Row, Write } from './table.ts'

const DELETED_AT_ONCE = 100
const TOMBSTONES_AT_ONCE = 100
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
export async function removeTombstones(
  store: Store,
  tenant: Tenant,
  before: Date,
  until: number,
): Promise<boolean> {
  const table = store.table(tenant.account, 'directory')
  let from: string | undefined = TOMBSTONES
  while (from !== undefined) {
    if (Date.now() >= until) return false
    const range: RangeQuery = { from, to: prefixEnd(TOMBSTONES), limit: TOMBSTONES_AT_ONCE }
    const rows: readonly Row[] = await table.range(tenant.connector, range)
    const old = rows.filter((row) => Date.parse(String(row.values['at'])) < before.getTime())
    await removeRows(store, tenant, old)
    const last: string | undefined = rows[TOMBSTONES_AT_ONCE - 1]?.key
    from = last && `${last}.`
  }
  return true
}

/** A row that somebody else changed or deleted meanwhile refuses all: the next round, or the next run, reads what is left. */
async function removeRows(store: Store, tenant: Tenant, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  const writes = rows.map(({ key, etag }): Write => ({ kind: 'delete', key, etag }))
  await store.table(tenant.account, 'directory').batch(tenant.connector, writes)
}

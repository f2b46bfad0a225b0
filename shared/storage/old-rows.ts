import type { Tenant } from '../kernel/tenant.ts'
import { prefixEnd } from './keys.ts'
import type { Store } from './store.ts'
import type { Row, Write } from './table.ts'

/** Rows read together, and deleted in one transaction. */
const AT_ONCE = 100

/**
 * Deletes the rows under a prefix whose time, in the column `name`, is before `before`; true once all are looked at,
 * false where `until` (ms since 1970) came first.
 */
export async function removeOldRows(
  store: Store,
  tenant: Tenant,
  { prefix, name, before }: { readonly prefix: string; readonly name: string; readonly before: Date },
  until: number,
): Promise<boolean> {
  const table = store.table(tenant.account, 'directory')
  let from: string | undefined = prefix
  while (from !== undefined) {
    if (Date.now() >= until) return false
    const range = { from, to: prefixEnd(prefix), limit: AT_ONCE }
    const rows: readonly Row[] = await table.range(tenant.connector, range)
    const old = rows.filter(({ values }) => Date.parse(String(values[name])) < before.getTime())
    await removeRows(store, tenant, old)
    const last: string | undefined = rows[AT_ONCE - 1]?.key
    // The least key behind it: "-" sorts before every character of ours.
    from = last && `${last}-`
  }
  return true
}

/**
 * Deletes rows as they were read, 100 at most. One that somebody else changed or deleted meanwhile refuses all: the
 * next round, or the next run, reads what is left.
 */
export async function removeRows(store: Store, tenant: Tenant, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  const writes = rows.map(({ key, etag }): Write => ({ kind: 'delete', key, etag }))
  await store.table(tenant.account, 'directory').batch(tenant.connector, writes)
}

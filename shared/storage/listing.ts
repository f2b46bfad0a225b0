import type { Tenant } from '../kernel/tenant.ts'
import { bucketStart, positionOf, readCounts } from './counters.ts'
import { prefixEnd, resourcePrefix, type ResourceKind } from './keys.ts'
import type { Store } from './store.ts'
import type { Row } from './table.ts'

/**
 * One page of all users or groups in the order of their ids, from a 1-based `startIndex`, and the exact total.
 * Two storage requests at any size and any position; one where no row is asked for.
 */
export async function listPage(
  store: Store,
  tenant: Tenant,
  kind: ResourceKind,
  page: { startIndex: number; count: number },
): Promise<{ total: number; rows: readonly Row[] }> {
  const counts = await readCounts(store, tenant, kind)
  if (page.count === 0 || page.startIndex > counts.total) return { total: counts.total, rows: [] }
  const { bucket, skip } = positionOf(counts, page.startIndex)
  const range = {
    from: bucketStart(kind, bucket),
    to: prefixEnd(resourcePrefix(kind)),
    limit: skip + page.count,
  }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return { total: counts.total, rows: rows.slice(skip) }
}

/** The first `limit` users or groups: what a filter without an index reads. */
export async function listFirst(
  store: Store,
  tenant: Tenant,
  kind: ResourceKind,
  limit: number,
): Promise<readonly Row[]> {
  const prefix = resourcePrefix(kind)
  return store
    .table(tenant.account, 'directory')
    .range(tenant.connector, { from: prefix, to: prefixEnd(prefix), limit })
}

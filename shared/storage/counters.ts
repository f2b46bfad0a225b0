import type { ResourceId } from '../kernel/ids.ts'
import { randomText } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { prefixEnd, resourcePrefix, totalsKey, type ResourceKind } from './keys.ts'
import type { Store } from './store.ts'
import type { Row, Write } from './table.ts'
import { tidy } from './transaction.ts'

/*
 * How many resources there are, exactly, without a hot row: every create and delete inserts a delta row in its own
 * transaction, and now and then the deltas are folded into one totals row. That row also counts by the first three
 * hex digits of the (random) id, which turns any startIndex into a short range.
 */

const BUCKETS = 4_096
/** Deltas folded at once: with the totals row they stay below the 100 writes of a transaction. */
const FOLDED_AT_ONCE = 98
/** Outstanding deltas that make a list fold them. */
const FOLD_ABOVE = 50

export interface Counts {
  readonly total: number
  /** Resources by the first three hex digits of their id. */
  readonly buckets: Int32Array
}

const bucketOf = (id: string): number => Number.parseInt(id.slice(0, 3), 16)

/** The delta row that goes into the transaction of a create (+1) or delete (-1). */
export function countWrite(kind: ResourceKind, id: ResourceId, by: 1 | -1): Write {
  return { kind: 'insert', key: `${totalsKey(kind)}.${id.slice(0, 3)}${randomText(10)}`, values: { d: by } }
}

/** Exact counts: the totals row and the deltas since. One storage request. */
export async function readCounts(store: Store, tenant: Tenant, kind: ResourceKind): Promise<Counts> {
  const rows = await readRows(store, tenant, kind)
  const counts = sum(rows)
  if (rows.length - 1 > FOLD_ABOVE) await tidy(fold(store, tenant, kind, rows))
  return counts
}

/** Folds outstanding deltas where the id says so: one create in 64. */
export async function foldCountsSometimes(
  store: Store,
  tenant: Tenant,
  kind: ResourceKind,
  id: ResourceId,
): Promise<void> {
  if (Number.parseInt(id.slice(-2), 16) % 64 !== 0) return
  await tidy(readRows(store, tenant, kind).then((rows) => fold(store, tenant, kind, rows)))
}

/** Where a page that begins at `startIndex` (1-based) is found: the first bucket of its rows and the rows to skip in it. */
export function positionOf(counts: Counts, startIndex: number): { bucket: number; skip: number } {
  let before = 0
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const here = counts.buckets[bucket] ?? 0
    if (before + here >= startIndex) return { bucket, skip: startIndex - 1 - before }
    before += here
  }
  return { bucket: BUCKETS, skip: 0 }
}

/** The key at which a bucket begins. */
export function bucketStart(kind: ResourceKind, bucket: number): string {
  return resourcePrefix(kind) + bucket.toString(16).padStart(3, '0')
}

async function readRows(store: Store, tenant: Tenant, kind: ResourceKind): Promise<readonly Row[]> {
  const key = totalsKey(kind)
  const range = { from: key, to: prefixEnd(`${key}.`), limit: 100_000 }
  return store.table(tenant.account, 'directory').range(tenant.connector, range)
}

function sum(rows: readonly Row[]): Counts {
  const buckets = new Int32Array(BUCKETS)
  let total = 0
  for (const row of rows) {
    const packed = row.values['b']
    if (packed instanceof Uint8Array) {
      const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
      for (let i = 0; i < BUCKETS; i++) buckets[i] = view.getInt16(i * 2, true)
      total += Number(row.values['n'])
    } else {
      const by = Number(row.values['d'])
      const bucket = bucketOf(row.key.slice('c.u.'.length))
      buckets[bucket] = (buckets[bucket] ?? 0) + by
      total += by
    }
  }
  return { total, buckets }
}

/** Exactly once: the totals row is replaced and the folded deltas are deleted in one transaction. Who loses a race just stops. */
async function fold(store: Store, tenant: Tenant, kind: ResourceKind, rows: readonly Row[]): Promise<void> {
  const key = totalsKey(kind)
  const totals = rows.find((row) => row.key === key)
  const deltas = rows.filter((row) => row.key !== key).slice(0, FOLDED_AT_ONCE)
  if (deltas.length === 0) return
  const counts = sum(totals === undefined ? deltas : [totals, ...deltas])
  const values = { n: counts.total, b: pack(counts.buckets) }
  const write: Write =
    totals === undefined
      ? { kind: 'insert', key, values }
      : { kind: 'replace', key, values, etag: totals.etag }
  const deletes = deltas.map((row): Write => ({ kind: 'delete', key: row.key, etag: row.etag }))
  await store.table(tenant.account, 'directory').batch(tenant.connector, [write, ...deletes])
}

function pack(buckets: Int32Array): Uint8Array {
  const bytes = new Uint8Array(BUCKETS * 2)
  const view = new DataView(bytes.buffer)
  buckets.forEach((count, i) => view.setInt16(i * 2, count, true))
  return bytes
}

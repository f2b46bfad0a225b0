/** What a row can hold. Numbers are 32-bit integers; times are ISO strings; bytes are for packed counters. */
export type Value = string | number | boolean | Uint8Array
export type Values = Readonly<Record<string, Value>>

export interface Row {
  readonly key: string
  readonly etag: string
  readonly values: Values
}

/**
 * One step of a transaction. `etag` makes it conditional on the row being unchanged; without one `merge` and `delete`
 * still need the row to exist, which makes an empty `merge` a free existence check.
 */
export type Write =
  | { readonly kind: 'insert'; readonly key: string; readonly values: Values }
  | { readonly kind: 'put'; readonly key: string; readonly values: Values }
  | { readonly kind: 'replace'; readonly key: string; readonly values: Values; readonly etag: string }
  | { readonly kind: 'merge'; readonly key: string; readonly values: Values; readonly etag?: string }
  | { readonly kind: 'delete'; readonly key: string; readonly etag?: string }

/** Why a transaction was refused as a whole: `index` is the position of the write that did not hold. */
export interface Refusal {
  readonly index: number
  readonly reason: 'exists' | 'missing' | 'changed'
}

export interface BatchResult {
  /** Absent: every write is committed. */
  readonly refusal?: Refusal
  /** The transaction was sent more than once, so a refusal may be the echo of our own commit. */
  readonly resent: boolean
}

export interface RangeQuery {
  /** First key, inclusive. */
  readonly from: string
  /** End of the range, exclusive. */
  readonly to: string
  /** Rows wanted at most; the implementation pages until it has them or the range ends. */
  readonly limit: number
}

/**
 * One table of one storage account. Rows of a partition are ordered by key. Every call is bounded in time and
 * retried; a store that does not answer is the failure `storage_unavailable`, never an empty result.
 */
export interface Table {
  get(partition: string, key: string): Promise<Row | undefined>
  range(partition: string, query: RangeQuery): Promise<readonly Row[]>
  /** At most 100 writes on different keys of one partition: all or none. */
  batch(partition: string, writes: readonly Write[]): Promise<BatchResult>
  /** Rows of all partitions with `from` <= key < `to`. It reads the whole table: for maintenance only. */
  scan(from: string, to: string): AsyncIterable<{ readonly partition: string; readonly row: Row }>
}

/** The tables of this product; docs/storage.md describes their rows. */
export type TableName = 'directory' | 'config'
export const TABLE_NAMES: readonly TableName[] = ['directory', 'config']

import { checkRow, checkWrites, PAGE_ROWS } from './azure-limits.ts'
import { addKey, createSortedKeys, keysBetween, removeKey } from './memory-keys.ts'
import type { SortedKeys } from './memory-keys.ts'
import type { RangeQuery, Refusal, Row, Table, Value, Values, Write } from './table.ts'

export interface MemoryTableOptions {
  /** Called as often as Table Storage would be asked over HTTP. */
  readonly onRequest?: () => void
}

interface Partition {
  readonly rows: Map<string, Row>
  readonly keys: SortedKeys
}

interface State {
  readonly partitions: Map<string, Partition>
  readonly names: SortedKeys
  readonly onRequest: () => void
  version: number
}

interface ScannedRow {
  readonly partition: string
  readonly row: Row
}

type RowWrite = Exclude<Write, { readonly kind: 'delete' }>

/**
 * A table in this process' memory that behaves as Table Storage does, its limits and refusals included, for tests and
 * measurements. Rows handed out are frozen, rows taken in are copied. Writes beyond the limits are a thrown Error.
 */
export function createMemoryTable(options: MemoryTableOptions = {}): Table {
  const onRequest = options.onRequest ?? (() => undefined)
  const state: State = { partitions: new Map(), names: createSortedKeys(), onRequest, version: 0 }
  return {
    async get(partition, key) {
      onRequest()
      const row = state.partitions.get(partition)?.rows.get(key)
      return row && handedOut(row)
    },
    async range(partition, query) {
      if (query.limit <= 0) return []
      const rows = rowsBetween(state.partitions.get(partition), query)
      for (let page = 0; page < Math.max(rows.length, 1); page += PAGE_ROWS) onRequest()
      return rows
    },
    async batch(partition, writes) {
      checkWrites(partition, writes)
      if (writes.length === 0) return { resent: false }
      onRequest()
      const refusal = commit(state, partition, writes)
      return { ...(refusal && { refusal }), resent: false }
    },
    scan: (from, to) => scanAll(state, from, to),
  }
}

/** Applies all writes, or none and says which one did not hold. */
function commit(state: State, name: string, writes: readonly Write[]): Refusal | undefined {
  const partition = partitionFor(state, name)
  const refusal = firstRefusal(partition, writes)
  if (refusal !== undefined) return refusal
  checkMerged(name, partition, writes)
  for (const write of writes) apply(partition, write, `W/"${++state.version}"`)
  return undefined
}

async function* scanAll(state: State, from: string, to: string): AsyncGenerator<ScannedRow> {
  state.onRequest()
  let read = 0
  for (const partition of keysBetween(state.names, '', '\uffff', Infinity))
    for (const row of rowsInPages(state.partitions.get(partition), from, to)) {
      if (read > 0 && read % PAGE_ROWS === 0) state.onRequest()
      read++
      yield { partition, row }
    }
}

function partitionFor({ partitions, names }: State, name: string): Partition {
  const found = partitions.get(name)
  if (found !== undefined) return found
  const created = { rows: new Map<string, Row>(), keys: createSortedKeys() }
  partitions.set(name, created)
  addKey(names, name)
  return created
}

function rowsBetween(partition: Partition | undefined, { from, to, limit }: RangeQuery): Row[] {
  if (partition === undefined) return []
  return keysBetween(partition.keys, from, to, limit).flatMap((key) => {
    const row = partition.rows.get(key)
    return row ? [handedOut(row)] : []
  })
}

/** Goes on after the last key seen, so rows may come and go meanwhile, as in Table Storage. */
function* rowsInPages(partition: Partition | undefined, from: string, to: string): Generator<Row> {
  let next: string | undefined = from
  while (next !== undefined) {
    const rows = rowsBetween(partition, { from: next, to, limit: PAGE_ROWS })
    yield* rows
    const last: Row | undefined = rows[PAGE_ROWS - 1]
    next = last && `${last.key}\0`
  }
}

function firstRefusal(partition: Partition, writes: readonly Write[]): Refusal | undefined {
  for (const [index, write] of writes.entries()) {
    const reason = refusalReason(partition.rows.get(write.key), write)
    if (reason !== undefined) return { index, reason }
  }
  return undefined
}

function refusalReason(row: Row | undefined, write: Write): Refusal['reason'] | undefined {
  if (write.kind === 'put') return undefined
  if (write.kind === 'insert') return row && 'exists'
  if (row === undefined) return 'missing'
  return write.etag === undefined || write.etag === row.etag ? undefined : 'changed'
}

/** A merge can make a row too large though its values alone are not. */
function checkMerged(partition: string, { rows }: Partition, writes: readonly Write[]): void {
  for (const write of writes)
    if (write.kind === 'merge')
      checkRow(partition, write.key, { ...rows.get(write.key)?.values, ...write.values })
}

function apply(partition: Partition, write: Write, etag: string): void {
  const { key } = write
  if (write.kind === 'delete') {
    partition.rows.delete(key)
    removeKey(partition.keys, key)
    return
  }
  if (!partition.rows.has(key)) addKey(partition.keys, key)
  partition.rows.set(key, Object.freeze({ key, etag, values: newValues(partition, write) }))
}

function newValues(partition: Partition, write: RowWrite): Values {
  const values = copied(write.values)
  return Object.freeze(
    write.kind === 'merge' ? { ...partition.rows.get(write.key)?.values, ...values } : values,
  )
}

/** Bytes cannot be frozen, so a row that has some is copied each time. */
function handedOut(row: Row): Row {
  return Object.values(row.values).some(isBytes)
    ? Object.freeze({ ...row, values: Object.freeze(copied(row.values)) })
    : row
}

function copied(values: Values): Values {
  const copy: Record<string, Value> = { ...values }
  for (const [name, value] of Object.entries(values)) if (isBytes(value)) copy[name] = new Uint8Array(value)
  return copy
}

function isBytes(value: Value): value is Uint8Array {
  return value instanceof Uint8Array
}

import type { Value, Values, Write } from './table.ts'

/** Writes in one entity group transaction. */
const MAX_WRITES = 100
/** Rows in one page of an answer, however many were asked for. */
export const PAGE_ROWS = 1_000

const KEY_UNITS = 1_024
const STRING_UNITS = 32_768
const BINARY_BYTES = 65_536
const ROW_BYTES = 1_048_576
/** 255 less PartitionKey, RowKey and Timestamp. */
const PROPERTIES = 252
// oxlint-disable-next-line no-control-regex -- exactly the characters that the service refuses in keys
const KEY = /^[^/\\#?\u0000-\u001f\u007f-\u009f]*$/
const PROPERTY = /^[A-Za-z_]\w{0,254}$/
/** Names of the service itself, and the forms in which its client library hands them out. */
const RESERVED = new Set([
  'PartitionKey',
  'RowKey',
  'Timestamp',
  'partitionKey',
  'rowKey',
  'timestamp',
  'etag',
])

/**
 * Refuses, by a thrown Error, what Table Storage would answer with 400: callers never hold such writes, so it is a fault
 * of ours. It stands here because the emulator takes some of it. The limits are those of the table service's data model
 * and of entity group transactions.
 */
export function checkWrites(partition: string, writes: readonly Write[]): void {
  if (writes.length > MAX_WRITES)
    throw new Error(`${writes.length} writes in one batch, at most ${MAX_WRITES}`)
  if (new Set(writes.map((write) => write.key)).size < writes.length)
    throw new Error('two writes of one batch have the same key')
  checkKey(partition)
  for (const write of writes) {
    checkKey(write.key)
    if (write.kind !== 'delete') checkRow(partition, write.key, write.values)
  }
}

/** Refuses a row, as written or as merged, that exceeds what one entity can hold. */
export function checkRow(partition: string, key: string, values: Values): void {
  const entries = Object.entries(values)
  if (entries.length > PROPERTIES)
    throw new Error(`a row has ${entries.length} values, at most ${PROPERTIES}`)
  // The service's own formula: 4 bytes and the keys, and for each property 8, its name and its value.
  let bytes = 4 + 2 * (partition.length + key.length)
  for (const [name, value] of entries) {
    if (!PROPERTY.test(name) || RESERVED.has(name)) throw new Error(`a value cannot be named ${name}`)
    bytes += 8 + 2 * name.length + checkedSize(name, value)
  }
  if (bytes > ROW_BYTES) throw new Error(`a row has ${bytes} bytes, at most ${ROW_BYTES}`)
}

function checkKey(key: string): void {
  if (key.length > KEY_UNITS || !KEY.test(key) || !key.isWellFormed())
    throw new Error('a key is too long or has a character that keys cannot have')
}

function checkedSize(name: string, value: Value): number {
  if (typeof value === 'string') {
    if (value.length > STRING_UNITS) throw new Error(`the text ${name} is longer than ${STRING_UNITS}`)
    // Half a surrogate pair is taken, and breaks every later read of the row.
    if (!value.isWellFormed()) throw new Error(`the text ${name} is not well-formed`)
    return 4 + 2 * value.length
  }
  if (typeof value === 'number') {
    if ((value | 0) !== value) throw new Error(`the number ${name} is no 32-bit integer`)
    return 4
  }
  if (typeof value === 'boolean') return 1
  if (value.length > BINARY_BYTES) throw new Error(`the bytes ${name} are more than ${BINARY_BYTES}`)
  return 4 + value.length
}

import { randomUUID } from 'node:crypto'
import { parseServiceError, refuseStatus } from './azure-errors.ts'
import type { Refusal, Value, Values, Write } from './table.ts'

/** Where the rows of a transaction are. `url` is the account's, without query. */
export interface BatchTarget {
  readonly url: string
  readonly table: string
  readonly partition: string
}

export interface BatchBody {
  readonly contentType: string
  readonly text: string
}

const BODY_BYTES = 4_194_304
const STATUS_LINE = /^HTTP\/1\.1 (\d{3})/gm
const METHODS = { insert: 'POST', put: 'PUT', replace: 'PUT', merge: 'PATCH', delete: 'DELETE' } as const

/**
 * The multipart/mixed body of an entity group transaction (Azure documentation, "Performing entity group transactions"):
 * one change set whose parts are HTTP requests. Written here because the client library sends every delete without its
 * ETag and builds a second client for each transaction. A body over 4 MiB is a thrown Error.
 */
export function writeBatch(target: BatchTarget, writes: readonly Write[]): BatchBody {
  const [batch, changeSet] = [`batch_${randomUUID()}`, `changeset_${randomUUID()}`]
  const lines = [
    `--${batch}`,
    `Content-Type: multipart/mixed; boundary=${changeSet}`,
    '',
    ...writes.flatMap((write) => [
      `--${changeSet}`,
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      '',
      ...operation(target, write),
    ]),
    `--${changeSet}--`,
    `--${batch}--`,
    '',
  ]
  const text = lines.join('\r\n')
  const bytes = Buffer.byteLength(text)
  if (bytes > BODY_BYTES) throw new Error(`a batch has ${bytes} bytes, at most ${BODY_BYTES}`)
  return { contentType: `multipart/mixed; boundary=${batch}`, text }
}

/** The status of the first failed part of an answer, else that of its first part; `undefined` for no such answer. */
export function batchStatus(text: string): number | undefined {
  const statuses = partStatuses(text)
  return statuses.find((status) => status >= 300) ?? statuses[0]
}

/**
 * Reads the answer to `count` writes: `undefined` when they are committed, else the first write that did not hold. Any
 * other outcome, a mutilated answer included, is thrown: 400 as an Error, the rest as `storage_unavailable`.
 */
export function parseBatchAnswer(status: number, text: string, count: number): Refusal | undefined {
  const inner = status === 202 ? (batchStatus(text) ?? 0) : status
  if (inner < 300 && partStatuses(text).length === count) return undefined
  const error = parseServiceError(text) ?? { code: 'none', message: '' }
  const reason = reasonOf(inner, error.code)
  const index = indexOf(error.message, count)
  if (reason !== undefined && index !== undefined) return { index, reason }
  return refuseStatus(inner, new Error(`transaction answered ${inner}: ${error.code} ${error.message}`))
}

/** Where the failed write stands in the transaction. Only a lone one can do without the prefix that says so. */
function indexOf(message: string, count: number): number | undefined {
  const prefix = /^(\d+):/.exec(message)?.[1]
  if (prefix !== undefined) return Number(prefix)
  return count === 1 ? 0 : undefined
}

function partStatuses(text: string): number[] {
  return Array.from(text.matchAll(STATUS_LINE), (match) => Number(match[1]))
}

/** By code as well as by status: a table that is missing or being deleted answers 404 and 409 too. */
function reasonOf(status: number, code: string): Refusal['reason'] | undefined {
  if (status === 412) return 'changed'
  if (status === 409 && code === 'EntityAlreadyExists') return 'exists'
  if (status === 404 && (code === 'ResourceNotFound' || code === 'EntityNotFound')) return 'missing'
  return undefined
}

function operation(target: BatchTarget, write: Write): string[] {
  const url = write.kind === 'insert' ? `${target.url}/${target.table}` : rowUrl(target, write.key)
  const match = ifMatch(write)
  return [
    `${METHODS[write.kind]} ${url} HTTP/1.1`,
    'Accept: application/json;odata=minimalmetadata',
    'DataServiceVersion: 3.0;',
    ...(match === undefined ? [] : [`If-Match: ${match}`]),
    ...(write.kind === 'delete'
      ? ['', '']
      : ['Content-Type: application/json', 'Prefer: return-no-content', '', entity(target, write)]),
  ]
}

/** PUT without If-Match is insert-or-replace; PATCH without it would be insert-or-merge, which we never want. */
function ifMatch(write: Write): string | undefined {
  if (write.kind === 'insert' || write.kind === 'put') return undefined
  return write.etag ?? '*'
}

function rowUrl({ url, table, partition }: BatchTarget, key: string): string {
  return `${url}/${table}(PartitionKey='${literal(partition)}',RowKey='${literal(key)}')`
}

function literal(key: string): string {
  return encodeURIComponent(key.replaceAll("'", "''"))
}

function entity(target: BatchTarget, write: { readonly key: string; readonly values: Values }): string {
  const properties: [string, unknown][] = [
    ['PartitionKey', target.partition],
    ['RowKey', write.key],
  ]
  for (const [name, value] of Object.entries(write.values)) properties.push(...property(name, value))
  // The emulator finds the body by its line, and for it these two end a line.
  return JSON.stringify(Object.fromEntries(properties)).replaceAll(
    /[\u2028\u2029]/g,
    (separator) => `\\u${separator.charCodeAt(0).toString(16)}`,
  )
}

function property(name: string, value: Value): [string, unknown][] {
  if (typeof value === 'number')
    return [
      [name, value],
      [`${name}@odata.type`, 'Edm.Int32'],
    ]
  if (value instanceof Uint8Array)
    return [
      [name, Buffer.from(value).toString('base64')],
      [`${name}@odata.type`, 'Edm.Binary'],
    ]
  return [[name, value]]
}

import { badRequest, fail } from '../kernel/failure.ts'
import { isRecord } from '../kernel/json.ts'

/** The resources of one bulk request that are named before they exist (RFC 7644 §3.7.2). */
export interface BulkIds {
  /** Whether an operation refers to a resource whose POST is still to come. */
  mustWait(operation: { readonly path: string; readonly data: unknown }): boolean
  /** An id of a path with the reference put in its place; 400 for one that no POST makes, 409 for one that was not made. */
  replace(text: string): string
  /** Data with every reference put in its place. */
  replaceIn(value: unknown): unknown
  /** The id, if it is known by now. */
  known(text: string): string | undefined
  resolve(bulkId: string, id: string): void
  fail(bulkId: string | undefined): void
}

const REFERENCE = /^bulkId:(.+)$/

/** For the bulkIds of the operations that make a resource. */
export function createBulkIds(bulkIds: readonly (string | undefined)[]): BulkIds {
  const open = new Set(bulkIds.filter((bulkId) => bulkId !== undefined))
  const made = new Map<string, string>()
  const failed = new Set<string>()

  const replace = (text: string): string => {
    const bulkId = REFERENCE.exec(text)?.[1]
    if (bulkId === undefined) return text
    const id = made.get(bulkId)
    if (id !== undefined) return id
    if (failed.has(bulkId))
      fail({ code: 'conflict', detail: `The operation with bulkId "${bulkId.slice(0, 100)}" failed.` })
    if (open.has(bulkId))
      fail({ code: 'conflict', detail: `The references to bulkId "${bulkId.slice(0, 100)}" form a circle.` })
    return badRequest('invalidValue', `No POST operation has the bulkId "${bulkId.slice(0, 100)}".`)
  }

  return {
    mustWait: ({ path, data }) =>
      [...referencesIn(path.split('/')), ...referencesIn(data)].some(
        (bulkId) => open.has(bulkId) && !made.has(bulkId) && !failed.has(bulkId),
      ),
    replace,
    replaceIn: (value) => mapTexts(value, replace),
    known: (text) => {
      const bulkId = REFERENCE.exec(text)?.[1]
      return bulkId === undefined ? text : made.get(bulkId)
    },
    resolve: (bulkId, id) => void made.set(bulkId, id),
    fail: (bulkId) => {
      if (bulkId !== undefined && !made.has(bulkId)) failed.add(bulkId)
    },
  }
}

function* referencesIn(value: unknown): Generator<string> {
  const bulkId = typeof value === 'string' ? REFERENCE.exec(value)?.[1] : undefined
  if (bulkId !== undefined) yield bulkId
  if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) yield* referencesIn(part)
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item: unknown) => mapTexts(item, change))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, mapTexts(part, change)]))
}

import { badRequest, fail } from '../kernel/failure.ts'
import { isRecord } from '../kernel/json.ts'
import type { Steps } from '../kernel/turns.ts'

/** The resources of one bulk request that are named before they exist (RFC 7644 §3.7.2). */
export interface BulkIds {
  /** Whether one of an operation's references is to a resource whose POST is still to come. */
  mustWait(references: ReadonlySet<string>): boolean
  /** An id of a path with the reference put in its place; 400 for one that no POST makes, 409 for one that was not made. */
  replace(text: string): string
  /** Data with every reference put in its place. */
  replaceIn(value: unknown): Steps<unknown>
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
    mustWait: (references) =>
      [...open].some((bulkId) => references.has(bulkId) && !made.has(bulkId) && !failed.has(bulkId)),
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

/** The bulkIds that an operation refers to, in its path or anywhere in its data. */
export function* referencesOf(operation: {
  readonly path: string
  readonly data: unknown
}): Steps<ReadonlySet<string>> {
  const found = new Set<string>()
  yield* collect([operation.path.split('/'), operation.data], found)
  return found
}

function* collect(value: unknown, found: Set<string>): Steps<void> {
  const bulkId = typeof value === 'string' ? REFERENCE.exec(value)?.[1] : undefined
  if (bulkId !== undefined) found.add(bulkId)
  yield
  if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) yield* collect(part, found)
}

function* mapTexts(value: unknown, change: (text: string) => string): Steps<unknown> {
  if (typeof value === 'string') return change(value)
  yield
  if (Array.isArray(value)) {
    const list: unknown[] = []
    for (const part of value) list.push(yield* mapTexts(part, change))
    return list
  }
  if (!isRecord(value)) return value
  const parts: (readonly [string, unknown])[] = []
  for (const [name, part] of Object.entries(value)) parts.push([name, yield* mapTexts(part, change)])
  // Not by assignment: a member may be called __proto__.
  return Object.fromEntries(parts)
}

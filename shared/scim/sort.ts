import { badRequest } from '../kernel/failure.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { fold } from '../kernel/text.ts'
import { mapSteps, type Steps } from '../kernel/turns.ts'
import type { AttributePath } from './filter/ast.ts'
import { parsePath } from './filter/parse.ts'
import { valueOf, type Attribute, type ResourceSchema } from './schema/attribute.ts'
import { resolvePath, type Target } from './schema/resolve.ts'

export interface SortOrder {
  readonly path: string
  readonly descending: boolean
}

/** `sortBy` and `sortOrder` of a request; `undefined` where it does not sort. */
export function readSortOrder(
  sortBy: string | undefined,
  sortOrder: string | undefined,
): SortOrder | undefined {
  if (sortBy === undefined || sortBy.trim() === '') return undefined
  const order = (sortOrder ?? 'ascending').toLowerCase()
  if (order !== 'ascending' && order !== 'descending')
    badRequest('invalidValue', '"sortOrder" must be ascending or descending.')
  // Refused before anything is read for it.
  parsePath(sortBy)
  return { path: sortBy, descending: order === 'descending' }
}

/**
 * Resources in the order of an attribute (RFC 7644 §3.4.2.3): texts by code units, folded unless the attribute is
 * case-exact; of several values the primary or first one counts; who has none comes last, or first when descending.
 */
export function* sortResources<T>(
  items: readonly T[],
  order: SortOrder,
  read: (item: T) => { schema: ResourceSchema; resource: JsonObject },
): Steps<readonly T[]> {
  const path = parsePath(order.path)
  const keyed = yield* mapSteps(items, (item) => ({ item, key: keyOf(read(item), path) }))
  const sign = order.descending ? -1 : 1
  return keyed.toSorted((a, b) => sign * compare(a.key, b.key)).map(({ item }) => item)
}

type Key = string | number | undefined

function compare(left: Key, right: Key): number {
  if (left === right) return 0
  if (left === undefined) return 1
  if (right === undefined) return -1
  return left < right ? -1 : 1
}

function keyOf(
  { schema, resource }: { schema: ResourceSchema; resource: JsonObject },
  path: AttributePath,
): Key {
  const target = resolvePath(schema, path)
  if (target === undefined) return undefined
  const holder = target.extension === undefined ? resource : resource[target.extension]
  const value = isRecord(holder) ? holder[target.attribute.name] : undefined
  return toKey(target, Array.isArray(value) ? principal(value) : value)
}

function principal(values: readonly unknown[]): unknown {
  return values.find((value) => isRecord(value) && value['primary'] === true) ?? values[0]
}

function toKey({ attribute, sub }: Target, value: unknown): Key {
  const leaf = sub ?? (attribute.type === 'complex' ? valueOf(attribute) : attribute)
  const simple = isRecord(value) && leaf !== undefined ? value[leaf.name] : value
  if (typeof simple === 'boolean') return leaf?.type === 'boolean' ? Number(simple) : undefined
  const isKey = typeof simple === 'string' || typeof simple === 'number'
  return isKey && leaf !== undefined ? textKey(leaf, String(simple)) : undefined
}

/** A value may be older than the type that the attribute has now: what is no number then counts as absent. */
function textKey({ type, caseExact }: Attribute, text: string): Key {
  if (type === 'string' || type === 'reference' || type === 'binary') {
    // Texts that begin alike for very long would make each of the many comparisons long.
    return (caseExact ? text : fold(text)).slice(0, LIMITS.sortedCharacters)
  }
  const number = type === 'dateTime' ? Date.parse(text) : Number(text)
  return Number.isNaN(number) ? undefined : number
}

import { badRequest } from '../../kernel/failure.ts'
import { isRecord, type JsonObject } from '../../kernel/json.ts'
import { filterSteps, type Steps } from '../../kernel/turns.ts'
import type { Filter } from '../filter/ast.ts'
import type { Comparisons } from '../filter/comparisons.ts'
import { prepareElementFilter } from '../filter/match.ts'
import { findAttribute, type Attribute } from '../schema/attribute.ts'
import { coerceElement, coerceElements, coerceSingle, distinct, limitValues } from '../schema/coerce.ts'

/*
 * PATCH on the values of a multi-valued attribute. Every function takes the values and comes back with new ones.
 */

export type Elements = readonly unknown[]

/** The values that an attribute has before an operation. */
export interface Held {
  readonly attribute: Attribute
  readonly elements: Elements
  readonly comparisons: Comparisons
}

/** Adds values: one that is there already (same value, same type) is merged, never doubled (RFC 7644 §3.5.2.1). */
export function* addElements({ attribute, elements, comparisons }: Held, value: unknown): Steps<Elements> {
  let result = [...elements]
  for (const added of yield* coerceElements(attribute, value)) {
    if (comparisons.count(result.length)) yield
    const at = result.findIndex((element) => isSame(attribute, element, added))
    const merged = {
      at: at < 0 ? result.length : at,
      element: isRecord(added) ? { ...asRecord(result[at]), ...added } : added,
    }
    result = settlePrimary(result.toSpliced(merged.at, 1, merged.element), [merged.at])
  }
  return result
}

/**
 * Removes the listed values and nothing else: Entra's legacy "remove" of a multi-valued attribute carries a list, and
 * taking that for "remove all" has emptied groups and roles elsewhere.
 */
export function* removeElements({ attribute, elements, comparisons }: Held, value: unknown): Steps<Elements> {
  if (Array.isArray(value) && value.length === 0) return elements
  const removed = yield* coerceElements(attribute, value)
  if (removed.length === 0)
    badRequest('invalidValue', `The values to remove from "${attribute.name}" cannot be read.`)
  return yield* filterSteps(elements, function* (element) {
    if (comparisons.count(removed.length)) yield
    return !removed.some((one) => isSame(attribute, element, one))
  })
}

/**
 * Merges an object into each value that the filter picks ("add"), or puts it in its place ("replace", RFC 7644
 * §3.5.2.3), where only what the filter says of it stays. Without such a value the one that it describes is created.
 */
export function* writeMatching(
  held: Held,
  filter: Filter,
  { verb, value }: { verb: 'add' | 'replace'; value: unknown },
): Steps<Elements> {
  const { attribute } = held
  const part = coerceElement(attribute, Array.isArray(value) && value.length === 1 ? value[0] : value)
  if (part === undefined) return yield* dropMatching(held, filter)
  if (!isRecord(part)) return badRequest('invalidValue', `A value of "${attribute.name}" must be an object.`)
  const stays = verb === 'add' ? undefined : new Set(equalNames(attribute, filter))
  const touched = yield* indexesOf(held, filter)
  return onMatching(held, { filter, touched }, (element) => ({
    ...Object.fromEntries(Object.entries(element).filter(([name]) => stays?.has(name) ?? true)),
    ...part,
  }))
}

/** A sub-attribute to write, and those that say nothing of its new content. */
export interface Part {
  readonly sub: Attribute
  readonly stale: readonly string[]
}

/** Sets one sub-attribute of each value that the filter picks; `undefined` clears it. */
export function* setMatching(
  held: Held,
  { filter, sub, stale }: Part & { filter: Filter },
  value: unknown,
): Steps<Elements> {
  const coerced = coerceSingle(sub, value)
  const touched = yield* indexesOf(held, filter)
  if (coerced === undefined && touched.length === 0) return held.elements
  // What the filter asks for stays: the value is found by it again.
  const asked = equalNames(held.attribute, filter)
  const part = { sub, stale: stale.filter((name) => !asked.includes(name)) }
  return onMatching(held, { filter, touched }, (element) => withPart(element, part, coerced))
}

export function* dropMatching(held: Held, filter: Filter): Steps<Elements> {
  const dropped = new Set(yield* indexesOf(held, filter))
  return held.elements.filter((_, i) => !dropped.has(i))
}

/** Sets or clears a sub-attribute of every value; without any value, one is created to hold it. */
export function setOnAll({ attribute, elements }: Held, part: Part, value: unknown): Elements {
  const { sub } = part
  const coerced = coerceSingle(sub, value)
  if (elements.length === 0) return coerced === undefined ? [] : [{ [sub.name]: coerced }]
  const changed = elements.map((element) => withPart(asRecord(element), part, coerced))
  limitValues(attribute, changed)
  return distinct(settlePrimary(changed, sub.name === 'primary' ? [0] : []))
}

export function withMember(record: JsonObject, name: string, value: unknown): JsonObject {
  if (value !== undefined) return { ...record, [name]: value }
  const { [name]: _, ...rest } = record
  return rest
}

/** With one sub-attribute changed, and without what described its old content. */
function withPart(element: JsonObject, { sub, stale }: Part, value: unknown): JsonObject {
  const isNew = element[sub.name] !== value
  const kept = isNew ? stale.reduce((left, name) => withMember(left, name, undefined), element) : element
  return withMember(kept, sub.name, value)
}

export function asRecord(value: unknown): JsonObject {
  return isRecord(value) ? value : {}
}

/** Where the values are that pass a filter. */
function indexesOf({ attribute, elements, comparisons }: Held, filter: Filter): Steps<readonly number[]> {
  const passes = prepareElementFilter(attribute, filter, comparisons)
  return filterSteps(elements.keys(), (i) => passes(elements[i]))
}

function onMatching(
  { attribute, elements }: Held,
  { filter, touched }: { filter: Filter; touched: readonly number[] },
  change: (element: JsonObject) => JsonObject,
): Elements {
  if (touched.length === 0) {
    // Entra's "replace emails[type eq "work"].value" on a user without such an address means: make one.
    const created = change(describedBy(attribute, filter))
    // What is created may no longer pass the filter: repeated, the request finds it here.
    const at = elements.findIndex(
      (element) => isSame(attribute, element, created) && isOfType(element, created['type']),
    )
    if (at < 0) return settlePrimary([...elements, created], [elements.length])
    return settlePrimary(elements.toSpliced(at, 1, { ...asRecord(elements[at]), ...created }), [at])
  }
  const chosen = new Set(touched)
  const changed = elements.map((element, i) => (chosen.has(i) ? change(asRecord(element)) : element))
  return settlePrimary(changed, touched)
}

/** The element that a filter of equalities describes; any other filter describes none. */
function describedBy(attribute: Attribute, filter: Filter): JsonObject {
  if (filter.kind === 'and')
    return Object.assign({}, ...filter.terms.map((term) => describedBy(attribute, term)))
  if (filter.kind !== 'compare' || filter.operator !== 'eq')
    return badRequest(
      'noTarget',
      `No value of "${attribute.name}" matches, and the filter does not say what to create.`,
    )
  const sub = findAttribute(attribute.subAttributes, filter.path.attribute)
  const value = sub && coerceSingle(sub, filter.value)
  return sub === undefined || value === undefined ? {} : { [sub.name]: value }
}

/** The sub-attributes that a filter compares with "eq". */
function equalNames(attribute: Attribute, filter: Filter): readonly string[] {
  if (filter.kind === 'and') return filter.terms.flatMap((term) => equalNames(attribute, term))
  if (filter.kind !== 'compare' || filter.operator !== 'eq') return []
  const sub = findAttribute(attribute.subAttributes, filter.path.attribute)
  return sub === undefined ? [] : [sub.name]
}

/** When a value that was just written is primary, no other one is (RFC 7643 §2.4). */
function settlePrimary(elements: Elements, written: readonly number[]): unknown[] {
  const winner = written.findLast((i) => asRecord(elements[i])['primary'] === true)
  if (winner === undefined) return [...elements]
  return elements.map((element, i) =>
    i !== winner && asRecord(element)['primary'] === true
      ? { ...asRecord(element), primary: false }
      : element,
  )
}

/** Two values are one when `value` and `type` agree (roles: `value` alone); values without `value`: when all agree. */
function isSame(attribute: Attribute, left: unknown, right: unknown): boolean {
  if (!isRecord(left) || !isRecord(right)) return left === right
  if (left['value'] !== right['value']) return false
  if (left['value'] === undefined) return hasSameMembers(left, right)
  if (attribute.name === 'roles' || left['type'] === undefined || right['type'] === undefined) return true
  return lowerCase(left['type']) === lowerCase(right['type'])
}

/** A type that is not there is none: what is created beside such a value is another one. */
function isOfType(element: unknown, type: unknown): boolean {
  return lowerCase(asRecord(element)['type']) === lowerCase(type)
}

function hasSameMembers(left: JsonObject, right: JsonObject): boolean {
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name])
}

function lowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value
}

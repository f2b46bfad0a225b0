import { isRecord, type JsonObject } from '../../kernel/json.ts'
import { contains, fold } from '../../kernel/text.ts'
import { filterSteps, type Steps } from '../../kernel/turns.ts'
import { findAttribute, valueOf, type Attribute, type ResourceSchema } from '../schema/attribute.ts'
import { resolvePath } from '../schema/resolve.ts'
import type { AttributePath, Filter, Literal, Operator } from './ast.ts'
import type { Comparisons } from './comparisons.ts'

/*
 * A filter is prepared once: its paths are resolved and its literals folded. It is then asked for every resource or
 * value, and offers a rest between comparisons.
 */

/** Whether a resource (with id and meta), or one value of an attribute, passes a filter. */
export type Matcher<T = unknown> = (subject: T) => Steps<boolean>

/** Where a path finds its values, and the attribute that says how they compare. */
interface Place {
  readonly attribute: Attribute
  readonly elements: (subject: unknown) => readonly unknown[]
  /** What stands in brackets. */
  readonly inner?: Matcher | undefined
  /** The member of the elements that counts; without it the elements themselves do. */
  readonly member?: string | undefined
}

/** How the paths of a filter are resolved, and what its comparisons are counted by. */
interface Scope {
  readonly find: (path: AttributePath) => Place | undefined
  readonly comparisons: Comparisons
}

/** A filter of resources, by the rules of RFC 7644 §3.4.2.2. Unknown attributes match nothing. */
export function prepareFilter(
  schema: ResourceSchema,
  filter: Filter,
  comparisons: Comparisons,
): Matcher<JsonObject> {
  const find = (path: AttributePath): Place | undefined => {
    const target = resolvePath(schema, path)
    if (target === undefined) return undefined
    const { extension, attribute, sub } = target
    return {
      attribute: sub ?? attribute,
      elements: (resource) =>
        membersOf([extension === undefined ? resource : get(resource, extension)], attribute.name),
      inner: target.filter && prepareElementFilter(attribute, target.filter, comparisons),
      member: sub?.name,
    }
  }
  return prepare(filter, { find, comparisons })
}

/** The filter of a value path, for the values of a multi-valued attribute. */
export function prepareElementFilter(
  attribute: Attribute,
  filter: Filter,
  comparisons: Comparisons,
): Matcher {
  const find = ({ attribute: name, sub }: AttributePath): Place | undefined => {
    if (sub !== undefined) return undefined
    if (attribute.type !== 'complex')
      return name.toLowerCase() === 'value' ? { attribute, elements: (element) => [element] } : undefined
    const leaf = findAttribute(attribute.subAttributes, name)
    return leaf && { attribute: leaf, elements: (element) => membersOf([element], leaf.name) }
  }
  return prepare(filter, { find, comparisons })
}

function prepare(filter: Filter, scope: Scope): Matcher {
  switch (filter.kind) {
    case 'and':
      return allOf(filter.terms.map((term) => prepare(term, scope)))
    case 'or':
      return anyOf(filter.terms.map((term) => prepare(term, scope)))
    case 'not':
      return not(prepare(filter.term, scope))
    case 'matches':
    case 'present':
      return hasValue(scope.find(filter.path))
    case 'compare':
      return prepareComparison(scope, filter)
  }
}

function allOf(terms: readonly Matcher[]): Matcher {
  return function* (subject) {
    for (const term of terms) if (!(yield* term(subject))) return false
    return true
  }
}

function anyOf(terms: readonly Matcher[]): Matcher {
  return function* (subject) {
    for (const term of terms) if (yield* term(subject)) return true
    return false
  }
}

function not(term: Matcher): Matcher {
  return function* (subject) {
    return !(yield* term(subject))
  }
}

function always(answer: boolean): Matcher {
  // oxlint-disable-next-line require-yield -- a comparison that needs no values
  return function* () {
    return answer
  }
}

function hasValue(place: Place | undefined): Matcher {
  if (place === undefined) return always(false)
  return function* (subject) {
    return (yield* valuesOf(place, subject)).length > 0
  }
}

function prepareComparison(
  { find, comparisons }: Scope,
  { path, operator, value: literal }: Extract<Filter, { kind: 'compare' }>,
): Matcher {
  const place = find(path)
  // "ne" is the negation of "eq", so that it also holds where the attribute is absent.
  const isEquality = operator === 'eq' || operator === 'ne'
  if (literal === null && !isEquality) return always(false)
  // What no schema has is absent from every resource.
  if (place === undefined) return negated(operator, always(isEquality && literal === null))
  if (literal === null) return negated(operator, hasNothing(place))
  const matcher = holdsFor(place, operator === 'ne' ? 'eq' : operator, { literal, comparisons })
  return negated(operator, matcher)
}

function negated(operator: Operator, matcher: Matcher): Matcher {
  return operator === 'ne' ? not(matcher) : matcher
}

function hasNothing(place: Place): Matcher {
  return function* (subject) {
    return (yield* comparedOf(place, subject)).length === 0
  }
}

/** At least one value holds. */
function holdsFor(
  place: Place,
  operator: Operator,
  { literal, comparisons }: { literal: Exclude<Literal, null>; comparisons: Comparisons },
): Matcher {
  const leaf = leafOf(place)
  if (leaf.type === 'complex') return always(false)
  const wanted = comparable(leaf, literal, fold)
  return function* (subject) {
    for (const actual of yield* comparedOf(place, subject)) {
      const given = comparable(leaf, actual, comparisons.fold)
      if (comparisons.count(1, typeof given === 'string' ? given.length : 0)) yield
      if (holds(leaf, { given, wanted }, operator)) return true
    }
    return false
  }
}

/** A complex attribute compares by its `value` (`emails eq "x"`, `manager eq "id"`). */
function leafOf({ attribute }: Place): Attribute {
  return (attribute.type === 'complex' ? valueOf(attribute) : undefined) ?? attribute
}

function* comparedOf(place: Place, subject: unknown): Steps<readonly unknown[]> {
  const found = yield* valuesOf(place, subject)
  const leaf = leafOf(place)
  return leaf === place.attribute ? found : membersOf(found, leaf.name)
}

function* valuesOf({ elements, inner, member }: Place, subject: unknown): Steps<readonly unknown[]> {
  const found = elements(subject)
  const chosen = inner === undefined ? found : yield* filterSteps(found, inner)
  return member === undefined ? chosen : membersOf(chosen, member)
}

function membersOf(items: readonly unknown[], name: string): readonly unknown[] {
  return items.flatMap((item) => present(get(item, name)))
}

function get(item: unknown, name: string): unknown {
  return isRecord(item) ? item[name] : undefined
}

function present(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}

/** A value, or a literal, in the form in which the attribute's values are compared. */
function comparable(
  { type, caseExact }: Attribute,
  value: unknown,
  toFolded: (text: string) => string,
): string | number {
  switch (type) {
    case 'boolean':
      // Entra writes booleans as "True" (docs of its legacy mode).
      return String(value).toLowerCase()
    case 'integer':
    case 'decimal':
      return Number(value)
    case 'dateTime':
      return Date.parse(String(value))
    default:
      return caseExact ? String(value) : toFolded(String(value))
  }
}

function holds(
  { type }: Attribute,
  { given, wanted }: { given: string | number; wanted: string | number },
  operator: Operator,
): boolean {
  if (operator === 'eq') return given === wanted
  if (type === 'boolean') return false
  if (typeof given === 'string' && typeof wanted === 'string') return textHolds(given, wanted, operator)
  return ordered(given, wanted, operator)
}

function textHolds(given: string, wanted: string, operator: Operator): boolean {
  if (operator === 'co') return contains(given, wanted)
  if (operator === 'sw') return given.startsWith(wanted)
  if (operator === 'ew') return given.endsWith(wanted)
  return ordered(given, wanted, operator)
}

function ordered(given: string | number, wanted: string | number, operator: Operator): boolean {
  switch (operator) {
    case 'gt':
      return given > wanted
    case 'ge':
      return given >= wanted
    case 'lt':
      return given < wanted
    case 'le':
      return given <= wanted
    default:
      return false
  }
}

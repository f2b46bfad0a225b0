import { isRecord, type JsonObject } from '../../kernel/json.ts'
import { fold } from '../../kernel/text.ts'
import { findAttribute, valueOf, type Attribute, type ResourceSchema } from '../schema/attribute.ts'
import { resolvePath } from '../schema/resolve.ts'
import type { AttributePath, Filter, Literal, Operator } from './ast.ts'

/** The values that a path has in the resource or element at hand, and the attribute that says how they compare. */
interface Found {
  readonly attribute: Attribute
  readonly values: readonly unknown[]
}
type Lookup = (path: AttributePath) => Found | undefined

/** Whether a resource (with id and meta) passes the filter, by the rules of RFC 7644 §3.4.2.2. Unknown attributes match nothing. */
export function matchesFilter(schema: ResourceSchema, resource: JsonObject, filter: Filter): boolean {
  return evaluate(filter, (path) => lookUp(schema, resource, path))
}

/** Whether one value of a multi-valued attribute passes the filter of a value path. */
export function matchesElement(attribute: Attribute, element: unknown, filter: Filter): boolean {
  return evaluate(filter, ({ attribute: name, sub }) => {
    if (sub !== undefined) return undefined
    if (attribute.type !== 'complex')
      return name.toLowerCase() === 'value' ? { attribute, values: [element] } : undefined
    const leaf = findAttribute(attribute.subAttributes, name)
    return leaf && { attribute: leaf, values: isRecord(element) ? present(element[leaf.name]) : [] }
  })
}

function evaluate(filter: Filter, lookup: Lookup): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.terms.every((term) => evaluate(term, lookup))
    case 'or':
      return filter.terms.some((term) => evaluate(term, lookup))
    case 'not':
      return !evaluate(filter.term, lookup)
    case 'matches':
    case 'present':
      return (lookup(filter.path)?.values.length ?? 0) > 0
    case 'compare':
      return compare(lookup(filter.path), filter.operator, filter.value)
  }
}

function lookUp(schema: ResourceSchema, resource: JsonObject, path: AttributePath): Found | undefined {
  const target = resolvePath(schema, path)
  if (target === undefined) return undefined
  const { extension, attribute, filter, sub } = target
  const holder = extension === undefined ? resource : resource[extension]
  const elements = isRecord(holder) ? present(holder[attribute.name]) : []
  const chosen =
    filter === undefined ? elements : elements.filter((item) => matchesElement(attribute, item, filter))
  if (sub === undefined) return { attribute, values: chosen }
  return { attribute: sub, values: chosen.flatMap((item) => (isRecord(item) ? present(item[sub.name]) : [])) }
}

function present(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}

function compare(found: Found | undefined, operator: Operator, literal: Literal): boolean {
  // What no schema has is absent from every resource.
  if (found === undefined) return operator === 'eq' ? literal === null : operator === 'ne' && literal !== null
  const { attribute, values } = simple(found)
  // "ne" is the negation of "eq", so that it also holds where the attribute is absent.
  if (operator === 'ne') return !compare(found, 'eq', literal)
  if (literal === null) return operator === 'eq' && values.length === 0
  return values.some((value) => holds(attribute, value, operator, literal))
}

/** A complex attribute compares by its `value` (`emails eq "x"`, `manager eq "id"`). */
function simple(found: Found): Found {
  const leaf = found.attribute.type === 'complex' ? valueOf(found.attribute) : undefined
  if (leaf === undefined) return found
  return {
    attribute: leaf,
    values: found.values.flatMap((item) => (isRecord(item) ? present(item[leaf.name]) : [])),
  }
}

function holds(
  attribute: Attribute,
  actual: unknown,
  operator: Operator,
  literal: Exclude<Literal, null>,
): boolean {
  switch (attribute.type) {
    case 'boolean':
      // Entra writes booleans as "True" (docs of its legacy mode).
      return operator === 'eq' && String(actual).toLowerCase() === String(literal).toLowerCase()
    case 'integer':
    case 'decimal':
      return ordered(Number(actual), Number(literal), operator)
    case 'dateTime':
      return ordered(Date.parse(String(actual)), Date.parse(String(literal)), operator)
    case 'string':
    case 'reference':
    case 'binary':
      return attribute.caseExact
        ? textHolds(String(actual), String(literal), operator)
        : textHolds(fold(String(actual)), fold(String(literal)), operator)
    case 'complex':
      return false
  }
}

function textHolds(actual: string, literal: string, operator: Operator): boolean {
  if (operator === 'co') return actual.includes(literal)
  if (operator === 'sw') return actual.startsWith(literal)
  if (operator === 'ew') return actual.endsWith(literal)
  return ordered(actual, literal, operator)
}

function ordered<T extends string | number>(actual: T, literal: T, operator: Operator): boolean {
  switch (operator) {
    case 'eq':
      return actual === literal
    case 'gt':
      return actual > literal
    case 'ge':
      return actual >= literal
    case 'lt':
      return actual < literal
    case 'le':
      return actual <= literal
    default:
      return false
  }
}

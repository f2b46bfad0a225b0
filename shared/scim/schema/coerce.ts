import { badRequest } from '../../kernel/failure.ts'
import { isRecord, type JsonObject } from '../../kernel/json.ts'
import { LIMITS } from '../../kernel/limits.ts'
import { mapSteps, type Steps } from '../../kernel/turns.ts'
import { findAttribute, valueOf, type Attribute, type AttributeMap } from './attribute.ts'
import { normalizeRole } from './role-value.ts'

/*
 * From what a client sent to what is stored: known names in their own spelling, types as the schema says, and Entra's
 * shapes turned into RFC 7643's. `undefined` means that the attribute is absent: null, "", [] and {} all clear.
 */

/** The value of a whole attribute. 400 `invalidValue` where it cannot be of the attribute's type. */
export function* coerceAttribute(attribute: Attribute, value: unknown): Steps<unknown> {
  if (!attribute.multiValued) return coerceSingle(attribute, value)
  if (value === null || value === undefined || value === '') return undefined
  const elements = yield* coerceElements(attribute, value)
  return elements.length === 0 ? undefined : elements
}

/** The value of an attribute that has one at most, as every sub-attribute has. */
export function coerceSingle(attribute: Attribute, value: unknown): unknown {
  return coerceElement(attribute, Array.isArray(value) ? soleElement(attribute, value) : value)
}

/** The values of a multi-valued attribute, however they were wrapped; empty ones are dropped, equal ones kept once. */
export function* coerceElements(attribute: Attribute, value: unknown): Steps<readonly unknown[]> {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  limitCount(attribute, list)
  const coerced = yield* mapSteps(list, (element) => coerceElement(attribute, element))
  const elements = coerced.filter((element) => element !== undefined)
  limitValues(attribute, elements)
  return withOnePrimary(distinct(elements))
}

/** 400 where an attribute has more values, or more text, than the engine, which compares each with each, can take. */
export function limitValues(attribute: Attribute, elements: readonly unknown[]): void {
  limitCount(attribute, elements)
  const characters = elements.reduce((sum: number, element) => sum + charactersOf(element), 0)
  if (characters > LIMITS.resourceCharacters)
    badRequest('invalidValue', `"${attribute.name}" has more than ${LIMITS.resourceCharacters} characters.`)
}

function limitCount(attribute: Attribute, elements: readonly unknown[]): void {
  if (elements.length > LIMITS.valuesPerAttribute)
    badRequest('invalidValue', `"${attribute.name}" takes at most ${LIMITS.valuesPerAttribute} values.`)
}

function charactersOf(element: unknown): number {
  if (typeof element === 'string') return element.length
  if (!isRecord(element)) return 0
  return Object.values(element).reduce((sum: number, part) => sum + charactersOf(part), 0)
}

/** One value: of a single-valued attribute, or one element of a multi-valued one. */
export function coerceElement(attribute: Attribute, value: unknown): unknown {
  if (value === null || value === undefined || value === '') return undefined
  if (attribute.type === 'complex') return coerceComplex(attribute, value)
  return coerceSimple(attribute, value)
}

/** Setting one value's `primary` clears the others' (RFC 7643 §2.4): the last one set holds. */
function withOnePrimary(elements: readonly unknown[]): readonly unknown[] {
  const last = elements.findLastIndex((element) => isRecord(element) && element['primary'] === true)
  return elements.map((element, i) =>
    i < last && isRecord(element) && element['primary'] === true ? { ...element, primary: false } : element,
  )
}

export function distinct(elements: readonly unknown[]): readonly unknown[] {
  const seen = new Map(elements.map((element) => [JSON.stringify(element), element]))
  return [...seen.values()]
}

function coerceComplex(attribute: Attribute, value: unknown): unknown {
  if (attribute.name === 'roles') return coerceRecord(attribute, normalizeRole(value))
  if (isRecord(value)) return coerceRecord(attribute, value)
  // Entra sends the manager's bare id; other clients bare e-mail addresses.
  const bare = valueOf(attribute)
  return bare === undefined ? wrongType(attribute, value) : coerceRecord(attribute, { value })
}

function coerceRecord(attribute: Attribute, value: JsonObject): unknown {
  const result: Record<string, unknown> = {}
  for (const [sub, part] of namedParts(attribute.subAttributes, value)) {
    const coerced = sub.mutability === 'readOnly' ? undefined : coerceSingle(sub, part)
    if (coerced !== undefined) result[sub.name] = coerced
  }
  return Object.keys(result).length === 0 ? undefined : result
}

/** The members of an object that a schema knows. 400 where one attribute is named twice, in two spellings. */
export function namedParts(attributes: AttributeMap, value: JsonObject): ReadonlyMap<Attribute, unknown> {
  const parts = new Map<Attribute, unknown>()
  for (const [name, part] of Object.entries(value)) {
    const attribute = findAttribute(attributes, name)
    if (attribute === undefined) continue
    if (parts.has(attribute))
      badRequest('invalidSyntax', `"${attribute.name}" is there twice, in different spellings.`)
    parts.set(attribute, part)
  }
  return parts
}

function coerceSimple(attribute: Attribute, value: unknown): unknown {
  switch (attribute.type) {
    case 'boolean':
      return coerceBoolean(attribute, value)
    case 'integer':
    case 'decimal':
      return coerceNumber(attribute, value)
    case 'dateTime':
      return isDateTime(value) ? value : wrongType(attribute, value)
    default:
      return typeof value === 'string' ? value : wrongType(attribute, value)
  }
}

/** Date and time, as XML Schema writes them (RFC 7643 §2.3.5). */
function isDateTime(value: unknown): value is string {
  const isWhole =
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(value)
  return isWhole && !Number.isNaN(Date.parse(value))
}

/** The functions of Entra's mappings make texts, of numbers too. */
function coerceNumber(attribute: Attribute, value: unknown): number {
  const isText = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
  const number = isText ? Number(value) : value
  const fits = attribute.type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number)
  return fits && typeof number === 'number' ? number : wrongType(attribute, value)
}

/** Entra's legacy mode writes booleans as "True" and "False". */
function coerceBoolean(attribute: Attribute, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  return text === 'true' || text === 'false' ? text === 'true' : wrongType(attribute, value)
}

/** S1 of Microsoft's examples sends the single-valued manager as a list of one. */
function soleElement(attribute: Attribute, value: readonly unknown[]): unknown {
  if (value.length > 1)
    badRequest('invalidValue', `"${attribute.name}" takes one value, not ${value.length}.`)
  return value[0]
}

function wrongType(attribute: Attribute, value: unknown): never {
  const kind = Array.isArray(value) ? 'a list' : typeof value
  return badRequest(
    'invalidValue',
    `"${attribute.name}" must be ${article(attribute.type)}, but ${kind} was sent.`,
  )
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

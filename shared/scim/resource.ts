import { badRequest } from '../kernel/failure.ts'
import { isRecord, memberOf, type JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { highestRole, parseRole } from '../kernel/roles.ts'
import { fold } from '../kernel/text.ts'
import type { Steps } from '../kernel/turns.ts'
import { parsePath } from './filter/parse.ts'
import type { Attribute, Extension, ResourceSchema } from './schema/attribute.ts'
import { coerceAttribute, namedParts } from './schema/coerce.ts'
import { listsUrn } from './schema/urns.ts'
import { COMMON_ATTRIBUTES } from './schema/definitions.ts'
import { resolvePath } from './schema/resolve.ts'
import { normalizeRole } from './schema/role-value.ts'

/** A resource as a client sent it: what we keep, and the names of what no schema has. */
export interface ReceivedResource {
  readonly attributes: JsonObject
  readonly ignored: readonly string[]
}

/**
 * Reads the body of POST or PUT. Unknown attributes, unknown extensions and what the server alone writes are left out
 * (RFC 7644 §3.3); a wrong type is 400 `invalidValue`.
 */
export function* readResource(schema: ResourceSchema, body: unknown): Steps<ReceivedResource> {
  if (!isRecord(body)) return badRequest('invalidSyntax', 'The body must be a JSON object.')
  checkSchemas(schema, body)
  const attributes: Record<string, unknown> = {}
  for (const [attribute, value] of namedParts(schema.attributes, body))
    yield* assign(attributes, attribute, value)
  // An extension that is there in two spellings is refused, too.
  for (const { urn } of schema.extensions.values()) memberOf(body, urn)
  const ignored: string[] = []
  for (const [name, value] of Object.entries(body)) {
    const extension = schema.extensions.get(name.toLowerCase())
    if (extension !== undefined) yield* mergeExtension(attributes, extension, value)
    else if (!isKnown(schema, name) && !(yield* assignFlat(schema, attributes, { name, value })))
      ignored.push(name)
    yield
  }
  return { attributes: yield* settle(schema, attributes), ignored }
}

/**
 * The last step of every write: values that say nothing are dropped, roles get one shape, and the sizes that the
 * store can hold are checked (400 `invalidValue`).
 */
export function* settle(schema: ResourceSchema, attributes: JsonObject): Steps<JsonObject> {
  const settled: Record<string, unknown> = {}
  let characters = 1
  for (const [name, value] of Object.entries(attributes)) {
    const kept: unknown = Array.isArray(value) ? yield* settleElements(name, value) : value
    if (Array.isArray(kept) && kept.length === 0) continue
    settled[name] = kept
    characters += JSON.stringify({ [name]: kept }).length - 1
    yield
  }
  if (Array.isArray(settled['emails']) && settled['emails'].length > LIMITS.emailsPerUser)
    badRequest('invalidValue', `A user has at most ${LIMITS.emailsPerUser} e-mail addresses.`)
  if (characters > LIMITS.resourceCharacters)
    badRequest(
      'invalidValue',
      `The ${schema.kind.toLowerCase()} is too large to store. Map fewer or shorter attributes.`,
    )
  return settled
}

/**
 * Values of one `value` and `type` are one (RFC 7643 §2.4; roles: of one `value`), the later one merged into the first;
 * what says nothing goes.
 */
function* settleElements(name: string, elements: readonly unknown[]): Steps<readonly unknown[]> {
  const kept =
    name === 'roles'
      ? yield* mergeAlike(elements.map(normalizeRole), (role) => [role['value']])
      : yield* mergeAlike(elements, ({ value, type }) => [
          value,
          typeof type === 'string' ? fold(type) : type,
        ])
  return kept.filter((element) => !isLabelOnly(element))
}

/** Those without a `value`, such as addresses, are one only where they are equal. */
function* mergeAlike(
  elements: readonly unknown[],
  identity: (element: JsonObject) => readonly unknown[],
): Steps<readonly unknown[]> {
  const merged = new Map<string, unknown>()
  for (const element of elements) {
    const isNamed = isRecord(element) && element['value'] !== undefined
    const key = JSON.stringify(isNamed ? identity(element) : element)
    const before = merged.get(key)
    merged.set(key, isNamed && isRecord(before) ? mergeInto(before, element) : element)
    yield
  }
  return [...merged.values()]
}

/** The mark of the primary value is not lost to its twin. */
function mergeInto(before: JsonObject, element: JsonObject): JsonObject {
  const isPrimary = before['primary'] === true || element['primary'] === true
  return { ...before, ...element, ...(isPrimary ? { primary: true } : {}) }
}

/** A text at a path of plain members, such as `name`, `familyName`. */
export function textAt(attributes: JsonObject, ...path: readonly string[]): string | undefined {
  let value: unknown = attributes
  for (const name of path) value = isRecord(value) ? value[name] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** 400 where a value that is looked up is longer than an index takes. */
export function checkIndexed(name: string, value: string | undefined): void {
  if (value === undefined) return
  // The folded form is kept too, and one character can become eighteen in it.
  if (value.length > LIMITS.indexedValueLength || fold(value).length > LIMITS.indexedValueLength)
    badRequest('invalidValue', `"${name}" is longer than ${LIMITS.indexedValueLength} characters.`)
}

/** Names of roles that are none of ours: they are stored, grant nothing, and are reported. */
export function unknownRoles(attributes: JsonObject): readonly string[] {
  return roleNames(attributes).filter((name) => parseRole(name) === undefined)
}

export function effectiveRole(attributes: JsonObject): ReturnType<typeof highestRole> {
  return highestRole(roleNames(attributes))
}

function roleNames(attributes: JsonObject): readonly string[] {
  const roles = attributes['roles']
  const values = Array.isArray(roles)
    ? roles.map((role: unknown) => (isRecord(role) ? role['value'] : undefined))
    : []
  return values.filter((value) => typeof value === 'string')
}

function* assign(attributes: Record<string, unknown>, attribute: Attribute, value: unknown): Steps<void> {
  const coerced = attribute.mutability === 'readOnly' ? undefined : yield* coerceAttribute(attribute, value)
  if (coerced !== undefined) attributes[attribute.name] = coerced
}

function* mergeExtension(
  attributes: Record<string, unknown>,
  extension: Extension,
  value: unknown,
): Steps<void> {
  if (value === null || value === '') return
  if (!isRecord(value)) badRequest('invalidValue', `"${extension.urn}" must be an object.`)
  const stored = attributes[extension.urn]
  const merged: Record<string, unknown> = isRecord(stored) ? { ...stored } : {}
  for (const [attribute, part] of namedParts(extension.attributes, value))
    yield* assign(merged, attribute, part)
  if (Object.keys(merged).length > 0) attributes[extension.urn] = merged
}

function isKnown(schema: ResourceSchema, name: string): boolean {
  return schema.attributes.has(name.toLowerCase()) || COMMON_ATTRIBUTES.has(name.toLowerCase())
}

/** `"urn:…:User:department": "Depot"` at the top of a body: some mappings write an extension's attribute that way. */
function* assignFlat(
  schema: ResourceSchema,
  attributes: Record<string, unknown>,
  { name, value }: { name: string; value: unknown },
): Steps<boolean> {
  if (!/^urn:[\w.:-]+$/i.test(name)) return false
  const target = resolvePath(schema, parsePath(name))
  const extension =
    target?.extension === undefined ? undefined : schema.extensions.get(target.extension.toLowerCase())
  if (target === undefined || extension === undefined || target.sub !== undefined) return false
  yield* mergeExtension(attributes, extension, { [target.attribute.name]: value })
  return true
}

/** Only `type` and `primary` left: what remains of an e-mail whose address was cleared. */
function isLabelOnly(element: unknown): boolean {
  return isRecord(element) && Object.keys(element).every((name) => name === 'type' || name === 'primary')
}

function checkSchemas(schema: ResourceSchema, body: JsonObject): void {
  const urns = memberOf(body, 'schemas') ?? null
  if (urns === null || (Array.isArray(urns) && urns.length === 0)) return
  if (!Array.isArray(urns)) return badRequest('invalidSyntax', '"schemas" must be a list of URNs.')
  if (!listsUrn(urns, schema.urn)) badRequest('invalidSyntax', `"schemas" must name ${schema.urn}.`)
}

import { isRecord, toList } from './json.ts'
import type { JsonObject, MutableJson } from './json.ts'

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** A target attribute of a mapping, taken apart: `urn:…:User:attribute[type eq "work"].sub`. */
export interface TargetPath {
  /** As it stands in the mapping and in PATCH operations. */
  readonly text: string
  /** The extension that holds the attribute; null in the core schema. */
  readonly schema: string | null
  readonly attribute: string
  readonly selector: { readonly attribute: string; readonly value: string } | null
  readonly sub: string | null
}

const URN_PREFIX = /^(urn:.+:2\.0:(?:User|Group)):(.+)$/
const ATTRIBUTE = /^([^.[\]]+)(?:\[(\w+) eq "([^"]*)"\])?(?:\.(\w+))?$/

/**
 * Which new elements of a request body carry `primary`, as Entra's requests show; elements chosen by another type have
 * no such member.
 */
const PRIMARY_OF_NEW_ELEMENTS: Readonly<Record<string, boolean>> = {
  'emails/work': true,
  'phoneNumbers/work': true,
  'addresses/work': false,
}

/** Takes a mapping's target attribute apart. A malformed one is a programming error. */
export function parseTargetPath(text: string): TargetPath {
  const [, urn, local] = URN_PREFIX.exec(text) ?? []
  const match = ATTRIBUTE.exec(local ?? text)
  if (match === null) throw new Error(`Not a target attribute: ${text}`)
  const [, attribute = '', selectorAttribute, selectorValue = '', sub = null] = match
  const selector =
    selectorAttribute === undefined ? null : { attribute: selectorAttribute, value: selectorValue }
  const isCore = urn === undefined || urn === CORE_USER || urn === CORE_GROUP
  return { text, schema: isCore ? null : urn, attribute, selector, sub }
}

/** The value at a target path of a resource; undefined where there is none. */
export function readTarget(resource: JsonObject, path: TargetPath): unknown {
  const holder = path.schema === null ? resource : resource[path.schema]
  if (!isRecord(holder)) return undefined
  const attribute = holder[path.attribute]
  const element =
    path.selector === null ? attribute : toList(attribute).find((value) => isSelected(value, path))
  const value = path.sub === null ? element : isRecord(element) ? element[path.sub] : undefined
  return value ?? undefined
}

/** Sets the value at a target path of a request body, making what is missing on the way. */
export function writeTarget(body: MutableJson, path: TargetPath, value: unknown): void {
  const holder = path.schema === null ? body : childOf(body, path.schema)
  if (path.selector !== null) writeElement(holder, path, value)
  else if (path.sub !== null) childOf(holder, path.attribute)[path.sub] = value
  else holder[path.attribute] = value
}

function writeElement(holder: MutableJson, path: TargetPath, value: unknown): void {
  const elements = [...toList(holder[path.attribute])]
  const found = elements.find((element) => isSelected(element, path))
  const element = isRecord(found) ? found : newElement(path)
  if (element !== found) elements.push(element)
  element[path.sub ?? 'value'] = value
  holder[path.attribute] = elements
}

function newElement({ attribute, selector }: TargetPath): MutableJson {
  if (selector === null) return {}
  if (selector.attribute === 'primary') return { primary: isTrue(selector.value) }
  const primary = PRIMARY_OF_NEW_ELEMENTS[`${attribute}/${selector.value}`]
  return { ...(primary === undefined ? {} : { primary }), [selector.attribute]: selector.value }
}

function isSelected(element: unknown, { selector }: TargetPath): boolean {
  if (!isRecord(element) || selector === null) return false
  const value = element[selector.attribute]
  // Entra writes booleans in a path as "True" although the resource has a real boolean.
  return typeof value === 'boolean' ? value === isTrue(selector.value) : value === selector.value
}

function isTrue(text: string): boolean {
  return text.toLowerCase() === 'true'
}

function childOf(holder: MutableJson, name: string): MutableJson {
  const existing = holder[name]
  const child = isRecord(existing) ? existing : {}
  holder[name] = child
  return child
}

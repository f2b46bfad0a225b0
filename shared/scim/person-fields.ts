import { isRecord, type JsonObject } from '../kernel/json.ts'
import { ENTERPRISE_USER } from './schema/attribute.ts'

/** A line of what a directory says of a person. */
export interface PersonField {
  /** The path that an administrator finds in Entra's attribute mapping. */
  readonly path: string
  readonly label: string
  readonly value: string
}

const FIELDS: readonly (readonly [path: string, label: string])[] = [
  ['userName', 'User name'],
  ['displayName', 'Display name'],
  ['name.givenName', 'First name'],
  ['name.familyName', 'Last name'],
  ['emails', 'E-mail addresses'],
  ['roles', 'Roles'],
  ['title', 'Job title'],
  [`${ENTERPRISE_USER}:department`, 'Department'],
  [`${ENTERPRISE_USER}:manager`, 'Manager'],
  [`${ENTERPRISE_USER}:employeeNumber`, 'Employee number'],
  ['phoneNumbers', 'Phone numbers'],
  ['addresses', 'Addresses'],
  ['preferredLanguage', 'Language'],
  ['timezone', 'Time zone'],
  ['externalId', 'External id'],
]

/** UTF-16 units: a page is no place for a whole essay. */
const VALUE_LENGTH = 300

/** What the directory says, in the order of a form; what is empty is left out. Values are as they were sent: escape them. */
export function personFields(attributes: JsonObject): readonly PersonField[] {
  return FIELDS.flatMap(([path, label]) => {
    const value = toText(valueAt(attributes, path)).slice(0, VALUE_LENGTH).toWellFormed()
    return value === '' ? [] : [{ path, label, value }]
  })
}

function valueAt(attributes: JsonObject, path: string): unknown {
  const end = path.startsWith('urn:') ? path.lastIndexOf(':') : path.indexOf('.')
  if (end === -1) return attributes[path]
  const outer = attributes[path.slice(0, end)]
  return isRecord(outer) ? outer[path.slice(end + 1)] : undefined
}

/** Of a value with parts, the part that people read. */
function toText(value: unknown): string {
  if (Array.isArray(value))
    return value
      .map(toText)
      .filter((text) => text !== '')
      .join(', ')
  if (isRecord(value)) return toText(value['displayName'] ?? value['formatted'] ?? value['value'])
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

/** The types of RFC 7643 §2.3. */
export type AttributeType =
  'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'reference' | 'binary' | 'complex'

/** What RFC 7643 §7 says of an attribute, as far as the engine acts on it. */
export interface Attribute {
  readonly name: string
  readonly type: AttributeType
  readonly multiValued: boolean
  readonly caseExact: boolean
  readonly mutability: 'readWrite' | 'readOnly' | 'writeOnly' | 'immutable'
  readonly returned: 'always' | 'default' | 'request' | 'never'
  readonly subAttributes: AttributeMap
}

/** Attributes by lower-case name: names compare without case (RFC 7643 §2.1), and a Map has no prototype to reach. */
export type AttributeMap = ReadonlyMap<string, Attribute>

export interface Extension {
  readonly urn: string
  readonly attributes: AttributeMap
}

/** The attributes of one resource type: its core schema and the extensions by lower-case URN. */
export interface ResourceSchema {
  readonly kind: 'User' | 'Group'
  readonly urn: string
  readonly attributes: AttributeMap
  readonly extensions: ReadonlyMap<string, Extension>
}

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

export function findAttribute(attributes: AttributeMap, name: string): Attribute | undefined {
  return attributes.get(name.toLowerCase())
}

/** Complex attributes whose bare value means their `value` sub-attribute: manager, members, e-mails, roles. */
export function valueOf(attribute: Attribute): Attribute | undefined {
  return attribute.subAttributes.get('value')
}

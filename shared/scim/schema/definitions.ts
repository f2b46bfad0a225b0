import { Schemas } from 'scimmy'
import { isRecord, type JsonObject } from '../../kernel/json.ts'
import {
  CORE_GROUP,
  CORE_USER,
  ENTERPRISE_USER,
  type Attribute,
  type AttributeMap,
  type AttributeType,
  type ResourceSchema,
} from './attribute.ts'

/*
 * The vocabulary comes from scimmy's static definitions, read once at start and the only thing that we take from it:
 * nothing that a client sends reaches the library.
 */

/** An attribute in the form of RFC 7643 §7, as /Schemas shows it. */
export type AttributeDefinition = JsonObject & { readonly name: string; readonly type: AttributeType }

export interface SchemaDefinition {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly attributes: readonly AttributeDefinition[]
}

/** Not stored, so not advertised: Microsoft's validator writes and reads back whatever it finds here. */
const LEFT_OUT: ReadonlySet<string> = new Set(['password'])

/** Suggestions for `type` (RFC 7643 §4.1.2). Microsoft's workflow counts mapped targets by them; other values are taken too. */
const CANONICAL_TYPES: Readonly<Record<string, readonly string[]>> = {
  emails: ['work', 'home', 'other'],
  phoneNumbers: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
  addresses: ['work', 'home', 'other'],
  ims: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'],
  photos: ['photo', 'thumbnail'],
}

const EXTERNAL_ID: AttributeDefinition = {
  name: 'externalId',
  type: 'string',
  multiValued: false,
  description:
    'The identifier that the provisioning client uses for the resource, such as the object id in Entra ID.',
  required: false,
  caseExact: true,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
}

export const USER_DEFINITION = define(Schemas.User.definition.describe(), CORE_USER, [EXTERNAL_ID])
export const ENTERPRISE_DEFINITION = define(Schemas.EnterpriseUser.definition.describe(), ENTERPRISE_USER, [])
export const GROUP_DEFINITION = define(Schemas.Group.definition.describe(), CORE_GROUP, [
  { ...EXTERNAL_ID, uniqueness: 'server' },
])

export const USER_SCHEMA: ResourceSchema = {
  kind: 'User',
  urn: CORE_USER,
  attributes: toMap(USER_DEFINITION.attributes),
  extensions: new Map([
    [
      ENTERPRISE_USER.toLowerCase(),
      { urn: ENTERPRISE_USER, attributes: toMap(ENTERPRISE_DEFINITION.attributes) },
    ],
  ]),
}

export const GROUP_SCHEMA: ResourceSchema = {
  kind: 'Group',
  urn: CORE_GROUP,
  attributes: toMap(GROUP_DEFINITION.attributes),
  extensions: new Map(),
}

/** Attributes that every resource has and that the server alone writes (RFC 7643 §3.1). */
export const COMMON_ATTRIBUTES: AttributeMap = toMap([
  {
    name: 'id',
    type: 'string',
    multiValued: false,
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
  },
  {
    name: 'schemas',
    type: 'reference',
    multiValued: true,
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
  },
  {
    name: 'meta',
    type: 'complex',
    multiValued: false,
    mutability: 'readOnly',
    returned: 'default',
    subAttributes: ['resourceType', 'location', 'version', 'created', 'lastModified'].map((name) => ({
      name,
      type: name === 'created' || name === 'lastModified' ? 'dateTime' : 'string',
      multiValued: false,
      caseExact: true,
      mutability: 'readOnly',
      returned: 'default',
    })),
  },
])

function define(definition: unknown, id: string, added: readonly AttributeDefinition[]): SchemaDefinition {
  // Its attributes take their public form only when they are written as JSON.
  const described: unknown = JSON.parse(JSON.stringify(definition))
  if (!isRecord(described)) throw new TypeError(`scimmy describes no schema ${id}`)
  const attributes = [...added, ...definitions(described['attributes'])]
    .filter(({ name }) => !LEFT_OUT.has(name))
    .map(withCanonicalTypes)
  return { id, name: String(described['name']), description: String(described['description']), attributes }
}

function definitions(value: unknown): readonly AttributeDefinition[] {
  return Array.isArray(value) ? value.filter(isDefinition) : []
}

function isDefinition(value: unknown): value is AttributeDefinition {
  return isRecord(value) && typeof value['name'] === 'string' && typeof value['type'] === 'string'
}

function withCanonicalTypes(attribute: AttributeDefinition): AttributeDefinition {
  const subAttributes = definitions(attribute['subAttributes']).map((sub) => {
    if (sub.name !== 'type' || attribute.name === 'members' || attribute.name === 'groups') return sub
    // An empty list of values, as scimmy has for roles, would say that no type is allowed.
    const { canonicalValues: _, ...rest } = sub
    const values = CANONICAL_TYPES[attribute.name]
    return values === undefined ? rest : { ...rest, canonicalValues: values }
  })
  return attribute.type === 'complex' ? { ...attribute, subAttributes } : attribute
}

function toMap(attributes: readonly AttributeDefinition[]): AttributeMap {
  return new Map(attributes.map((definition) => [definition.name.toLowerCase(), toAttribute(definition)]))
}

function toAttribute(definition: AttributeDefinition): Attribute {
  const { name, type, mutability, returned } = definition
  return {
    name,
    type,
    multiValued: definition['multiValued'] === true,
    caseExact: definition['caseExact'] === true,
    mutability:
      mutability === 'readOnly' || mutability === 'writeOnly' || mutability === 'immutable'
        ? mutability
        : 'readWrite',
    returned: returned === 'always' || returned === 'request' || returned === 'never' ? returned : 'default',
    subAttributes: toMap(definitions(definition['subAttributes'])),
  }
}

import { fail } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { ProvisioningRules } from './context.ts'
import {
  ENTERPRISE_DEFINITION,
  GROUP_DEFINITION,
  USER_DEFINITION,
  type AttributeDefinition,
  type SchemaDefinition,
} from './schema/definitions.ts'
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER } from './schema/attribute.ts'

/*
 * /ServiceProviderConfig, /ResourceTypes and /Schemas (RFC 7644 §4). They advertise only what round-trips, because
 * Microsoft's workflows write and read back whatever they find here.
 */

const CORE = 'urn:ietf:params:scim:schemas:core:2.0'

export function serviceProviderConfig(baseUrl: string): JsonObject {
  return {
    schemas: [`${CORE}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: LIMITS.bulkOperations, maxPayloadSize: LIMITS.largeBodyBytes },
    filter: { supported: true, maxResults: LIMITS.maxCount },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer secret',
        description: 'The connector\'s password in the header "Authorization: Bearer".',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
      {
        type: 'httpbasic',
        name: 'HTTP Basic',
        description: "The connector's user name and password.",
        specUri: 'https://www.rfc-editor.org/info/rfc7617',
        primary: false,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  }
}

export function listResourceTypes(baseUrl: string, rules: ProvisioningRules): JsonObject {
  return listOf(resourceTypes(baseUrl, rules))
}

/** 404 for a name that no resource type has. */
export function getResourceType(baseUrl: string, rules: ProvisioningRules, name: string): JsonObject {
  const found = resourceTypes(baseUrl, rules).find((type) => type['id'] === name)
  return found ?? fail({ code: 'not_found', detail: 'No resource type has this name.' })
}

export function listSchemas(baseUrl: string, rules: ProvisioningRules): JsonObject {
  return listOf(schemas(baseUrl, rules))
}

/** 404 for a URN that no schema has. */
export function getSchema(baseUrl: string, rules: ProvisioningRules, urn: string): JsonObject {
  const found = schemas(baseUrl, rules).find(({ id }) => id === urn)
  return found ?? fail({ code: 'not_found', detail: 'No schema has this URN.' })
}

function resourceTypes(baseUrl: string, { customAttributes }: ProvisioningRules): readonly JsonObject[] {
  const extensions = [ENTERPRISE_USER, ...new Set(customAttributes.map(({ urn }) => urn))]
  const common = (name: string): JsonObject => ({
    schemas: [`${CORE}:ResourceType`],
    id: name,
    name,
    endpoint: `/${name}s`,
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${name}` },
  })
  return [
    {
      ...common('User'),
      description: 'User account',
      schema: CORE_USER,
      schemaExtensions: extensions.map((schema) => ({ schema, required: false })),
    },
    { ...common('Group'), description: 'Group', schema: CORE_GROUP, schemaExtensions: [] },
  ]
}

function schemas(baseUrl: string, rules: ProvisioningRules): readonly (JsonObject & { id: string })[] {
  const required = new Set(['userName', ...rules.requiredAttributes])
  const user = { ...USER_DEFINITION, attributes: markRequired(USER_DEFINITION.attributes, '', required) }
  const definitions = [user, ENTERPRISE_DEFINITION, ...customDefinitions(rules), GROUP_DEFINITION]
  return definitions.map((definition) => toSchema(baseUrl, definition))
}

/** The schemas of what the customer maps beyond the standard ones. */
function customDefinitions({ customAttributes }: ProvisioningRules): readonly SchemaDefinition[] {
  return [...Map.groupBy(customAttributes, ({ urn }) => urn)].map(([id, attributes]) => ({
    id,
    name: 'Custom attributes',
    description: 'Attributes that this connector takes beyond the standard schemas.',
    attributes: attributes.map(({ name, type }) => ({
      name,
      type,
      multiValued: false,
      description: name,
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
      ...(type === 'reference' ? { referenceTypes: ['external', 'uri'] } : {}),
    })),
  }))
}

/** `required` is true only where a POST without the attribute is refused, and for each complex attribute on the way there. */
function markRequired(
  attributes: readonly AttributeDefinition[],
  prefix: string,
  required: ReadonlySet<string>,
): readonly AttributeDefinition[] {
  return attributes.map((attribute) => {
    const path = prefix + attribute.name
    const subAttributes = attribute['subAttributes']
    const within = [...required].some((name) => name === path || name.startsWith(`${path}.`))
    const marked = { ...attribute, required: within }
    if (!Array.isArray(subAttributes) || prefix !== '') return marked
    return { ...marked, subAttributes: markRequired(subAttributes, `${path}.`, required) }
  })
}

function toSchema(baseUrl: string, definition: SchemaDefinition): JsonObject & { id: string } {
  return {
    schemas: [`${CORE}:Schema`],
    ...definition,
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${definition.id}` },
  }
}

function listOf(resources: readonly JsonObject[]): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: resources.length,
    startIndex: 1,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}

import { REQUIRABLE_ATTRIBUTES } from '../connectors/connector.ts'
import { CUSTOM_ATTRIBUTE_TYPES } from '../kernel/custom-attribute.ts'
import { LIMITS } from '../kernel/limits.ts'
import { ROLES } from '../kernel/roles.ts'

const time = { type: 'string', format: 'date-time' } as const
const text = { type: 'string' } as const

function object(properties: Readonly<Record<string, unknown>>, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false } as const
}

const plan = { type: 'string', enum: ['standard', 'enterprise'] } as const
const shortName = {
  type: 'string',
  description: 'Letters, digits and inner hyphens, kept in lower case. Unique across organizations.',
  minLength: 1,
  maxLength: 40,
} as const
const domains = {
  type: 'array',
  items: text,
  maxItems: LIMITS.domainsPerOrganization,
  description: 'Domains of the e-mail addresses. Each is unique across organizations.',
} as const
const name = { type: 'string', minLength: 1, maxLength: 200 } as const
const requiredAttributes = {
  type: 'array',
  items: { type: 'string', enum: REQUIRABLE_ATTRIBUTES },
  description: 'What every user must have. An empty list demands nothing.',
} as const
const customAttributes = {
  type: 'array',
  items: object({ urn: text, name: text, type: { type: 'string', enum: CUSTOM_ATTRIBUTE_TYPES } }),
  maxItems: LIMITS.customAttributes,
  description: 'Attributes of users beyond the standard schemas, which the customer maps in Entra.',
} as const
const uniqueEmail = {
  type: 'boolean',
  description: 'Whether two users may not share a login e-mail. Switching it on is refused while some do.',
} as const
const password = { type: 'string', description: 'The SCIM password, shown only in this answer.' } as const
const secretId = { type: 'string', pattern: '^[0-9a-z]{8}$' } as const

const secret = object({ id: secretId, lastFour: text, createdAt: time, lastUsedAt: time }, ['lastUsedAt'])

const marks = {
  ...object(
    {
      testConnection: time,
      firstUser: time,
      firstGroup: time,
      roles: time,
      objectIds: time,
      lastRequest: time,
    },
    ['testConnection', 'firstUser', 'firstGroup', 'roles', 'objectIds', 'lastRequest'],
  ),
  description: 'When each was first seen; lastRequest moves on, at most every ten minutes.',
} as const

const clientSecret = {
  type: ['string', 'null'],
  maxLength: 500,
  description: 'Write-only, encrypted at rest. null takes it away.',
} as const
const expiry = {
  type: ['string', 'null'],
  description: 'The date at which Azure lets the secret expire.',
} as const
const oidcSettings = {
  ...object({
    authority: { type: 'string', format: 'uri', description: 'The issuer of the Entra tenant.' },
    clientId: { type: 'string', format: 'uuid' },
    hasClientSecret: { type: 'boolean' },
    clientSecretExpiresAt: expiry,
    linkByUserName: {
      type: 'boolean',
      description: 'Whether a first sign-in may find its user by name.',
    },
  }),
  type: ['object', 'null'],
} as const
const platform = { type: 'string', enum: ['web', 'app'] } as const
const oidc = object({
  active: { ...oidcSettings, description: 'What people sign in with.' },
  draft: { ...oidcSettings, description: 'Waits for a test of the web platform to succeed.' },
  lastTest: {
    ...object({ platform, at: time, step: text, reason: text }, ['reason']),
    type: ['object', 'null'],
    description: 'Without `reason` it succeeded.',
  },
  redirectUris: object({
    publicClient: { type: 'string', format: 'uri' },
    web: { type: 'string', format: 'uri' },
  }),
})

const activity = object(
  {
    cursor: { ...text, description: 'Place in the log: the `before` that begins after this item.' },
    at: time,
    operation: text,
    actor: text,
    correlationId: text,
    clientRequestId: text,
    resource: object({ type: text, id: text }),
    status: { type: 'integer' },
    attributes: { type: 'array', items: text },
    note: text,
  },
  ['clientRequestId', 'resource', 'attributes', 'note'],
)

const scimUser = {
  type: 'object',
  description: 'A SCIM 2.0 user (RFC 7643), as /Users takes and returns it.',
} as const
const importResult = object(
  { userName: text, status: { type: 'integer', enum: [201, 400, 409] }, id: text, detail: text },
  ['userName', 'id', 'detail'],
)
const platformUser = object({
  role: {
    type: ['string', 'null'],
    enum: [...ROLES, null],
    description: 'The highest role; null: apps only.',
  },
  origin: { type: 'string', enum: ['directory', 'platform'], description: 'Who brought the account.' },
  user: scimUser,
})

/** Every body and answer, under `components.schemas`. */
export const MANAGEMENT_SCHEMAS = {
  Organization: object(
    { id: { type: 'string', pattern: '^[0-9a-z]{16}$' }, name, plan, shortName, domains },
    ['shortName'],
  ),
  NewOrganization: object({ name, plan, shortName, domains }, ['shortName', 'domains']),
  OrganizationPatch: object(
    {
      name,
      plan,
      shortName: { ...shortName, type: ['string', 'null'], description: 'null takes it away.' },
      domains,
    },
    ['name', 'plan', 'shortName', 'domains'],
  ),
  Connector: object({
    id: { type: 'string', pattern: '^[0-9a-z]{16}-[1-9][0-9]{0,3}$' },
    type: { type: 'string', const: 'entra' },
    state: { type: 'string', enum: ['enabled', 'disabled'] },
    requiredAttributes,
    customAttributes,
    uniqueEmail,
    marks,
    createdAt: time,
    scim: object(
      {
        url: { type: 'string', format: 'uri', description: 'The tenant URL to paste into Entra.' },
        userName: text,
        secrets: { type: 'array', items: secret, maxItems: LIMITS.scimSecrets },
        password,
      },
      ['password'],
    ),
    oidc,
  }),
  SetupLink: object({ url: { type: 'string', format: 'uri' }, expiresAt: time }),
  Connectors: object({ connectors: { type: 'array', items: { $ref: '#/components/schemas/Connector' } } }),
  NewConnector: object({ type: { type: 'string', const: 'entra' } }),
  ConnectorPatch: object(
    {
      state: { type: 'string', enum: ['enabled', 'disabled'] },
      requiredAttributes,
      customAttributes,
      uniqueEmail,
      oidc: object(
        {
          authority: {
            ...text,
            description:
              'In any form in which Azure shows it: tenant id, domain, or an URL with one of them.',
          },
          clientId: { type: 'string', format: 'uuid' },
          clientSecret,
          clientSecretExpiresAt: expiry,
          linkByUserName: { type: 'boolean' },
        },
        ['authority', 'clientId', 'clientSecret', 'clientSecretExpiresAt', 'linkByUserName'],
      ),
    },
    ['state', 'requiredAttributes', 'customAttributes', 'uniqueEmail', 'oidc'],
  ),
  TestSignIn: object({ platform }),
  SignInTest: object({ url: { type: 'string', format: 'uri' }, expiresAt: time }),
  NewScimSecret: object({ id: secretId, password }),
  EmptyBody: object({}),
  ActivityPage: object({ activity: { type: 'array', items: activity, maxItems: LIMITS.maxCount } }),
  Verification: object(
    { from: { ...text, description: 'The `next` of the slice before.' }, repair: { type: 'boolean' } },
    ['from', 'repair'],
  ),
  Verified: object(
    {
      checked: { type: 'integer' },
      findings: {
        type: 'array',
        items: object({
          row: text,
          problem: { type: 'string', enum: ['missing', 'orphan'] },
          repaired: { type: 'boolean' },
        }),
      },
      next: text,
    },
    ['next'],
  ),
  UserImport: object({ users: { type: 'array', items: scimUser, maxItems: LIMITS.importedUsers } }),
  ImportResults: object({ results: { type: 'array', items: importResult } }),
  UserPage: object({
    totalResults: { type: 'integer' },
    startIndex: { type: 'integer' },
    itemsPerPage: { type: 'integer' },
    users: { type: 'array', items: platformUser, maxItems: LIMITS.maxCount },
  }),
  Problem: {
    type: 'object',
    description: 'RFC 9457. `type` tells the kinds apart.',
    properties: {
      type: { type: 'string', format: 'uri-reference' },
      title: text,
      status: { type: 'integer' },
      detail: text,
      contact: { ...text, description: 'With plan-required: whom to ask.' },
      attributes: { type: 'array', items: text, description: 'With not-unique: what is taken.' },
      clashes: {
        type: 'array',
        maxItems: 100,
        description: 'With conflict on uniqueEmail: who cannot have their address, and who has it.',
        items: object({ id: text, userName: text, heldBy: object({ id: text, userName: text }) }),
      },
    },
    required: ['type', 'title', 'status'],
  },
} as const

export type ManagementSchema = keyof typeof MANAGEMENT_SCHEMAS

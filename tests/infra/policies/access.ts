import type { Policy } from '../policy.ts'
import { ofType, only, scopeOf, texts, type Resource, type Snapshot } from '../snapshot.ts'

const ROLE = 'Microsoft.Authorization/roleAssignments'

/** Every role that is given at all: on what, to whom. */
const LEAST: Readonly<Record<string, { what: string; on: RegExp; to: string }>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': {
    what: 'Storage Blob Data Owner',
    on: /\/Microsoft\.Storage\/storageAccounts\/sthost[^/]+$/,
    to: 'id-gatehouse',
  },
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': {
    what: 'Storage Table Data Contributor',
    on: /\/Microsoft\.Storage\/storageAccounts\/st(?!host)[^/]+$/,
    to: 'id-gatehouse',
  },
  'e147488a-f6f5-4113-8e2d-b22465e65bf6': {
    what: 'Key Vault Crypto Service Encryption User',
    on: /\/Microsoft\.KeyVault\/vaults\/[^/]+\/keys\/gatehouse-wrapping$/,
    to: 'id-gatehouse',
  },
  '3913510d-42f4-4e42-8a64-420c390055eb': {
    what: 'Monitoring Metrics Publisher',
    on: /\/Microsoft\.Insights\/components\/[^/]+$/,
    to: 'id-gatehouse',
  },
  'de139f84-1756-47ae-9be6-808fbbe84772': {
    what: 'Website Contributor',
    on: /\/Microsoft\.Web\/sites\/[^/]+$/,
    to: 'id-gatehouse-deploy',
  },
}

function roleViolations(role: Resource): string[] {
  const id = String(role.properties.roleDefinitionId).split('/').at(-1) ?? ''
  const least = LEAST[id]
  if (least === undefined) return [`the role ${id} is needed by nobody`]
  const to = /userAssignedIdentities\/([^/']+)'/.exec(role.properties.principalId)?.[1]
  return [
    ...(least.on.test(scopeOf(role)) ? [] : [`${least.what} on ${scopeOf(role)}`]),
    ...(to === least.to ? [] : [`${least.what} for ${to}`]),
  ]
}

/** On what the app has each role: the roles without which it cannot work. */
function missingRoles(snapshot: Snapshot): string[] {
  const scopes = ofType(snapshot, ROLE).map(scopeOf)
  const needed = [
    'Microsoft.Storage/storageAccounts',
    'Microsoft.KeyVault/vaults/keys',
    'Microsoft.Insights/components',
  ]
  return needed
    .flatMap((type) => ofType(snapshot, type))
    .filter(({ id }) => !scopes.includes(id))
    .map(({ name }) => `nobody has a role on ${name}`)
}

const give = (role: string) => (snapshot: Snapshot) => {
  const [first] = ofType(snapshot, ROLE)
  if (first !== undefined) first.properties.roleDefinitionId = `/providers/x/roleDefinitions/${role}`
}

const move = (from: RegExp, to: (scope: string) => string) => (snapshot: Snapshot) => {
  const role = ofType(snapshot, ROLE).find((candidate) => from.test(scopeOf(candidate)))
  if (role === undefined) throw new Error('no such role')
  const scope = scopeOf(role)
  Object.assign(role, { id: role.id.replace(scope, to(scope)) })
}

const roles: Policy = {
  rule: 'each role is the least one and on nothing but the resource that needs it',
  violations: (snapshot) => [...ofType(snapshot, ROLE).flatMap(roleViolations), ...missingRoles(snapshot)],
  mistakes: [
    { what: 'Owner', make: give('8e3af657-a8ff-443c-a75c-2fe8c4bcb635') },
    { what: 'Storage Blob Data Contributor', make: give('ba92f5b4-2d11-453d-a403-e96b0029c9fe') },
    {
      what: 'the key role on the whole vault',
      make: move(/\/keys\//, (scope) => scope.replace(/\/keys\/.*/, '')),
    },
    {
      what: 'the table role on the resource group',
      make: move(/\/stmain/, (scope) => scope.replace(/\/providers.*/, '')),
    },
    {
      what: 'the table role on the account of the host',
      make: move(/\/stmain/, (scope) => scope.replace('stmain', 'sthost')),
    },
    {
      what: 'a role for who publishes',
      scenario: 'front-door',
      make: (snapshot) => {
        const role = ofType(snapshot, ROLE).find((candidate) => scopeOf(candidate).includes('/stmain'))
        if (role)
          role.properties.principalId = String(role.properties.principalId).replace(
            "id-gatehouse'",
            "id-gatehouse-deploy'",
          )
      },
    },
    {
      what: 'no role on the key',
      make: (snapshot) => {
        snapshot.predictedResources = snapshot.predictedResources.filter(
          ({ id }) => !/keys\/.*roleAssign/.test(id),
        )
      },
    },
  ],
}

interface Wanted {
  readonly type: string
  readonly properties: Readonly<Record<string, unknown>>
}

const NO_KEYS: readonly Wanted[] = [
  {
    type: 'Microsoft.Storage/storageAccounts',
    properties: {
      allowSharedKeyAccess: false,
      isLocalUserEnabled: false,
      defaultToOAuthAuthentication: true,
    },
  },
  { type: 'Microsoft.Insights/components', properties: { DisableLocalAuth: true } },
  { type: 'Microsoft.OperationalInsights/workspaces', properties: { 'features.disableLocalAuth': true } },
  { type: 'Microsoft.KeyVault/vaults', properties: { enableRbacAuthorization: true } },
  { type: 'Microsoft.Web/sites/basicPublishingCredentialsPolicies', properties: { allow: false } },
]

const ENCRYPTED: readonly Wanted[] = [
  {
    type: 'Microsoft.Storage/storageAccounts',
    properties: { minimumTlsVersion: 'TLS1_2', supportsHttpsTrafficOnly: true },
  },
  {
    type: 'Microsoft.Web/sites',
    // Not 1.3: Entra's provisioning service speaks 1.2 only.
    properties: { httpsOnly: true, 'siteConfig.minTlsVersion': '1.2', 'siteConfig.scmMinTlsVersion': '1.2' },
  },
  {
    type: 'Microsoft.Cdn/profiles/afdEndpoints/routes',
    properties: { httpsRedirect: 'Enabled', forwardingProtocol: 'HttpsOnly' },
  },
  { type: 'Microsoft.Cdn/profiles/originGroups/origins', properties: { enforceCertificateNameCheck: true } },
]

const CLOSED: readonly Wanted[] = [
  {
    type: 'Microsoft.Storage/storageAccounts',
    properties: { allowBlobPublicAccess: false, allowCrossTenantReplication: false },
  },
  { type: 'Microsoft.Storage/storageAccounts/blobServices/containers', properties: { publicAccess: 'None' } },
]

function at(resource: Resource, path: string): unknown {
  let value: unknown = resource.properties
  for (const key of path.split('.')) value = Object(value)[key]
  return value
}

function unmet(snapshot: Snapshot, wanted: readonly Wanted[]): string[] {
  return wanted.flatMap(({ type, properties }) =>
    ofType(snapshot, type).flatMap((resource) =>
      Object.entries(properties)
        .filter(([path, value]) => at(resource, path) !== value)
        .map(([path, value]) => `${type} ${resource.name}: ${path} is not ${String(value)}`),
    ),
  )
}

/** One mistake for each property of each kind: absent, as if the line were deleted. */
function without(wanted: readonly Wanted[]): Policy['mistakes'] {
  return wanted.flatMap(({ type, properties }) =>
    Object.keys(properties).map((path) => ({
      what: `${type} without ${path}`,
      scenario: 'front-door',
      make: (snapshot: Snapshot) => {
        const keys = path.split('.')
        const last = keys.pop() ?? ''
        let holder = ofType(snapshot, type)[0]?.properties
        for (const key of keys) holder = holder[key]
        delete holder[last]
      },
    })),
  )
}

const noKeys: Policy = {
  rule: 'nothing can be reached with a shared key or a password',
  violations: (snapshot) => [
    ...unmet(snapshot, NO_KEYS),
    ...(ofType(snapshot, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies').length === 2
      ? []
      : ['publishing with a password is not refused for both ftp and scm']),
  ],
  mistakes: without(NO_KEYS),
}

const encrypted: Policy = {
  rule: 'nothing is sent in the clear',
  violations: (snapshot) => unmet(snapshot, ENCRYPTED),
  mistakes: without(ENCRYPTED),
}

/** Host storage, each account of tenant data, and the vault. */
const HIDDEN = ['Microsoft.Storage/storageAccounts', 'Microsoft.KeyVault/vaults']

function open(snapshot: Snapshot): string[] {
  if (ofType(snapshot, 'Microsoft.Network/virtualNetworks').length === 0) return []
  const reached = texts(ofType(snapshot, 'Microsoft.Network/privateEndpoints')).map(([, text]) => text)
  return HIDDEN.flatMap((type) => ofType(snapshot, type)).flatMap((resource) => [
    ...(resource.properties.publicNetworkAccess === 'Disabled' &&
    resource.properties.networkAcls.defaultAction === 'Deny'
      ? []
      : [`${resource.name} is reached from outside the network`]),
    ...(reached.includes(resource.id) ? [] : [`${resource.name} has no private endpoint`]),
  ])
}

const closed: Policy = {
  rule: 'nothing stored is public, and with a network of its own nothing is reached past it',
  violations: (snapshot) => [...unmet(snapshot, CLOSED), ...open(snapshot)],
  mistakes: [
    ...without(CLOSED),
    {
      what: 'a vault that is open beside its private endpoint',
      scenario: 'private-network',
      make: (snapshot) => {
        only(snapshot, 'Microsoft.KeyVault/vaults').properties.publicNetworkAccess = 'Enabled'
      },
    },
    {
      what: 'an account without a private endpoint',
      scenario: 'private-network',
      make: (snapshot) => {
        snapshot.predictedResources = snapshot.predictedResources.filter(
          ({ name }) => !name.startsWith('pe-stsecond'),
        )
      },
    },
  ],
}

export const ACCESS = [roles, noKeys, encrypted, closed]

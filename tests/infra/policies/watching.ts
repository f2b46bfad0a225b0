import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Policy } from '../policy.ts'
import { ofType, only, PROJECT, scopeOf, type Resource, type Snapshot } from '../snapshot.ts'

const DIAGNOSTICS = 'Microsoft.Insights/diagnosticSettings'

/**
 * Types of ours that have logs of their own. Not among them: what has metrics only, which are kept anyway, and
 * Application Insights, whose rows are in the workspace already.
 */
const LOGGING = [
  'Microsoft.Web/sites',
  'Microsoft.KeyVault/vaults',
  'Microsoft.Storage/storageAccounts/tableServices',
  'Microsoft.Storage/storageAccounts/blobServices',
  'Microsoft.OperationalInsights/workspaces',
  'Microsoft.Network/networkSecurityGroups',
  'Microsoft.Cdn/profiles',
]

const drop = (isDropped: (resource: Resource) => boolean) => (snapshot: Snapshot) => {
  const left = snapshot.predictedResources.filter((resource) => !isDropped(resource))
  if (left.length === snapshot.predictedResources.length) throw new Error('nothing to drop')
  snapshot.predictedResources = left
}

const diagnostics: Policy = {
  rule: 'every resource that has logs sends them to the workspace',
  violations: (snapshot) => {
    const workspace = only(snapshot, 'Microsoft.OperationalInsights/workspaces').id
    const sending = ofType(snapshot, DIAGNOSTICS)
      .filter(
        ({ properties }) =>
          properties.workspaceId === workspace &&
          properties.logs.some((log: { enabled: boolean }) => log.enabled),
      )
      .map(scopeOf)
    return LOGGING.flatMap((type) => ofType(snapshot, type))
      .filter(({ id }) => !sending.includes(id))
      .map(({ name, type }) => `${type} ${name} logs nothing`)
  },
  mistakes: [
    ...[
      'Microsoft.Web/sites',
      'Microsoft.KeyVault',
      'tableServices',
      'blobServices',
      'Microsoft.OperationalInsights',
    ].map((scope) => ({
      what: `${scope} without logs`,
      make: drop((resource) => resource.type === DIAGNOSTICS && scopeOf(resource).includes(scope)),
    })),
    {
      what: 'Front Door without logs',
      scenario: 'front-door',
      make: drop((resource) => resource.type === DIAGNOSTICS && scopeOf(resource).includes('Microsoft.Cdn')),
    },
    {
      what: 'a setting with every log switched off',
      make: (snapshot) => {
        for (const { properties } of ofType(snapshot, DIAGNOSTICS))
          for (const log of properties.logs) log.enabled = false
      },
    },
  ],
}

/** What an operator has to be told of. */
const ALERTS = [
  'gatehouse-server-errors',
  'gatehouse-slow',
  'gatehouse-refused',
  'gatehouse-no-maintenance',
  'gatehouse-logs-capped',
  'gatehouse-vault-refuses',
  'gatehouse-unreachable',
]

const ALERT_TYPES = ['Microsoft.Insights/scheduledQueryRules', 'Microsoft.Insights/metricAlerts']

const alertsOf = (snapshot: Snapshot): Resource[] => ALERT_TYPES.flatMap((type) => ofType(snapshot, type))

function runbookSections(): string[] {
  const page = join(PROJECT, 'docs/operate.md')
  if (!existsSync(page)) return []
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.trim())
}

function deafAlerts(snapshot: Snapshot): string[] {
  const group = only(snapshot, 'Microsoft.Insights/actionGroups')
  const sections = runbookSections()
  return alertsOf(snapshot).flatMap(({ name, properties }) => {
    const section = /Runbook: docs\/operate\.md, "([^"]+)"\.$/.exec(properties.description)?.[1] ?? ''
    return [
      ...(JSON.stringify(properties.actions).includes(group.id) ? [] : [`${name} tells nobody`]),
      ...(properties.enabled ? [] : [`${name} is off`]),
      ...(sections.includes(section) ? [] : [`${name}: the runbook has no section "${section}"`]),
    ]
  })
}

function missingAlerts(snapshot: Snapshot): string[] {
  const names = alertsOf(snapshot).map(({ name }) => name)
  const accounts = ofType(snapshot, 'Microsoft.Storage/storageAccounts')
    .filter(({ name }) => !name.startsWith('sthost'))
    .map(({ name }) => `gatehouse-storage-throttles-${name}`)
  return [...ALERTS, ...accounts].filter((name) => !names.includes(name)).map((name) => `no alert ${name}`)
}

const alerts: Policy = {
  rule: 'whoever operates it is told of faults, and where the runbook answers them',
  violations: (snapshot) => {
    const [receiver] = only(snapshot, 'Microsoft.Insights/actionGroups').properties.emailReceivers
    return [
      ...missingAlerts(snapshot),
      ...deafAlerts(snapshot),
      ...(receiver?.emailAddress ? [] : ['nobody is told']),
    ]
  },
  mistakes: [
    ...ALERTS.map((name) => ({ what: `no ${name}`, make: drop((resource) => resource.name === name) })),
    {
      what: 'a second account whose throttling nobody hears of',
      scenario: 'private-network',
      make: drop(({ name }) => name.startsWith('gatehouse-storage-throttles-stsecond')),
    },
    {
      what: 'an alert without an action group',
      make: (snapshot) => {
        for (const { properties } of alertsOf(snapshot)) properties.actions = []
      },
    },
    {
      what: 'an alert that names a section that is not there',
      make: (snapshot) => {
        for (const { properties } of alertsOf(snapshot))
          properties.description = 'Runbook: docs/operate.md, "Call the developer".'
      },
    },
  ],
}

const budget: Policy = {
  rule: 'a budget, where there is one, tells the operator before it is spent',
  violations: (snapshot) =>
    ofType(snapshot, 'Microsoft.Consumption/budgets').flatMap(({ properties }) => {
      const notices = Object.values<{ threshold: number; contactEmails: string[] }>(properties.notifications)
      return notices.some(({ threshold, contactEmails }) => threshold < 100 && contactEmails.length > 0)
        ? []
        : ['the budget is spent before anybody hears of it']
    }),
  mistakes: [
    {
      what: 'a notice at 100 percent only',
      scenario: 'zone-redundant',
      make: (snapshot) => {
        const { notifications } = only(snapshot, 'Microsoft.Consumption/budgets').properties
        for (const notice of Object.values<{ threshold: number }>(notifications)) notice.threshold = 100
      },
    },
  ],
}

/** What Azure cannot tag. */
const UNTAGGED =
  /^Microsoft\.(Authorization|Consumption)\/|diagnosticSettings$|\/(tables|tableServices|blobServices|containers|config|basicPublishingCredentialsPolicies|federatedIdentityCredentials|privateDnsZoneGroups|routes|originGroups|origins|securityPolicies)$/

const tags: Policy = {
  rule: 'every resource tells what it belongs to',
  violations: (snapshot) =>
    snapshot.predictedResources
      .filter(({ type }) => !UNTAGGED.test(type))
      .filter((resource) => resource['tags']?.application !== 'gatehouse')
      .map(({ type, name }) => `${type} ${name} has no tag`),
  mistakes: [
    {
      what: 'a vault without tags',
      make: (snapshot) => {
        delete only(snapshot, 'Microsoft.KeyVault/vaults')['tags']
      },
    },
  ],
}

/** With Front Door, its firewall is the only way in. */
const frontDoor: Policy = {
  rule: 'behind Front Door, the firewall is on and there is no way around it',
  violations: (snapshot) => {
    if (ofType(snapshot, 'Microsoft.Cdn/profiles').length === 0) return []
    const { siteConfig } = only(snapshot, 'Microsoft.Web/sites').properties
    const [rule] = siteConfig.ipSecurityRestrictions
    const firewall = only(snapshot, 'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies')
    const { policySettings, managedRules } = firewall.properties
    const attached = JSON.stringify(ofType(snapshot, 'Microsoft.Cdn/profiles/securityPolicies')).includes(
      firewall.id,
    )
    return [
      ...(siteConfig.ipSecurityRestrictionsDefaultAction === 'Deny'
        ? []
        : ['the app is reached past Front Door']),
      ...(rule?.headers?.['x-azure-fdid']?.[0]?.includes('frontDoorId')
        ? []
        : ['any Front Door reaches the app']),
      ...(policySettings.mode === 'Prevention' && policySettings.enabledState === 'Enabled' && attached
        ? []
        : ['the firewall refuses nothing']),
      ...(managedRules.managedRuleSets.length === 2 ? [] : ['managed rules are missing']),
    ]
  },
  mistakes: [
    {
      what: 'an app that anybody reaches',
      scenario: 'front-door',
      make: (snapshot) => {
        only(snapshot, 'Microsoft.Web/sites').properties.siteConfig.ipSecurityRestrictionsDefaultAction =
          'Allow'
      },
    },
    {
      what: 'an app that any Front Door reaches',
      scenario: 'front-door',
      make: (snapshot) => {
        delete only(snapshot, 'Microsoft.Web/sites').properties.siteConfig.ipSecurityRestrictions[0].headers
      },
    },
    {
      what: 'a firewall that only looks on',
      scenario: 'front-door',
      make: (snapshot) => {
        only(
          snapshot,
          'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies',
        ).properties.policySettings.mode = 'Detection'
      },
    },
    {
      what: 'a firewall that is attached to nothing',
      scenario: 'front-door',
      make: drop(({ type }) => type === 'Microsoft.Cdn/profiles/securityPolicies'),
    },
  ],
}

export const WATCHING = [diagnostics, alerts, budget, tags, frontDoor]

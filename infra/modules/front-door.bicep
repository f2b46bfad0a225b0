import { Names } from 'names.bicep'

param names Names
param token string
param tags object

@description('Requests of one address in a minute, SCIM apart, above which the firewall refuses.')
param requestsPerMinute int

resource profile 'Microsoft.Cdn/profiles@2025-06-01' = {
  name: names.frontDoor
  location: 'global'
  tags: tags
  sku: { name: 'Premium_AzureFrontDoor' }
  properties: { originResponseTimeoutSeconds: 60 }
}

resource endpoint 'Microsoft.Cdn/profiles/afdEndpoints@2025-06-01' = {
  parent: profile
  name: token
  location: 'global'
  tags: tags
  properties: { enabledState: 'Enabled' }
}

resource firewall 'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies@2024-02-01' = {
  name: 'waf${token}'
  location: 'global'
  tags: tags
  sku: { name: 'Premium_AzureFrontDoor' }
  properties: {
    policySettings: { enabledState: 'Enabled', mode: 'Prevention', requestBodyCheck: 'Enabled' }
    customRules: {
      rules: [
        {
          // URNs, filters and PATCH paths look like attacks to the managed rules, all of Entra's customers share its
          // addresses, and nothing under scim/ is answered without a secret.
          name: 'ScimHasItsOwnRules'
          priority: 10
          enabledState: 'Enabled'
          ruleType: 'MatchRule'
          action: 'Allow'
          matchConditions: [
            { matchVariable: 'RequestUri', operator: 'RegEx', matchValue: ['^https://[^/]+(:443)?/scim/v2/'] }
          ]
        }
        {
          name: 'TooManyFromOneAddress'
          priority: 20
          enabledState: 'Enabled'
          ruleType: 'RateLimitRule'
          action: 'Block'
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: requestsPerMinute
          groupBy: [{ variableName: 'SocketAddr' }]
          matchConditions: [
            { matchVariable: 'SocketAddr', operator: 'IPMatch', matchValue: ['0.0.0.0/0', '::/0'] }
          ]
        }
      ]
    }
    managedRules: {
      managedRuleSets: [
        {
          ruleSetType: 'Microsoft_DefaultRuleSet'
          ruleSetVersion: '2.1'
          ruleSetAction: 'Block'
          exclusions: [
            // Sign-in carries addresses and opaque codes, which the rules take for remote files and injections.
            { matchVariable: 'QueryStringArgNames', selectorMatchOperator: 'Equals', selector: 'redirect_uri' }
            {
              matchVariable: 'QueryStringArgNames'
              selectorMatchOperator: 'Equals'
              selector: 'post_logout_redirect_uri'
            }
            { matchVariable: 'QueryStringArgNames', selectorMatchOperator: 'Equals', selector: 'code' }
            { matchVariable: 'QueryStringArgNames', selectorMatchOperator: 'Equals', selector: 'state' }
            { matchVariable: 'RequestBodyPostArgNames', selectorMatchOperator: 'Equals', selector: 'redirect_uri' }
            { matchVariable: 'RequestBodyPostArgNames', selectorMatchOperator: 'Equals', selector: 'code' }
            { matchVariable: 'RequestCookieNames', selectorMatchOperator: 'StartsWith', selector: '__Host-' }
          ]
        }
        { ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.1' }
      ]
    }
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: names.logs
}

// No access log: it would keep the query strings of sign-ins, codes included.
resource profileDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-logs'
  scope: profile
  properties: {
    workspaceId: logs.id
    logs: [
      { category: 'FrontDoorWebApplicationFirewallLog', enabled: true }
      { category: 'FrontDoorHealthProbeLog', enabled: true }
    ]
  }
}

output frontDoorId string = profile.properties.frontDoorId
output hostName string = endpoint.properties.hostName

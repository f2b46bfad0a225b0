import { Names } from 'names.bicep'

param names Names
param location string
param tags object
param dataAccountNames string[]
param baseUrl string

@description('Milliseconds that 19 of 20 SCIM requests stay below; more is an alert.')
param slowMilliseconds int

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: names.insights
}

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: names.logs
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' existing = {
  name: names.actionGroup
}

type QueryAlert = {
  name: string
  @description('Section of docs/operate.md that answers it.')
  runbook: string
  what: string
  severity: int
  query: string
  measure: string?
  operator: 'GreaterThan' | 'LessThan'
  threshold: int
  every: string
  window: string
  scope: string
}

var queryAlerts QueryAlert[] = [
  {
    name: 'server-errors'
    runbook: 'Requests fail'
    what: 'More than 5 requests were answered by 5xx within 15 minutes.'
    severity: 1
    query: 'requests | where toint(resultCode) >= 500'
    operator: 'GreaterThan'
    threshold: 5
    every: 'PT5M'
    window: 'PT15M'
    scope: insights.id
  }
  {
    name: 'slow'
    runbook: 'Requests are slow'
    what: 'One in twenty SCIM requests took longer than ${slowMilliseconds} ms.'
    severity: 2
    query: 'requests | where operation_Name startswith "scim-" | summarize p95 = percentile(duration, 95)'
    measure: 'p95'
    operator: 'GreaterThan'
    threshold: slowMilliseconds
    every: 'PT5M'
    window: 'PT15M'
    scope: insights.id
  }
  {
    name: 'refused'
    runbook: 'Secrets are refused'
    what: 'More than 100 SCIM requests were answered by 401 within 15 minutes: an old secret in Entra, or somebody guessing.'
    severity: 2
    query: 'requests | where operation_Name startswith "scim-" and resultCode == "401"'
    operator: 'GreaterThan'
    threshold: 100
    every: 'PT5M'
    window: 'PT15M'
    scope: insights.id
  }
  {
    name: 'no-maintenance'
    runbook: 'Maintenance does not run'
    what: 'The hourly maintenance has not succeeded for six hours.'
    severity: 2
    query: 'requests | where operation_Name == "maintenance" and success == true'
    operator: 'LessThan'
    threshold: 1
    every: 'PT1H'
    window: 'PT6H'
    scope: insights.id
  }
  {
    name: 'logs-capped'
    runbook: 'Logs are capped'
    what: 'The day\'s cap on logs is reached, so that the other alerts see nothing.'
    severity: 2
    query: '_LogOperation | where Category =~ "Ingestion" and Detail has "OverQuota"'
    operator: 'GreaterThan'
    threshold: 0
    every: 'PT15M'
    window: 'PT15M'
    scope: logs.id
  }
]

resource queries 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in queryAlerts: {
    name: 'gatehouse-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Gatehouse: ${alert.name}'
      description: '${alert.what} Runbook: docs/operate.md, "${alert.runbook}".'
      severity: alert.severity
      enabled: true
      scopes: [alert.scope]
      evaluationFrequency: alert.every
      windowSize: alert.window
      autoMitigate: true
      // The tables come into being with their first row.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: contains(alert, 'measure') ? 'Maximum' : 'Count'
            metricMeasureColumn: alert.?measure
            operator: alert.operator
            threshold: alert.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [actionGroup.id] }
    }
  }
]

resource throttling 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for name in dataAccountNames: {
    name: 'gatehouse-storage-throttles-${name}'
    location: 'global'
    tags: tags
    properties: {
      description: 'Table Storage refused more than 10 requests within 5 minutes because there were too many. Runbook: docs/operate.md, "Storage throttles".'
      severity: 2
      enabled: true
      scopes: ['${resourceId('Microsoft.Storage/storageAccounts', name)}/tableServices/default']
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'refused'
            metricNamespace: 'Microsoft.Storage/storageAccounts/tableServices'
            metricName: 'Transactions'
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 10
            dimensions: [
              {
                name: 'ResponseType'
                operator: 'Include'
                values: [
                  'ServerBusyError'
                  'ClientThrottlingError'
                  'ClientAccountRequestThrottlingError'
                  'ClientAccountBandwidthThrottlingError'
                ]
              }
            ]
          }
        ]
      }
      actions: [{ actionGroupId: actionGroup.id }]
    }
  }
]

resource vaultRefuses 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'gatehouse-vault-refuses'
  location: 'global'
  tags: tags
  properties: {
    description: 'Key Vault refused or failed to unwrap: new instances can sign nobody in. Runbook: docs/operate.md, "The vault refuses".'
    severity: 1
    enabled: true
    scopes: [resourceId('Microsoft.KeyVault/vaults', names.vault)]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'refused'
          metricNamespace: 'Microsoft.KeyVault/vaults'
          metricName: 'ServiceApiResult'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['403', '404', '429', '500', '503'] }]
        }
      ]
    }
    actions: [{ actionGroupId: actionGroup.id }]
  }
}

resource probe 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'gatehouse-health'
  location: location
  tags: union(tags, { 'hidden-link:${insights.id}': 'Resource' })
  kind: 'standard'
  properties: {
    Name: 'gatehouse-health'
    SyntheticMonitorId: 'gatehouse-health'
    Kind: 'standard'
    Enabled: true
    Frequency: 900
    Timeout: 30
    RetryEnabled: true
    Locations: [{ Id: 'emea-nl-ams-azr' }, { Id: 'us-va-ash-azr' }, { Id: 'apac-sg-sin-azr' }]
    Request: { RequestUrl: '${baseUrl}/health', HttpVerb: 'GET', ParseDependentRequests: false }
    ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true, SSLCertRemainingLifetimeCheck: 14 }
  }
}

resource unreachable 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'gatehouse-unreachable'
  location: 'global'
  tags: tags
  properties: {
    description: 'The health address does not answer from two of three places. Runbook: docs/operate.md, "Gatehouse does not answer".'
    severity: 0
    enabled: true
    scopes: [probe.id, insights.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT30M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: probe.id
      componentId: insights.id
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: actionGroup.id }]
  }
}

import { Names, ShortName, dataAccountName, wrappingKeyName } from 'names.bicep'

param names Names
param token string
param location string
param tags object
param dataAccounts ShortName[]
param nodeVersion string
param instanceMemoryMB int
param maximumInstanceCount int
param alwaysReadyInstances int
param httpConcurrency int
param zoneRedundant bool

@description('Where the app may send from inside the virtual network; empty without one.')
param subnetId string

@description('Whether only Front Door may call the app, and under which host name it is then reached.')
param behindFrontDoor bool
param frontDoorId string
param frontDoorHostName string

@description('Origin under which customers reach the app; empty: the host name that Azure gives to Front Door or to the app.')
param publicBaseUrl string
param salesContact string
param scimMaxRps int
param platformClients array

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: names.identity
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: names.insights
}

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: names.logs
}

var blobEndpoint = 'https://${names.hostAccount}.blob.${environment().suffixes.storage}'

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: names.plan
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: names.app
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobEndpoint}/app-package'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: { name: 'node', version: nodeVersion }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances > 0 ? [{ name: 'http', instanceCount: alwaysReadyInstances }] : []
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
    siteConfig: {
      // Entra's provisioning service speaks TLS 1.2 and nothing newer.
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      remoteDebuggingEnabled: false
      scmIpSecurityRestrictionsUseMain: false
      ipSecurityRestrictionsDefaultAction: behindFrontDoor ? 'Deny' : 'Allow'
      ipSecurityRestrictions: behindFrontDoor
        ? [
            {
              name: 'front-door'
              action: 'Allow'
              priority: 100
              tag: 'ServiceTag'
              ipAddress: 'AzureFrontDoor.Backend'
              headers: { 'x-azure-fdid': [frontDoorId] }
            }
          ]
        : []
    }
  }
}

var givenUrl = 'https://${behindFrontDoor ? frontDoorHostName : app.properties.defaultHostName}'
var baseUrl = empty(publicBaseUrl) ? givenUrl : publicBaseUrl

var tableLocations = [
  for name in dataAccounts: '${name}=https://${dataAccountName(name, token)}.table.${environment().suffixes.storage}'
]

// docs/settings.md explains each of them. None is a secret.
resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: {
    PUBLIC_BASE_URL: baseUrl
    TABLES_ACCOUNTS: join(tableLocations, ',')
    SALES_CONTACT: salesContact
    SCIM_MAX_RPS: string(scimMaxRps)
    AZURE_CLIENT_ID: identity.properties.clientId
    KEY_VAULT_KEY_ID: 'https://${names.vault}${environment().suffixes.keyvaultDns}/keys/${wrappingKeyName}'
    PLATFORM_CLIENTS: string(platformClients)
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identity.properties.clientId
    AzureWebJobsStorage__blobServiceUri: blobEndpoint
    AzureWebJobsDisableHomepage: 'true'
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '8388608'
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
  }
}

// Nobody publishes with a password.
resource ftpPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource scmPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

resource appDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-logs'
  scope: app
  properties: { workspaceId: logs.id, logs: [{ category: 'FunctionAppLogs', enabled: true }] }
}

output hostName string = app.properties.defaultHostName
output baseUrl string = baseUrl

import { Names, roles, tables } from 'names.bicep'

param names Names
param accountName string
param location string
param tags object
param zoneRedundant bool
param privateNetwork bool
param logReads bool

// What the tenants' directories are in. The first of these accounts also has the organizations.
resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    allowedCopyScope: 'AAD'
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    encryption: {
      requireInfrastructureEncryption: true
      keySource: 'Microsoft.Storage'
      services: { table: { enabled: true, keyType: 'Account' } }
    }
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: privateNetwork ? 'Deny' : 'Allow', bypass: 'None' }
  }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-08-01' = {
  parent: account
  name: 'default'
}

// In production the app never makes a table, so that a wrong location cannot be taken for an empty store.
resource accountTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-08-01' = [
  for name in tables: {
    parent: tableService
    name: name
  }
]

resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'tenant-data'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Table Storage has no undelete. docs/operate.md, "Remove everything", says how to lift this.'
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: names.logs
}

resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-logs'
  scope: tableService
  properties: {
    workspaceId: logs.id
    logs: [
      { category: 'StorageRead', enabled: logReads }
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: names.identity
}

resource tableRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, identity.id, roles['Storage Table Data Contributor'])
  scope: account
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Table Data Contributor']
    )
  }
}

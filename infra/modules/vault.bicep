import { Names, roles, wrappingKeyName } from 'names.bicep'

param names Names
param location string
param tags object
param privateNetwork bool

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: names.vault
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    // Without the key nobody's client secret can be read again, so nobody can destroy it within 90 days.
    enablePurgeProtection: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: privateNetwork ? 'Deny' : 'Allow', bypass: 'None' }
  }
}

// It never leaves the vault, and wraps the few keys under which secrets and cookies are encrypted.
resource wrappingKey 'Microsoft.KeyVault/vaults/keys@2025-05-01' = {
  parent: vault
  name: wrappingKeyName
  tags: tags
  properties: {
    kty: 'RSA'
    keySize: 3072
    keyOps: ['wrapKey', 'unwrapKey']
    attributes: { enabled: true, exportable: false }
    // What an earlier version wrapped is still unwrapped by it: versions get no end.
    rotationPolicy: {
      lifetimeActions: [{ action: { type: 'rotate' }, trigger: { timeAfterCreate: 'P1Y' } }]
    }
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'wrapping-key'
  scope: vault
  properties: {
    level: 'CanNotDelete'
    notes: 'Without its key every customer has to enter a new client secret. See docs/operate.md, "Remove everything".'
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: names.logs
}

resource vaultDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-logs'
  scope: vault
  properties: { workspaceId: logs.id, logs: [{ category: 'AuditEvent', enabled: true }] }
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: names.identity
}

// On this one key, not on the vault: wrap and unwrap are all that the app ever asks for.
resource keyRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(wrappingKey.id, identity.id, roles['Key Vault Crypto Service Encryption User'])
  scope: wrappingKey
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Key Vault Crypto Service Encryption User']
    )
  }
}

import { Names } from 'names.bicep'

param names Names
param location string
param tags object
param addressPrefix string
param zoneRedundant bool

// The app calls Entra's sign-in service. New networks have no way out of their own, and this one has a fixed address.
resource address 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: '${names.network}-out'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  zones: zoneRedundant ? ['1', '2', '3'] : null
  properties: { publicIPAllocationMethod: 'Static' }
}

resource gateway 'Microsoft.Network/natGateways@2025-05-01' = {
  name: '${names.network}-out'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }] }
}

resource appRules 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: '${names.network}-app'
  location: location
  tags: tags
  properties: { securityRules: [] }
}

resource endpointRules 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: '${names.network}-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'app'
        properties: {
          access: 'Allow'
          direction: 'Inbound'
          priority: 100
          protocol: 'Tcp'
          sourceAddressPrefix: cidrSubnet(addressPrefix, 24, 0)
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'nobody-else'
        properties: {
          access: 'Deny'
          direction: 'Inbound'
          priority: 200
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: names.network
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 0)
          defaultOutboundAccess: false
          natGateway: { id: gateway.id }
          networkSecurityGroup: { id: appRules.id }
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 1)
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
          networkSecurityGroup: { id: endpointRules.id }
        }
      }
    ]
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: names.logs
}

resource appRulesDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-logs'
  scope: appRules
  properties: { workspaceId: logs.id, logs: [{ category: 'NetworkSecurityGroupEvent', enabled: true }] }
}

resource endpointRulesDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-logs'
  scope: endpointRules
  properties: { workspaceId: logs.id, logs: [{ category: 'NetworkSecurityGroupEvent', enabled: true }] }
}

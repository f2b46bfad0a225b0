import { Names } from 'names.bicep'

param names Names
param dataAccountNames string[]
param location string
param tags object

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: names.network

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink.vaultcore.azure.net'
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in items(zoneNames): {
    name: zone.value
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, index) in items(zoneNames): {
    parent: zones[index]
    name: names.network
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
]

resource hostAccount 'Microsoft.Storage/storageAccounts@2025-08-01' existing = {
  name: names.hostAccount
}

resource dataAccounts 'Microsoft.Storage/storageAccounts@2025-08-01' existing = [
  for name in dataAccountNames: {
    name: name
  }
]

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: names.vault
}

module blob 'private-endpoint.bicep' = {
  params: {
    name: 'pe-${names.hostAccount}-blob'
    location: location
    tags: tags
    subnetId: network::endpoints.id
    targetId: hostAccount.id
    group: 'blob'
    zoneId: resourceId('Microsoft.Network/privateDnsZones', zoneNames.blob)
  }
  dependsOn: [zones]
}

module table 'private-endpoint.bicep' = [
  for (name, index) in dataAccountNames: {
    params: {
      name: 'pe-${name}-table'
      location: location
      tags: tags
      subnetId: network::endpoints.id
      targetId: dataAccounts[index].id
      group: 'table'
      zoneId: resourceId('Microsoft.Network/privateDnsZones', zoneNames.table)
    }
    dependsOn: [zones]
  }
]

module key 'private-endpoint.bicep' = {
  params: {
    name: 'pe-${names.vault}-vault'
    location: location
    tags: tags
    subnetId: network::endpoints.id
    targetId: vault.id
    group: 'vault'
    zoneId: resourceId('Microsoft.Network/privateDnsZones', zoneNames.vault)
  }
  dependsOn: [zones]
}

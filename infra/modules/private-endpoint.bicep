param name string
param location string
param tags object
param subnetId string

@description('What is reached, by its id and the part of it.')
param targetId string
param group string

@description('Where its private address is looked up.')
param zoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: group, properties: { privateLinkServiceId: targetId, groupIds: [group] } }
    ]
  }

  resource zoneGroup 'privateDnsZoneGroups' = {
    name: 'default'
    properties: { privateDnsZoneConfigs: [{ name: group, properties: { privateDnsZoneId: zoneId } }] }
  }
}

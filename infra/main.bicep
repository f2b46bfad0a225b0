// Gatehouse in one resource group: `azd up`, or `az deployment sub create`. docs/operate.md says what an operator does.
targetScope = 'subscription'

import { ShortName, dataAccountName, namesFor, wrappingKeyName } from 'modules/names.bicep'

@description('Short name of this deployment: part of every resource name.')
@minLength(2)
@maxLength(16)
param environmentName string

@description('Region of everything that has one.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Who is told of alerts and of the budget.')
@minLength(3)
param operatorEmail string

@description('Origin under which customers and browsers reach Gatehouse, such as https://id.example.com, for a domain of your own. Empty: the host name that Azure gives.')
param publicBaseUrl string = ''

@description('Whom a customer on the standard plan asks for the enterprise plan. Empty: "your account manager".')
param salesContact string = ''

@description('Valid SCIM requests per connector and second that one instance serves; 0 for no limit. Entra needs 25.')
@minValue(0)
@maxValue(999999)
param scimMaxRps int = 500

@description('The platform\'s programs that sign people in through Gatehouse (PLATFORM_CLIENTS in docs/settings.md). Holds hashes, no secret.')
param platformClients array = []

@description('Short names of the storage accounts of tenant data. The first one also has the organizations; a name stays for ever.')
@minLength(1)
param dataAccounts ShortName[] = ['main']

@description('Major version of Node.js.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('Memory of an instance.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Guards the bill and the storage account against a flood.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that never sleep, billed all the time; 0 lets the first request after a rest wait for a start.')
@minValue(0)
param alwaysReadyInstances int = 0

@description('Requests that one instance serves at once.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 32

@description('Spreads instances and data over the zones of the region; Azure then keeps at least two instances awake.')
param zoneRedundant bool = false

@description('Reaches storage and vault by private endpoints only. Publishing then needs no access to either: Azure fetches the package from inside.')
param privateNetwork bool = false

@description('Addresses of the virtual network; the first two /24 of them are used.')
param networkAddressPrefix string = '10.20.0.0/16'

@description('Puts Azure Front Door with its firewall in front, and closes every other way to the app.')
param frontDoor bool = false

@description('Requests a minute that Front Door takes from one address, SCIM apart.')
@minValue(10)
param frontDoorRequestsPerMinute int = 1000

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Gigabytes of logs a day above which nothing more is taken in; an alert tells.')
@minValue(1)
param dailyLogCapGb int = 5

@description('Also logs each read of a table: every request makes some, so it costs more than the tables do.')
param logStorageReads bool = false

@description('An alert when 5 in 100 SCIM requests take longer than this.')
@minValue(100)
param slowMilliseconds int = 2000

@description('Expected cost of a month, in the currency of the bill; 0 for no budget.')
@minValue(0)
param monthlyBudget int = 100

@description('First day of the month in which the budget was made, such as 2027-01-01: Azure never takes another one. Empty: no budget.')
param budgetStart string = ''

@description('OWNER/NAME of the GitHub repository that may publish the app without a stored secret. Empty: none.')
param githubRepository string = ''

@description('Tags of every resource.')
param tags object = {}

var allTags = union(tags, { application: 'gatehouse', 'azd-env-name': environmentName })
var token = uniqueString(subscription().id, environmentName, location)
var names = namesFor(environmentName, token)
var dataAccountNames = [for name in dataAccounts: dataAccountName(name, token)]

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { names: names, location: location, tags: allTags }
}

module observability 'modules/observability.bicep' = {
  scope: group
  params: {
    names: names
    location: location
    tags: allTags
    operatorEmail: operatorEmail
    retentionDays: logRetentionDays
    dailyCapGb: dailyLogCapGb
  }
  dependsOn: [identity]
}

module hostStorage 'modules/host-storage.bicep' = {
  scope: group
  params: {
    names: names
    location: location
    tags: allTags
    zoneRedundant: zoneRedundant
    privateNetwork: privateNetwork
  }
  dependsOn: [observability]
}

module dataStorage 'modules/data-storage.bicep' = [
  for name in dataAccountNames: {
    scope: group
    params: {
      names: names
      accountName: name
      location: location
      tags: allTags
      zoneRedundant: zoneRedundant
      privateNetwork: privateNetwork
      logReads: logStorageReads
    }
    dependsOn: [observability]
  }
]

module vault 'modules/vault.bicep' = {
  scope: group
  params: { names: names, location: location, tags: allTags, privateNetwork: privateNetwork }
  dependsOn: [observability]
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    names: names
    location: location
    tags: allTags
    addressPrefix: networkAddressPrefix
    zoneRedundant: zoneRedundant
  }
  dependsOn: [observability]
}

module privateEndpoints 'modules/private-endpoints.bicep' = if (privateNetwork) {
  scope: group
  params: { names: names, dataAccountNames: dataAccountNames, location: location, tags: allTags }
  dependsOn: [network, hostStorage, dataStorage, vault]
}

module edge 'modules/front-door.bicep' = if (frontDoor) {
  scope: group
  params: {
    names: names
    token: token
    tags: allTags
    requestsPerMinute: frontDoorRequestsPerMinute
  }
  dependsOn: [observability]
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    names: names
    token: token
    location: location
    tags: allTags
    dataAccounts: dataAccounts
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    httpConcurrency: httpConcurrency
    zoneRedundant: zoneRedundant
    subnetId: privateNetwork
      ? resourceId(
          subscription().subscriptionId,
          group.name,
          'Microsoft.Network/virtualNetworks/subnets',
          names.network,
          'app'
        )
      : ''
    behindFrontDoor: frontDoor
    frontDoorId: edge.?outputs.frontDoorId ?? ''
    frontDoorHostName: edge.?outputs.hostName ?? ''
    publicBaseUrl: publicBaseUrl
    salesContact: salesContact
    scimMaxRps: scimMaxRps
    platformClients: platformClients
  }
  dependsOn: [hostStorage, dataStorage, vault, privateEndpoints]
}

module edgeRoute 'modules/front-door-route.bicep' = if (frontDoor) {
  scope: group
  params: { names: names, token: token, originHostName: app.outputs.hostName }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    names: names
    location: location
    tags: allTags
    dataAccountNames: dataAccountNames
    baseUrl: app.outputs.baseUrl
    slowMilliseconds: slowMilliseconds
  }
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0 && !empty(budgetStart)) {
  scope: group
  params: {
    names: names
    amount: monthlyBudget
    startDate: budgetStart
    operatorEmail: operatorEmail
  }
  dependsOn: [observability]
}

module delivery 'modules/delivery.bicep' = if (!empty(githubRepository)) {
  scope: group
  params: { names: names, location: location, tags: allTags, githubRepository: githubRepository }
  dependsOn: [app]
}

// What an operator needs next. None of them is a secret, and none has the name of a parameter of azd's environment.
output GATEHOUSE_URL string = app.outputs.baseUrl
output GATEHOUSE_HEALTH_URL string = '${app.outputs.baseUrl}/health'
output GATEHOUSE_SCIM_URL string = '${app.outputs.baseUrl}/scim/v2'
output GATEHOUSE_OPENID_CONFIGURATION_URL string = '${app.outputs.baseUrl}/.well-known/openid-configuration'
output GATEHOUSE_MANAGEMENT_URL string = '${app.outputs.baseUrl}/management'
output GATEHOUSE_APP string = names.app
output GATEHOUSE_RESOURCE_GROUP string = group.name
output GATEHOUSE_DATA_ACCOUNTS string[] = dataAccountNames
output GATEHOUSE_WRAPPING_KEY string = '${names.vault}/${wrappingKeyName}'
output GATEHOUSE_DEPLOYER_CLIENT_ID string = delivery.?outputs.clientId ?? ''

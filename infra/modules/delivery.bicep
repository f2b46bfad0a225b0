import { Names, roles } from 'names.bicep'

param names Names
param location string
param tags object

@description('OWNER/NAME of the repository whose environment "production" may publish the app.')
param githubRepository string

resource deployer 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.deployer
  location: location
  tags: tags
}

// GitHub proves who it is by a token of minutes: nothing is stored there that could be stolen.
resource federation 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = {
  parent: deployer
  name: 'github-production'
  properties: {
    issuer: 'https://token.actions.githubusercontent.com'
    audiences: ['api://AzureADTokenExchange']
    subject: 'repo:${githubRepository}:environment:production'
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: names.app
}

resource publishRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(app.id, deployer.id, roles['Website Contributor'])
  scope: app
  properties: {
    principalId: deployer.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Website Contributor'])
  }
}

output clientId string = deployer.properties.clientId

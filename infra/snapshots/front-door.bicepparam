// Behind Front Door and its firewall, with the platform's programs known and GitHub allowed to publish.
using '../main.bicep'

param environmentName = 'gatehouse'
param location = 'westeurope'
param operatorEmail = 'operator@example.com'
param frontDoor = true
param githubRepository = 'example/gatehouse'
param salesContact = 'sales@example.com'
param scimMaxRps = 100
param platformClients = [
  {
    id: 'portal'
    type: 'web'
    redirectUris: ['https://portal.example.com/signed-in']
    secretSha256: '0000000000000000000000000000000000000000000000000000000000000000'
  }
]
param tags = { costCenter: 'identity' }

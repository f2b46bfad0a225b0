// One place that names things, so that modules find each other's resources without passing run-time values around.

@export()
type Names = {
  identity: string
  logs: string
  insights: string
  actionGroup: string
  hostAccount: string
  vault: string
  plan: string
  app: string
  network: string
  frontDoor: string
  deployer: string
}

@export()
@description('The names of everything in one deployment. The token is 13 characters that belong to the resource group.')
func namesFor(environmentName string, token string) Names => {
  identity: 'id-${environmentName}'
  logs: 'log-${environmentName}'
  insights: 'appi-${environmentName}'
  actionGroup: 'ag-${environmentName}'
  hostAccount: 'sthost${token}'
  vault: 'kv-${token}'
  plan: 'plan-${environmentName}'
  app: 'func-${environmentName}-${token}'
  network: 'vnet-${environmentName}'
  frontDoor: 'afd-${environmentName}'
  deployer: 'id-${environmentName}-deploy'
}

@export()
@description('What a storage account is called that TABLES_ACCOUNTS knows by a short name.')
func dataAccountName(shortName string, token string) string => 'st${shortName}${token}'

@export()
@description('Letters and digits, by which connectors remember the account for ever; a storage account has room for nine.')
@minLength(1)
@maxLength(9)
type ShortName = string

@export()
@description('Name of the Key Vault key under which Gatehouse wraps its own keys.')
var wrappingKeyName = 'gatehouse-wrapping'

@export()
@description('What Gatehouse keeps its rows in; docs/storage.md describes both.')
var tables = ['directory', 'config']

@export()
@description('Built-in roles, by what they are called in Azure.')
var roles = {
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  'Key Vault Crypto Service Encryption User': 'e147488a-f6f5-4113-8e2d-b22465e65bf6'
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb'
  'Website Contributor': 'de139f84-1756-47ae-9be6-808fbbe84772'
}

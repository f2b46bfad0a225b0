// Storage and vault are reached from inside the virtual network only; tenants are spread over two accounts.
using '../main.bicep'

param environmentName = 'gatehouse'
param location = 'westeurope'
param operatorEmail = 'operator@example.com'
param privateNetwork = true
param dataAccounts = ['main', 'second']
param logStorageReads = true
param monthlyBudget = 400
param budgetStart = '2027-01-01'

// Survives the loss of a zone, and never lets anybody wait for a start.
using '../main.bicep'

param environmentName = 'gatehouse'
param location = 'westeurope'
param operatorEmail = 'operator@example.com'
param zoneRedundant = true
param alwaysReadyInstances = 2
param monthlyBudget = 400
param budgetStart = '2027-01-01'

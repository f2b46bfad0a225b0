// What an operator gets who sets nothing but what has no default.
using '../main.bicep'

param environmentName = 'gatehouse'
param location = 'westeurope'
param operatorEmail = 'operator@example.com'

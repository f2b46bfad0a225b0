import { Names } from 'names.bicep'

param names Names
param location string
param tags object

// Assigned by the user: its roles exist before the app does, and survive when the app is made anew.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.identity
  location: location
  tags: tags
}

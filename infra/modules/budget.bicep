import { Names } from 'names.bicep'

param names Names
param amount int
param startDate string
param operatorEmail string

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' existing = {
  name: names.actionGroup
}

var mail = { enabled: true, contactEmails: [operatorEmail], contactGroups: [actionGroup.id] }

// The runbook answers it: docs/operate.md, "The budget is spent".
resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: 'gatehouse'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    // Azure takes no other start later on.
    timePeriod: { startDate: startDate }
    notifications: {
      nearlySpent: union(mail, { operator: 'GreaterThan', threshold: 80, thresholdType: 'Actual' })
      willBeOverspent: union(mail, { operator: 'GreaterThan', threshold: 110, thresholdType: 'Forecasted' })
    }
  }
}

import { describe, expect, it } from 'vitest'
import { ACCESS } from './policies/access.ts'
import { DATA } from './policies/data.ts'
import { SETTINGS } from './policies/settings.ts'
import { WATCHING } from './policies/watching.ts'
import { only, readSnapshot, SCENARIOS } from './snapshot.ts'

describe.each([...ACCESS, ...DATA, ...SETTINGS, ...WATCHING])(
  'what is deployed: $rule',
  ({ violations, mistakes }) => {
    it.each(SCENARIOS)('%s', (scenario) => {
      expect(violations(readSnapshot(scenario))).toEqual([])
    })

    it.each(mistakes)('is broken by $what', ({ scenario = 'minimal', make }) => {
      const snapshot = readSnapshot(scenario)

      make(snapshot)

      expect(violations(snapshot)).not.toEqual([])
    })
  },
)

describe('the scenarios', () => {
  it('are the ones that an operator chooses between', () => {
    expect(SCENARIOS).toEqual(['front-door', 'minimal', 'private-network', 'zone-redundant'])
  })

  it.each(SCENARIOS)('%s was taken without a word of the compiler', (scenario) => {
    expect(readSnapshot(scenario).diagnostics).toEqual([])
  })

  it.each(SCENARIOS)('%s runs on Node 24 on a Flex Consumption plan', (scenario) => {
    const snapshot = readSnapshot(scenario)

    expect(only(snapshot, 'Microsoft.Web/sites').properties.functionAppConfig.runtime).toEqual({
      name: 'node',
      version: '24',
    })
    expect(only(snapshot, 'Microsoft.Web/serverfarms')['sku']).toEqual({
      name: 'FC1',
      tier: 'FlexConsumption',
    })
  })

  it('keep instances awake where that is asked for, and nowhere else', () => {
    const awake = SCENARIOS.map((scenario) => [
      scenario,
      only(readSnapshot(scenario), 'Microsoft.Web/sites').properties.functionAppConfig.scaleAndConcurrency
        .alwaysReady,
    ])

    expect(Object.fromEntries(awake)).toEqual({
      'front-door': [],
      minimal: [],
      'private-network': [],
      'zone-redundant': [{ name: 'http', instanceCount: 2 }],
    })
  })
})

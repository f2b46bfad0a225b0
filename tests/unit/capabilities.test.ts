import { describe, expect, it } from 'vitest'
import { may, roleHint, type Actor, type Capability } from '../../shared/kernel/capabilities.ts'
import { ROLES } from '../../shared/kernel/roles.ts'

const COLUMNS: readonly (readonly [string, Actor])[] = [
  ['no role', { kind: 'person', role: undefined }],
  ...ROLES.map((role) => [role, { kind: 'person', role }] as const),
  ['setup link', { kind: 'setup' }],
  ['recovery code', { kind: 'recovery' }],
]

/** Written down once more: no role, ReadOnly, User, Admin, EnterpriseAdmin, setup link, recovery code. */
const EXPECTED: Readonly<Record<Capability, string>> = {
  useApps: '+++++--',
  usePortal: '-++++--',
  work: '--+++--',
  seeDirectory: '-+++++-',
  managePeople: '---+++-',
  seeActivity: '---+++-',
  exportActivity: '---+++-',
  seeSetup: '---++++',
  changeSetup: '----+++',
  restorePeople: '----++-',
  purgePeople: '----++-',
  makeRecoveryCodes: '----++-',
}
const CELLS = Object.entries(EXPECTED).flatMap(([capability, row]) =>
  COLUMNS.map(([name, actor], i) => ({
    name,
    actor,
    capability: capability as Capability,
    is: row[i] === '+',
  })),
)

describe('who may do what', () => {
  it('is said of every actor and every capability', () => {
    expect(CELLS).toHaveLength(12 * 7)
  })

  it.each(CELLS)('$name: $capability is $is', ({ actor, capability, is }) => {
    expect(may(actor, capability)).toBe(is)
  })

  it('never shrinks as the role grows', () => {
    for (const capability of Object.keys(EXPECTED) as Capability[]) {
      const row = [undefined, ...ROLES].map((role) => may({ kind: 'person', role }, capability))
      expect(row).toEqual(row.toSorted((left, right) => Number(left) - Number(right)))
    }
  })
})

describe('the hint of a role', () => {
  it.each([
    [undefined, 'May sign in to the apps only.'],
    ['ReadOnly', 'May sign in to the apps, sign in to the web portal and see users and groups.'],
  ] as const)('of %s says what it may', (role, hint) => {
    expect(roleHint(role)).toBe(hint)
  })

  it('differs for each role, and only the highest may change Organization Setup', () => {
    const hints = [undefined, ...ROLES].map(roleHint)

    expect(new Set(hints).size).toBe(5)
    expect(hints.filter((hint) => hint.includes('change connectors'))).toEqual([hints[4]])
  })
})

import { describe, expect, it } from 'vitest'
import { patch, type PatchCase } from './patching.ts'

const role = { primary: true, type: 'x', value: 'User', display: 'Person' }
const PRIMARY = 'roles[primary eq "True"]'
const other = { value: 'ReadOnly', display: 'Reader' }

const LABELS: readonly PatchCase[] = [
  {
    name: 'goes with the value of a role, and no other label does',
    before: { roles: [role, other] },
    operations: [{ op: 'Replace', path: `${PRIMARY}.value`, value: 'Admin' }],
    after: { roles: [{ primary: true, type: 'x', value: 'Admin' }, other] },
  },
  {
    name: 'goes by an add as well',
    before: { roles: [role] },
    operations: [{ op: 'Add', path: `${PRIMARY}.value`, value: 'Admin' }],
    after: { roles: [{ primary: true, type: 'x', value: 'Admin' }] },
  },
  {
    name: 'goes where the path has no filter',
    before: { roles: [role] },
    operations: [{ op: 'replace', path: 'roles.value', value: 'Admin' }],
    after: { roles: [{ primary: true, type: 'x', value: 'Admin' }] },
  },
  {
    name: 'goes with a value that is removed, and nothing is left then',
    before: { title: 'T', roles: [role] },
    operations: [{ op: 'remove', path: `${PRIMARY}.value` }],
    after: { title: 'T' },
  },
  {
    name: 'stays with the same value',
    before: { roles: [role] },
    operations: [{ op: 'replace', path: `${PRIMARY}.value`, value: 'User' }],
    after: { roles: [role] },
  },
  {
    name: 'stays where something else changes',
    before: { roles: [role] },
    operations: [{ op: 'replace', path: `${PRIMARY}.type`, value: 'y' }],
    after: { roles: [{ ...role, type: 'y' }] },
  },
  ...[0, 1].map((turn) => ({
    name: `is the one of the same request, ${turn === 0 ? 'before' : 'behind'} the value`,
    before: { roles: [role] },
    operations: [
      { op: 'replace', path: `${PRIMARY}.${turn === 0 ? 'display' : 'value'}`, value: 'Admin' },
      { op: 'replace', path: `${PRIMARY}.${turn === 0 ? 'value' : 'display'}`, value: 'Admin' },
    ],
    after: { roles: [{ ...role, value: 'Admin', display: 'Admin' }] },
  })),
  {
    name: 'stays where it is what the filter asks for',
    before: { roles: [role] },
    operations: [{ op: 'replace', path: 'roles[display eq "Person"].value', value: 'Admin' }],
    after: { roles: [{ ...role, value: 'Admin' }] },
  },
  {
    name: 'of an entitlement goes with it',
    before: { entitlements: [{ type: 'work', value: 'crane', display: 'Cranes' }] },
    operations: [{ op: 'replace', path: 'entitlements[type eq "work"].value', value: 'dock' }],
    after: { entitlements: [{ type: 'work', value: 'dock' }] },
  },
  {
    name: 'of an e-mail address stays, for it may not speak of the address',
    before: { emails: [{ type: 'work', value: 'old@x.example', display: 'at work' }] },
    operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'new@x.example' }],
    after: { emails: [{ type: 'work', value: 'new@x.example', display: 'at work' }] },
  },
]

describe('the label of a value', () => {
  it.each(LABELS)('$name', ({ before = {}, operations, after }) => {
    const once = patch(before, operations).attributes
    expect(once).toEqual(after)
    expect(patch(once, operations).attributes).toEqual(after)
  })
})

describe('a replace behind a filter that no longer picks what it made', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['e-mail', 'emails[type eq "work"]', { type: 'home', value: 'h@x.example' }],
    ['primary e-mail', 'emails[type eq "work"]', { type: 'home', value: 'h@x.example', primary: true }],
    ['address', 'addresses[type eq "work"]', { type: 'home', locality: 'Bergen', primary: true }],
    ['role', 'roles[value eq "User"]', { value: 'Admin', display: 'A' }],
    ['primary number', 'phoneNumbers[primary eq true]', { value: '1', type: 'fax', primary: false }],
  ])('makes one %s however often it is sent', (_, path, value) => {
    const name = path.split('[')[0] ?? ''
    for (const before of [{}, { [name]: [{ type: 'work', value: 'User', primary: true }] }]) {
      let { attributes } = patch(before, [{ op: 'replace', path, value }])
      const wanted = attributes
      expect(attributes[name]).toContainEqual(value)
      for (let i = 0; i < 3; i++) attributes = patch(attributes, [{ op: 'replace', path, value }]).attributes
      expect(attributes).toEqual(wanted)
    }
  })
})

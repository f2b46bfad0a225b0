import { describe, expect, it } from 'vitest'
import { ENTERPRISE_USER as ENT } from '../../shared/scim/schema/attribute.ts'
import { home, patch, work, type PatchCase } from './patching.ts'

const LEGACY: readonly PatchCase[] = [
  {
    name: 'op in any case',
    operations: [{ op: 'Add', path: 'nickName', value: 'Mi' }],
    after: { nickName: 'Mi' },
  },
  {
    name: 'active "False" by path',
    before: { active: true },
    operations: [{ op: 'Replace', path: 'active', value: 'False' }],
    after: { active: false },
  },
  {
    name: 'active "True" without path',
    before: { active: false },
    operations: [{ op: 'Replace', value: { active: 'True' } }],
    after: { active: true },
  },
  {
    name: 'add on active',
    before: { active: true },
    operations: [{ op: 'Add', path: 'active', value: false }],
    after: { active: false },
  },
  {
    name: 'several changes, each with its path',
    before: {
      displayName: 'A',
      emails: [work],
      name: { familyName: 'Holt', givenName: 'Mira' },
      active: true,
    },
    operations: [
      { op: 'Replace', path: 'displayName', value: 'B' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'lie@x.example' },
      { op: 'Replace', path: 'name.familyName', value: 'Lie' },
      { op: 'Add', path: `${ENT}:department`, value: 'Depot' },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+47 1' },
      { op: 'Replace', path: 'active', value: 'False' },
    ],
    after: {
      displayName: 'B',
      emails: [{ type: 'work', value: 'lie@x.example', primary: true }],
      name: { familyName: 'Lie', givenName: 'Mira' },
      active: false,
      [ENT]: { department: 'Depot' },
      phoneNumbers: [{ type: 'mobile', value: '+47 1' }],
    },
  },
]

const CREATE_ON_ABSENT: readonly PatchCase[] = [
  ...['Add', 'Replace', 'add', 'replace'].map((op) => ({
    name: `${op} of a work e-mail that is not there`,
    operations: [{ op, path: 'emails[type eq "work"].value', value: 'a@x.example' }],
    after: { emails: [{ type: 'work', value: 'a@x.example' }] },
  })),
  {
    name: 'the same beside a home e-mail',
    before: { emails: [home] },
    operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@x.example' }],
    after: { emails: [home, { type: 'work', value: 'a@x.example' }] },
  },
  {
    name: 'three parts of one address become one address',
    operations: [
      { op: 'Add', path: 'addresses[type eq "work"].streetAddress', value: 'Kai 7' },
      { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Bergen' },
      { op: 'Add', path: 'addresses[type eq "work"].country', value: 'NO' },
    ],
    after: { addresses: [{ type: 'work', streetAddress: 'Kai 7', locality: 'Bergen', country: 'NO' }] },
  },
  {
    name: 'mobile and fax stay two numbers',
    operations: [
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '1' },
      { op: 'Add', path: 'phoneNumbers[type eq "fax"].value', value: '2' },
    ],
    after: {
      phoneNumbers: [
        { type: 'mobile', value: '1' },
        { type: 'fax', value: '2' },
      ],
    },
  },
  {
    name: 'a role through a filter with a boolean in quotes',
    operations: [{ op: 'Add', path: 'roles[primary eq "True"].value', value: 'Admin' }],
    after: { roles: [{ primary: true, value: 'Admin' }] },
  },
  {
    name: 'primary first, value after it',
    operations: [
      { op: 'add', path: 'emails[type eq "work"].primary', value: true },
      { op: 'add', path: 'emails[type eq "work"].value', value: 'a@x.example' },
    ],
    after: { emails: [{ type: 'work', primary: true, value: 'a@x.example' }] },
  },
  {
    name: 'a whole value for a filter',
    operations: [{ op: 'add', path: 'emails[type eq "work"]', value: { value: 'a@x.example' } }],
    after: { emails: [{ type: 'work', value: 'a@x.example' }] },
  },
]

const COMPLIANT: readonly PatchCase[] = [
  {
    name: 'dotted names and URNs as keys of a path-less value',
    before: { name: { givenName: 'Mira', familyName: 'Holt' }, [ENT]: { department: 'Depot' } },
    operations: [
      {
        op: 'replace',
        value: { displayName: 'M', 'name.familyName': 'Lie', [`${ENT}:employeeNumber`]: 'E-2' },
      },
    ],
    after: {
      name: { givenName: 'Mira', familyName: 'Lie' },
      [ENT]: { department: 'Depot', employeeNumber: 'E-2' },
      displayName: 'M',
    },
  },
  {
    name: 'an extension object as a key',
    operations: [{ op: 'add', value: { [ENT]: { department: 'Depot', employeeNumber: 'E-2' } } }],
    after: { [ENT]: { department: 'Depot', employeeNumber: 'E-2' } },
  },
  {
    name: 'an extension URN as the path',
    before: { [ENT]: { costCenter: '4' } },
    operations: [{ op: 'add', path: ENT, value: { department: 'Depot' } }],
    after: { [ENT]: { costCenter: '4', department: 'Depot' } },
  },
  {
    name: 'the core URN before a path',
    operations: [
      { op: 'add', path: 'urn:ietf:params:scim:schemas:core:2.0:User:name.givenName', value: 'Mira' },
    ],
    after: { name: { givenName: 'Mira' } },
  },
  {
    name: 'a complex value is merged',
    before: { name: { givenName: 'Mira', familyName: 'Holt' } },
    operations: [{ op: 'replace', path: 'name', value: { familyName: 'Lie' } }],
    after: { name: { givenName: 'Mira', familyName: 'Lie' } },
  },
  {
    name: 'names in another case',
    before: { displayName: 'A', emails: [work] },
    operations: [
      { op: 'replace', path: 'DisplayName', value: 'B' },
      { op: 'replace', path: 'Emails[Type eq "WORK"].Value', value: 'b@x.example' },
      {
        op: 'replace',
        path: 'URN:IETF:params:scim:schemas:extension:enterprise:2.0:user:Department',
        value: 'D',
      },
    ],
    after: {
      displayName: 'B',
      emails: [{ type: 'work', value: 'b@x.example', primary: true }],
      [ENT]: { department: 'D' },
    },
  },
]

describe.each([
  ['legacy mode', LEGACY],
  ['values that are not there yet', CREATE_ON_ABSENT],
  ['compliant mode', COMPLIANT],
])('PATCH: %s', (_, cases) => {
  it.each(cases)('$name', ({ before = {}, operations, after }) => {
    expect(patch(before, operations).attributes).toEqual(after)
  })
})

import { describe, expect, it } from 'vitest'
import { ENTERPRISE_USER as ENT } from '../../shared/scim/schema/attribute.ts'
import { home, patch, work, type PatchCase } from './patching.ts'

const MANAGER: readonly PatchCase[] = [
  ...['m-1', { value: 'm-1' }, [{ $ref: null, value: 'm-1' }]].map((value) => ({
    name: `manager as ${JSON.stringify(value)}`,
    operations: [{ op: 'Add', path: `${ENT}:manager`, value }],
    after: { [ENT]: { manager: { value: 'm-1' } } },
  })),
  {
    name: 'manager without its URN',
    operations: [{ op: 'replace', path: 'manager', value: [{ $ref: 'https://x/Users/m-1', value: 'm-1' }] }],
    after: { [ENT]: { manager: { $ref: 'https://x/Users/m-1', value: 'm-1' } } },
  },
  {
    name: 'manager.value on a user without manager',
    operations: [{ op: 'add', path: `${ENT}:manager.value`, value: 'm-1' }],
    after: { [ENT]: { manager: { value: 'm-1' } } },
  },
  {
    name: 'a new manager replaces the whole old one',
    before: { [ENT]: { manager: { $ref: 'https://x/Users/old', value: 'old' } } },
    operations: [{ op: 'replace', path: `${ENT}:manager`, value: 'm-1' }],
    after: { [ENT]: { manager: { value: 'm-1' } } },
  },
  ...[
    { op: 'replace', path: `${ENT}:manager`, value: '' },
    { op: 'replace', path: `${ENT}:manager`, value: { value: '' } },
    { op: 'replace', path: `${ENT}:manager`, value: null },
    { op: 'remove', path: `${ENT}:manager` },
  ].map((operation) => ({
    name: `manager cleared by ${JSON.stringify(operation)}`,
    before: { [ENT]: { department: 'D', manager: { value: 'm-1' } } },
    operations: [operation],
    after: { [ENT]: { department: 'D' } },
  })),
]

const ROLES: readonly PatchCase[] = [
  {
    name: 'JSON in a text, as AppRoleAssignmentsComplex sends it',
    operations: [
      {
        op: 'Add',
        path: 'roles',
        value: [
          { value: '{"id":"0b7e","value":"Admin","displayName":"Administrator"}' },
          { value: '{"id":"44c1","value":"User","displayName":"Person"}' },
        ],
      },
    ],
    after: {
      roles: [
        { value: 'Admin', display: 'Administrator' },
        { value: 'User', display: 'Person' },
      ],
    },
  },
  {
    name: 'the whole set, as AssertiveAppRoleAssignmentsComplex sends it',
    before: { roles: [{ value: 'Admin' }, { value: 'User' }] },
    operations: [
      {
        op: 'replace',
        path: 'roles',
        value: [
          { primary: 'False', type: 'WindowsAzureActiveDirectoryRole', display: 'User', value: 'User' },
        ],
      },
    ],
    after: {
      roles: [{ primary: false, type: 'WindowsAzureActiveDirectoryRole', display: 'User', value: 'User' }],
    },
  },
  {
    name: 'displayName for display',
    operations: [{ op: 'add', path: 'roles', value: [{ displayName: 'Admin', value: 'Admin' }] }],
    after: { roles: [{ display: 'Admin', value: 'Admin' }] },
  },
  {
    name: 'a bare text',
    operations: [{ op: 'add', path: 'roles', value: 'Admin' }],
    after: { roles: [{ value: 'Admin' }] },
  },
  {
    name: 'bare texts in a list',
    operations: [{ op: 'add', path: 'roles', value: ['Admin', 'User'] }],
    after: { roles: [{ value: 'Admin' }, { value: 'User' }] },
  },
  {
    name: 'a role that is there is not doubled',
    before: { roles: [{ value: 'Admin', display: 'A' }] },
    operations: [{ op: 'Add', path: 'roles', value: [{ value: 'Admin', type: 'x' }] }],
    after: { roles: [{ value: 'Admin', display: 'A', type: 'x' }] },
  },
  ...[
    { op: 'replace', path: 'roles', value: [] },
    { op: 'replace', path: 'roles', value: null },
    { op: 'replace', path: 'roles' },
    { op: 'remove', path: 'roles' },
  ].map((operation) => ({
    name: `no roles by ${JSON.stringify(operation)}`,
    before: { title: 'T', roles: [{ value: 'Admin' }] },
    operations: [operation],
    after: { title: 'T' },
  })),
  {
    name: 'the primary role replaced',
    before: { roles: [{ primary: true, value: 'User', display: 'U' }] },
    operations: [{ op: 'Replace', path: 'roles[primary eq "True"].value', value: 'EnterpriseAdmin' }],
    after: { roles: [{ primary: true, value: 'EnterpriseAdmin' }] },
  },
]

const CLEARING: readonly PatchCase[] = [
  ...['', null].flatMap((value) => [
    {
      name: `${JSON.stringify(value)} clears a simple attribute`,
      before: { title: 'T', nickName: 'N' },
      operations: [{ op: 'replace', path: 'title', value }],
      after: { nickName: 'N' },
    },
    {
      name: `${JSON.stringify(value)} clears a value behind a filter, and the element with it`,
      before: { nickName: 'N', phoneNumbers: [{ type: 'fax', value: '1' }] },
      operations: [{ op: 'replace', path: 'phoneNumbers[type eq "fax"].value', value }],
      after: { nickName: 'N' },
    },
    {
      name: `${JSON.stringify(value)} clears an extension attribute`,
      before: { nickName: 'N', [ENT]: { department: 'D' } },
      operations: [{ op: 'replace', path: `${ENT}:department`, value }],
      after: { nickName: 'N' },
    },
  ]),
  {
    name: 'remove of a sub-attribute',
    before: { name: { givenName: 'M', middleName: 'X' } },
    operations: [{ op: 'remove', path: 'name.middleName' }],
    after: { name: { givenName: 'M' } },
  },
  {
    name: 'remove of what is absent',
    before: { title: 'T' },
    operations: [{ op: 'remove', path: 'nickName' }],
    after: { title: 'T' },
  },
  {
    name: 'remove of the elements that a filter picks',
    before: { emails: [work, home] },
    operations: [{ op: 'remove', path: 'emails[type eq "home" and value co "home"]' }],
    after: { emails: [work] },
  },
  {
    name: 'remove with a list of values takes those only',
    before: { emails: [work, home] },
    operations: [{ op: 'Remove', path: 'emails', value: [{ value: 'mira@home.example' }] }],
    after: { emails: [work] },
  },
  {
    name: 'an empty list of values removes nothing',
    before: { emails: [work] },
    operations: [{ op: 'Remove', path: 'emails', value: [] }],
    after: { emails: [work] },
  },
]

const MULTI_VALUED: readonly PatchCase[] = [
  {
    name: 'an e-mail that is there is not doubled',
    before: { emails: [work] },
    operations: [{ op: 'add', path: 'emails', value: [{ type: 'work', value: 'mira@x.example' }] }],
    after: { emails: [work] },
  },
  {
    name: 'a new primary value takes the mark from the old one',
    before: { emails: [work] },
    operations: [
      { op: 'add', path: 'emails', value: [{ type: 'home', value: 'h@x.example', primary: true }] },
    ],
    after: {
      emails: [
        { ...work, primary: false },
        { type: 'home', value: 'h@x.example', primary: true },
      ],
    },
  },
  {
    name: 'also when the earlier element becomes primary',
    before: {
      emails: [
        { ...work, primary: false },
        { ...home, primary: true },
      ],
    },
    operations: [{ op: 'replace', path: 'emails[type eq "work"].primary', value: 'True' }],
    after: { emails: [work, { ...home, primary: false }] },
  },
  {
    name: 'remove, add and replace of one attribute: the last one holds',
    before: { title: 'A' },
    operations: [
      { op: 'remove', path: 'title' },
      { op: 'add', path: 'title', value: 'B' },
      { op: 'replace', path: 'title', value: 'C' },
    ],
    after: { title: 'C' },
  },
  {
    name: 'a type of its own choosing',
    operations: [{ op: 'add', path: 'emails[type eq "private"].value', value: 'p@x.example' }],
    after: { emails: [{ type: 'private', value: 'p@x.example' }] },
  },
  {
    name: 'a filter without any case',
    before: { emails: [work] },
    operations: [
      {
        op: 'replace',
        path: 'emails[type EQ "Work" and not (value eq "other")].value',
        value: 'n@x.example',
      },
    ],
    after: { emails: [{ ...work, value: 'n@x.example' }] },
  },
]

describe.each([
  ['the manager', MANAGER],
  ['roles', ROLES],
  ['clearing', CLEARING],
  ['multi-valued attributes', MULTI_VALUED],
])('PATCH: %s', (_, cases) => {
  it.each(cases)('$name', ({ before = {}, operations, after }) => {
    expect(patch(before, operations).attributes).toEqual(after)
  })
})

import { describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import { applyPatch } from '../../shared/scim/patch/apply.ts'
import { parsePatch } from '../../shared/scim/patch/operations.ts'
import { settle } from '../../shared/scim/resource.ts'
import { ENTERPRISE_USER as ENT } from '../../shared/scim/schema/attribute.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'

const ID = '11111111-2222-4333-8444-555555555555'

function patch(attributes: Record<string, unknown>, operations: readonly unknown[]) {
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations }
  const patched = applyPatch(USER_SCHEMA, { id: ID, attributes }, parsePatch(USER_SCHEMA, body))
  return { attributes: settle(USER_SCHEMA, patched.attributes), skipped: patched.skipped }
}

function refusal(attributes: Record<string, unknown>, operations: readonly unknown[]) {
  try {
    patch(attributes, operations)
  } catch (error) {
    return failureOf(error)
  }
  return undefined
}

const work = { type: 'work', value: 'mira@x.example', primary: true }
const home = { type: 'home', value: 'mira@home.example' }

interface Case {
  readonly name: string
  readonly before?: Record<string, unknown>
  readonly operations: readonly unknown[]
  readonly after: Record<string, unknown>
}

const LEGACY: readonly Case[] = [
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

const CREATE_ON_ABSENT: readonly Case[] = [
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

const COMPLIANT: readonly Case[] = [
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

const MANAGER: readonly Case[] = [
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

const ROLES: readonly Case[] = [
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
    after: { roles: [{ primary: true, value: 'EnterpriseAdmin', display: 'U' }] },
  },
]

const CLEARING: readonly Case[] = [
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

const MULTI_VALUED: readonly Case[] = [
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
  ['legacy mode', LEGACY],
  ['values that are not there yet', CREATE_ON_ABSENT],
  ['compliant mode', COMPLIANT],
  ['the manager', MANAGER],
  ['roles', ROLES],
  ['clearing', CLEARING],
  ['multi-valued attributes', MULTI_VALUED],
])('PATCH: %s', (_, cases) => {
  it.each(cases)('$name', ({ before = {}, operations, after }) => {
    expect(patch(before, operations).attributes).toEqual(after)
  })
})

describe('PATCH on what no schema has', () => {
  it('skips the operation, applies the others and names what was skipped', () => {
    const { attributes, skipped } = patch({ active: true }, [
      { op: 'replace', path: 'favouriteColour', value: 'blue' },
      { op: 'replace', path: 'urn:example:params:scim:schemas:extension:x:2.0:User:badge', value: '7' },
      { op: 'replace', path: 'emails[type eq "work"].colour', value: 'blue' },
      { op: 'replace', path: 'active', value: 'False' },
    ])

    expect(attributes).toEqual({ active: false })
    expect(skipped).toEqual([
      'favouriteColour',
      'urn:example:params:scim:schemas:extension:x:2.0:User:badge',
      'emails[type eq "work"].colour',
    ])
  })

  it('lets clients that send the whole resource back repeat id, schemas and groups', () => {
    const value = { id: ID, schemas: ['x'], groups: [{ value: 'g' }], displayName: 'B' }
    expect(patch({}, [{ op: 'replace', value }]).attributes).toEqual({ displayName: 'B' })
  })
})

describe('PATCH refuses with 400', () => {
  it.each([
    ['id', [{ op: 'replace', path: 'id', value: 'x' }], 'mutability'],
    ['another id in a path-less value', [{ op: 'replace', value: { id: 'x' } }], 'mutability'],
    ['meta', [{ op: 'replace', path: 'meta.created', value: 'x' }], 'mutability'],
    ['schemas', [{ op: 'replace', path: 'schemas', value: ['x'] }], 'mutability'],
    ['groups', [{ op: 'add', path: 'groups', value: [{ value: 'g' }] }], 'mutability'],
    ['__proto__ as a path', [{ op: 'add', path: '__proto__.polluted', value: '1' }], 'invalidPath'],
    ['constructor as a path', [{ op: 'add', path: 'constructor', value: '1' }], 'invalidPath'],
    ['prototype behind a dot', [{ op: 'add', path: 'name.prototype', value: '1' }], 'invalidPath'],
    ['an open bracket', [{ op: 'add', path: 'emails[type eq "work"', value: '1' }], 'invalidFilter'],
    ['two dots', [{ op: 'add', path: 'name.givenName.x', value: '1' }], 'invalidPath'],
    ['blanks', [{ op: 'add', path: 'display name', value: '1' }], 'invalidPath'],
    ['an unknown verb', [{ op: 'merge', path: 'title', value: '1' }], 'invalidSyntax'],
    ['remove without path', [{ op: 'remove' }], 'noTarget'],
    ['no object without path', [{ op: 'add', value: 'x' }], 'invalidValue'],
    ['a number as path', [{ op: 'add', path: 7, value: 'x' }], 'invalidPath'],
    ['a text that is no boolean', [{ op: 'replace', path: 'active', value: 'maybe' }], 'invalidValue'],
    ['an object for a text', [{ op: 'replace', path: 'title', value: { a: 1 } }], 'invalidValue'],
    [
      'a malformed list of values to remove',
      [{ op: 'remove', path: 'emails', value: [{ colour: 'x' }] }],
      'invalidValue',
    ],
    [
      'a filter that cannot be created',
      [{ op: 'add', path: 'emails[type sw "w"].value', value: 'x' }],
      'noTarget',
    ],
    ['no operations', [], 'invalidSyntax'],
  ])('%s', (_, operations, scimType) => {
    expect(refusal({ emails: [home] }, operations)).toMatchObject({ code: 'bad_request', scimType })
  })

  it('a body without the PatchOp schema', () => {
    expect(() =>
      parsePatch(USER_SCHEMA, { schemas: ['urn:x'], Operations: [{ op: 'add', value: {} }] }),
    ).toThrow()
  })

  it('more than 1,000 operations, as 413', () => {
    const operations = Array.from({ length: 1_001 }, () => ({ op: 'add', path: 'title', value: 'x' }))
    expect(refusal({}, operations)).toMatchObject({ code: 'too_large' })
  })

  it('and pollutes no prototype', () => {
    refusal({}, [{ op: 'add', value: JSON.parse('{"__proto__":{"polluted":1}}') }])
    refusal({}, [{ op: 'add', path: 'name', value: JSON.parse('{"__proto__":{"polluted":1}}') }])
    expect({}).not.toHaveProperty('polluted')
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  entraUser,
  patchOp,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

type Json = Record<string, unknown>

async function create(connector: TestConnector, overrides: Json = {}): Promise<Json> {
  const { json } = await connector.scim('POST', '/Users', entraUser(overrides))
  return json
}

const WORK_ADDRESS = {
  primary: false,
  type: 'work',
  formatted: 'B-204',
  streetAddress: 'Kai 7',
  locality: 'Bergen',
  region: 'Vestland',
  postalCode: '5003',
  country: 'NO',
}
const WORK_PHONE = { primary: true, type: 'work', value: '+47 55 00 00 01' }
const MOBILE = { type: 'mobile', value: '+47 900 00 001' }

/** What changes in the resource: `undefined` says that the attribute is gone. */
interface PatchCase {
  readonly name: string
  readonly operations: readonly Json[]
  readonly changes: Json
}

const LEGACY: readonly PatchCase[] = [
  ...['Add', 'Replace', 'add', 'REPLACE'].map((op) => ({
    name: `${op} of a name by its path`,
    operations: [{ op, path: 'displayName', value: 'Mira Lie' }],
    changes: { displayName: 'Mira Lie' },
  })),
  {
    name: 'several changes, each with its path',
    operations: [
      { op: 'Replace', path: 'displayName', value: 'Mira Holt-Lie' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'mira.lie@fjordworks.example' },
      { op: 'Replace', path: 'name.familyName', value: 'Lie' },
      { op: 'Add', path: `${ENT}:department`, value: 'Depot' },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+47 900 00 002' },
      { op: 'Replace', path: 'active', value: 'True' },
    ],
    changes: {
      displayName: 'Mira Holt-Lie',
      emails: [{ primary: true, type: 'work', value: 'mira.lie@fjordworks.example' }],
      name: { formatted: 'Mira Holt', givenName: 'Mira', familyName: 'Lie' },
      phoneNumbers: [WORK_PHONE, { type: 'mobile', value: '+47 900 00 002' }],
      [ENT]: { employeeNumber: 'E-1042', department: 'Depot' },
    },
  },
  {
    name: 'a fax number that was not there',
    operations: [{ op: 'Add', path: 'phoneNumbers[type eq "fax"].value', value: '+47 55 00 00 09' }],
    changes: { phoneNumbers: [WORK_PHONE, MOBILE, { type: 'fax', value: '+47 55 00 00 09' }] },
  },
  {
    name: 'Replace of an address that was not there',
    operations: [{ op: 'Replace', path: 'addresses[type eq "other"].Formatted', value: 'B-205' }],
    changes: { addresses: [WORK_ADDRESS, { type: 'other', formatted: 'B-205' }] },
  },
  {
    name: 'sub-attributes in another case',
    operations: [
      { op: 'Replace', path: 'phoneNumbers[Type eq "Mobile"].Value', value: '+47 1' },
      { op: 'Replace', path: 'NAME.GIVENNAME', value: 'Miriam' },
      { op: 'Replace', path: `${ENT.toUpperCase()}:Department`, value: 'Depot' },
    ],
    changes: {
      phoneNumbers: [WORK_PHONE, { type: 'mobile', value: '+47 1' }],
      name: { formatted: 'Mira Holt', givenName: 'Miriam', familyName: 'Holt' },
      [ENT]: { employeeNumber: 'E-1042', department: 'Depot' },
    },
  },
  {
    name: 'a path with the URN of the core schema',
    operations: [{ op: 'Replace', path: `${CORE}:name.givenName`, value: 'Miriam' }],
    changes: { name: { formatted: 'Mira Holt', givenName: 'Miriam', familyName: 'Holt' } },
  },
  {
    name: 'a number found by its primary mark, as text',
    operations: [{ op: 'Replace', path: 'phoneNumbers[primary eq "True"].value', value: '+47 2' }],
    changes: { phoneNumbers: [{ ...WORK_PHONE, value: '+47 2' }, MOBILE] },
  },
  {
    name: 'a number found by itself',
    operations: [{ op: 'Replace', path: `phoneNumbers[value eq "${MOBILE.value}"].value`, value: '+47 3' }],
    changes: { phoneNumbers: [WORK_PHONE, { type: 'mobile', value: '+47 3' }] },
  },
  {
    name: 'Remove by path',
    operations: [
      { op: 'Remove', path: 'title' },
      { op: 'Remove', path: 'phoneNumbers[type eq "mobile"]' },
      { op: 'Remove', path: `${ENT}:department` },
    ],
    changes: { title: undefined, phoneNumbers: [WORK_PHONE], [ENT]: { employeeNumber: 'E-1042' } },
  },
  {
    name: 'Remove of the value of a number',
    operations: [{ op: 'Remove', path: 'phoneNumbers[type eq "work"].value' }],
    changes: { phoneNumbers: [MOBILE] },
  },
  ...['', null].map((value) => ({
    name: `a clear by ${JSON.stringify(value)}`,
    operations: [
      { op: 'Replace', path: 'title', value },
      { op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value },
      { op: 'Replace', path: `${ENT}:department`, value },
      { op: 'Replace', path: 'externalId', value },
    ],
    changes: {
      title: undefined,
      externalId: undefined,
      phoneNumbers: [WORK_PHONE],
      [ENT]: { employeeNumber: 'E-1042' },
    },
  })),
  {
    name: 'remove, add and replace of the same attribute, the last of which holds',
    operations: [
      { op: 'Remove', path: 'nickName' },
      { op: 'Add', path: 'nickName', value: 'Mi' },
      { op: 'Replace', path: 'nickName', value: 'Miri' },
    ],
    changes: { nickName: 'Miri' },
  },
  {
    name: 'an attribute that no schema has beside one that has',
    operations: [
      { op: 'Add', path: 'shoeSize', value: '43' },
      { op: 'Add', path: 'urn:example:extension:2.0:User:badge', value: '7' },
      { op: 'Replace', path: 'title', value: 'Lead' },
    ],
    changes: { title: 'Lead' },
  },
]

const COMPLIANT: readonly PatchCase[] = [
  ...['add', 'replace'].map((op) => ({
    name: `${op} without a path, keys with dots and URNs`,
    operations: [
      { op, path: 'phoneNumbers[type eq "mobile"].value', value: '+47 900 00 002' },
      {
        op,
        value: {
          displayName: 'Mira Holt-Lie',
          title: 'Lead',
          'name.familyName': 'Lie',
          'name.formatted': 'Mira Lie',
          [`${ENT}:employeeNumber`]: 'E-2042',
        },
      },
    ],
    changes: {
      displayName: 'Mira Holt-Lie',
      title: 'Lead',
      name: { formatted: 'Mira Lie', givenName: 'Mira', familyName: 'Lie' },
      phoneNumbers: [WORK_PHONE, { type: 'mobile', value: '+47 900 00 002' }],
      [ENT]: { employeeNumber: 'E-2042', department: 'Logistics' },
    },
  })),
  {
    name: 'an extension as an object under its URN',
    operations: [{ op: 'replace', value: { [ENT]: { department: 'Depot' } } }],
    changes: { [ENT]: { employeeNumber: 'E-1042', department: 'Depot' } },
  },
  {
    name: 'a name as an object, whose other parts stay',
    operations: [{ op: 'replace', value: { name: { givenName: 'Miriam' } } }],
    changes: { name: { formatted: 'Mira Holt', givenName: 'Miriam', familyName: 'Holt' } },
  },
  {
    name: 'keys that hold a filter',
    operations: [{ op: 'replace', value: { 'phoneNumbers[type eq "fax"].value': '+47 9', locale: 'x-?' } }],
    changes: { phoneNumbers: [WORK_PHONE, MOBILE, { type: 'fax', value: '+47 9' }], locale: 'x-?' },
  },
  {
    name: 'keys in another case',
    operations: [{ op: 'replace', value: { DISPLAYNAME: 'M', 'Name.FamilyName': 'Lie' } }],
    changes: { displayName: 'M', name: { formatted: 'Mira Holt', givenName: 'Mira', familyName: 'Lie' } },
  },
  {
    name: 'a key that no schema has beside one that has',
    operations: [{ op: 'replace', value: { shoeSize: 43, 'shoe.size': 43, title: 'Lead' } }],
    changes: { title: 'Lead' },
  },
  {
    name: 'an empty path',
    operations: [{ op: 'replace', path: '', value: { title: 'Lead' } }],
    changes: { title: 'Lead' },
  },
]

describe.each([
  ['legacy', LEGACY],
  ['compliant', COMPLIANT],
])('a PATCH of the %s mode', (_, cases) => {
  it.each(cases)('applies $name', async ({ operations, changes }) => {
    const connector = await gatehouse.newConnector()
    const before = await create(connector)

    const answer = await connector.scim('PATCH', `/Users/${String(before['id'])}`, patchOp(...operations))
    const read = await connector.scim('GET', `/Users/${String(before['id'])}`)

    const expected = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/scim+json')
    expect(answer.json).toEqual({ ...Object.fromEntries(expected), meta: answer.json.meta })
    expect(read.json).toEqual(answer.json)
  })
})

describe('the body of a PATCH', () => {
  it.each<[string, Json]>([
    [
      'Operations before schemas',
      { Operations: [{ op: 'Replace', path: 'title', value: 'Lead' }], schemas: patchOp()['schemas'] },
    ],
    ['value and path before op', { ...patchOp({ value: 'Lead', path: 'title', op: 'Replace' }) }],
    ['no schemas', { Operations: [{ op: 'Replace', path: 'title', value: 'Lead' }] }],
    ['names in another case', { operations: [{ OP: 'Replace', Path: 'title', VALUE: 'Lead' }] }],
  ])('may have %s', async (_, body) => {
    const connector = await gatehouse.newConnector()
    const { id } = await create(connector)
    const answer = await connector.scim('PATCH', `/Users/${String(id)}`, body)
    expect([answer.status, answer.json.title]).toEqual([200, 'Lead'])
  })
})

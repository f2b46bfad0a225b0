import { describe, expect, it } from 'vitest'
import { CORE_USER as CORE, ENTERPRISE_USER as ENT } from '../../shared/scim/schema/attribute.ts'
import { patch, type PatchCase } from '../scim/patching.ts'

const work = { type: 'work', value: 'ann@work.example', primary: true }
const home = { type: 'home', value: 'ann@home.example', display: 'at home' }
const office = { type: 'work', streetAddress: 'Kai 7', locality: 'Bergen', country: 'NO', primary: true }
const cabin = { type: 'home', locality: 'Voss' }

const BEFORE = {
  userName: 'ann',
  title: 'Cook',
  name: { givenName: 'Ann', familyName: 'Berg' },
  emails: [work, home],
  addresses: [office, cabin],
  [ENT]: { department: 'Galley', manager: { value: 'm-1', $ref: '../Users/m-1' } },
}

/** Operation, path, value, and the attributes of BEFORE that are different afterwards. */
type Row = readonly [op: string, path: string | undefined, value: unknown, after: Record<string, unknown>]

const SIMPLE: readonly Row[] = [
  ['add', 'nickName', 'Annie', { nickName: 'Annie' }],
  ['add', 'title', 'Pilot', { title: 'Pilot' }],
  ['replace', 'title', 'Pilot', { title: 'Pilot' }],
  ['replace', 'nickName', 'Annie', { nickName: 'Annie' }],
  ['remove', 'title', undefined, { title: undefined }],
  ['remove', 'nickName', undefined, {}],
  ['remove', `${CORE}:title`, undefined, { title: undefined }],
  ['add', 'title', undefined, {}],
  ['replace', 'title', ['Pilot'], { title: 'Pilot' }],
  ['replace', 'active', false, { active: false }],
  ['add', undefined, { title: 'Pilot', nickName: 'Annie' }, { title: 'Pilot', nickName: 'Annie' }],
  ['replace', undefined, { title: 'Pilot', nickName: 'Annie' }, { title: 'Pilot', nickName: 'Annie' }],
  ['replace', undefined, { [CORE]: { title: 'Pilot' } }, { title: 'Pilot' }],
  ['replace', undefined, { [`${CORE}:title`]: 'Pilot' }, { title: 'Pilot' }],
  ['replace', '', { title: 'Pilot' }, { title: 'Pilot' }],
  ['replace', undefined, {}, {}],
]

const COMPLEX: readonly Row[] = [
  ['add', 'name', { middleName: 'M' }, { name: { ...BEFORE.name, middleName: 'M' } }],
  ['add', 'name', { familyName: 'Lie' }, { name: { givenName: 'Ann', familyName: 'Lie' } }],
  ['replace', 'name', { familyName: 'Lie' }, { name: { givenName: 'Ann', familyName: 'Lie' } }],
  ['replace', 'name', [{ familyName: 'Lie' }], { name: { givenName: 'Ann', familyName: 'Lie' } }],
  ['replace', 'name', { givenName: '', familyName: null }, { name: undefined }],
  ['remove', 'name', undefined, { name: undefined }],
  ['add', 'name', undefined, {}],
  ['add', 'name.middleName', 'M', { name: { ...BEFORE.name, middleName: 'M' } }],
  ['replace', 'name.familyName', 'Lie', { name: { givenName: 'Ann', familyName: 'Lie' } }],
  ['remove', 'name.familyName', undefined, { name: { givenName: 'Ann' } }],
  ['remove', 'name.middleName', undefined, {}],
  ['replace', `${CORE}:name.familyName`, 'Lie', { name: { givenName: 'Ann', familyName: 'Lie' } }],
  ['add', undefined, { name: { middleName: 'M' } }, { name: { ...BEFORE.name, middleName: 'M' } }],
  ['replace', undefined, { 'name.familyName': 'Lie' }, { name: { givenName: 'Ann', familyName: 'Lie' } }],
]

const other = { type: 'other', value: 'ann@other.example' }
const MULTI: readonly Row[] = [
  ['add', 'emails', [other], { emails: [work, home, other] }],
  ['add', 'emails', other, { emails: [work, home, other] }],
  ['add', 'emails', 'ann@other.example', { emails: [work, home, { value: 'ann@other.example' }] }],
  ['add', 'emails', [other, { ...other }], { emails: [work, home, other] }],
  ['add', 'emails', [work], {}],
  ['add', 'emails', [], {}],
  ['add', 'emails', undefined, {}],
  ['add', 'emails.display', undefined, {}],
  [
    'add',
    'emails',
    [{ ...other, primary: true }],
    { emails: [{ ...work, primary: false }, home, { ...other, primary: true }] },
  ],
  ['add', undefined, { emails: [other] }, { emails: [work, home, other] }],
  ['replace', 'emails', [other], { emails: [other] }],
  ['replace', 'emails', other, { emails: [other] }],
  ['replace', 'emails', [], { emails: undefined }],
  ['replace', undefined, { emails: [other] }, { emails: [other] }],
  [
    'replace',
    'emails',
    [{ ...work }, { ...other, primary: true }],
    {
      emails: [
        { ...work, primary: false },
        { ...other, primary: true },
      ],
    },
  ],
  ['remove', 'emails', undefined, { emails: undefined }],
  ['remove', 'emails', [{ value: work.value }], { emails: [home] }],
  ['remove', 'emails', { value: work.value, type: 'WORK' }, { emails: [home] }],
  ['remove', 'emails', [{ value: work.value, type: 'home' }], {}],
  ['remove', 'addresses', [cabin], { addresses: [office] }],
  [
    'replace',
    'emails.display',
    'D',
    {
      emails: [
        { ...work, display: 'D' },
        { ...home, display: 'D' },
      ],
    },
  ],
  ['add', 'phoneNumbers.value', '7', { phoneNumbers: [{ value: '7' }] }],
  ['remove', 'emails.display', undefined, { emails: [work, { type: 'home', value: home.value }] }],
  ['remove', 'emails.value', undefined, { emails: [{ type: 'home', display: 'at home' }] }],
]

const VALUE_PATH: readonly Row[] = [
  ['add', 'emails[type eq "home"]', { display: 'D' }, { emails: [work, { ...home, display: 'D' }] }],
  ['add', 'emails[type eq "home"]', [{ display: 'D' }], { emails: [work, { ...home, display: 'D' }] }],
  [
    'add',
    'emails[type eq "home"].primary',
    true,
    {
      emails: [
        { ...work, primary: false },
        { ...home, primary: true },
      ],
    },
  ],
  [
    'add',
    'emails[type eq "other"]',
    { value: 'o@x.example' },
    { emails: [work, home, { type: 'other', value: 'o@x.example' }] },
  ],
  [
    'replace',
    'addresses[type eq "work"]',
    { ...cabin, type: 'work' },
    { addresses: [{ type: 'work', locality: 'Voss' }, cabin] },
  ],
  [
    'replace',
    'addresses[type eq "work"]',
    { country: 'SE' },
    { addresses: [{ type: 'work', country: 'SE' }, cabin] },
  ],
  [
    'replace',
    'addresses[locality eq "Voss"]',
    { type: 'other' },
    { addresses: [office, { type: 'other', locality: 'Voss' }] },
  ],
  [
    'replace',
    'addresses[type eq "work" and country eq "NO"]',
    { postalCode: '1' },
    { addresses: [{ type: 'work', country: 'NO', postalCode: '1' }, cabin] },
  ],
  ['replace', 'addresses[country pr]', { country: 'SE' }, { addresses: [{ country: 'SE' }, cabin] }],
  [
    'replace',
    'emails[type eq "home"].value',
    'new@x.example',
    { emails: [work, { ...home, value: 'new@x.example' }] },
  ],
  [
    'replace',
    'emails[value ew "example"].display',
    'D',
    {
      emails: [
        { ...work, display: 'D' },
        { ...home, display: 'D' },
      ],
    },
  ],
  [
    'replace',
    'emails[value ew ".example" and not (primary eq true)].display',
    'D',
    { emails: [work, { ...home, display: 'D' }] },
  ],
  ['replace', `${CORE}:emails[type eq "home"].display`, 'D', { emails: [work, { ...home, display: 'D' }] }],
  [
    'replace',
    'emails[type eq "home" or type eq "work"].display',
    'D',
    {
      emails: [
        { ...work, display: 'D' },
        { ...home, display: 'D' },
      ],
    },
  ],
  [
    'replace',
    undefined,
    { 'emails[type eq "home"].display': 'D' },
    { emails: [work, { ...home, display: 'D' }] },
  ],
  ['remove', 'emails[type eq "home"]', undefined, { emails: [work] }],
  ['remove', 'emails[type eq "other"]', undefined, {}],
  ['remove', 'emails[value pr]', undefined, { emails: undefined }],
  [
    'remove',
    'emails[type eq "home"].display',
    undefined,
    { emails: [work, { type: 'home', value: home.value }] },
  ],
  ['remove', 'emails[type eq "other"].display', undefined, {}],
  ['remove', 'addresses[locality eq "Voss"].locality', undefined, { addresses: [office] }],
]

const { manager } = BEFORE[ENT]
const EXTENSION: readonly Row[] = [
  ['add', `${ENT}:costCenter`, '7', { [ENT]: { ...BEFORE[ENT], costCenter: '7' } }],
  ['replace', `${ENT}:department`, 'Bridge', { [ENT]: { department: 'Bridge', manager } }],
  ['remove', `${ENT}:department`, undefined, { [ENT]: { manager } }],
  [
    'replace',
    `${ENT}:manager`,
    { value: 'm-2' },
    { [ENT]: { department: 'Galley', manager: { value: 'm-2' } } },
  ],
  [
    'replace',
    `${ENT}:manager.value`,
    'm-2',
    { [ENT]: { department: 'Galley', manager: { ...manager, value: 'm-2' } } },
  ],
  [
    'remove',
    `${ENT}:manager.$ref`,
    undefined,
    { [ENT]: { department: 'Galley', manager: { value: 'm-1' } } },
  ],
  ['remove', `${ENT}:manager`, undefined, { [ENT]: { department: 'Galley' } }],
  ['add', ENT, { costCenter: '7' }, { [ENT]: { ...BEFORE[ENT], costCenter: '7' } }],
  ['replace', ENT, { department: 'Bridge' }, { [ENT]: { department: 'Bridge', manager } }],
  ['remove', ENT, undefined, { [ENT]: undefined }],
  ['add', undefined, { [ENT]: { costCenter: '7' } }, { [ENT]: { ...BEFORE[ENT], costCenter: '7' } }],
  ['replace', undefined, { [`${ENT}:department`]: 'Bridge' }, { [ENT]: { department: 'Bridge', manager } }],
]

const toCase = ([op, path, value, after]: Row): PatchCase => ({
  name: `${op} ${path ?? '(no path)'} ${JSON.stringify(value) ?? ''}`,
  operations: [{ op, ...(path === undefined ? {} : { path }), ...(value === undefined ? {} : { value }) }],
  after,
})

describe.each([
  ['a simple attribute', SIMPLE],
  ['a complex attribute', COMPLEX],
  ['a multi-valued attribute', MULTI],
  ['values that a filter picks', VALUE_PATH],
  ['an extension', EXTENSION],
])('PATCH of %s', (_, rows) => {
  it.each(rows.map(toCase))('$name', ({ operations, after }) => {
    const wanted = JSON.parse(JSON.stringify({ ...BEFORE, ...after }))
    expect(patch(BEFORE, operations).attributes).toEqual(wanted)
    // Done twice it is the same: a client that got no answer may repeat it.
    const twice = patch(patch(BEFORE, operations).attributes, operations).attributes
    expect(twice).toEqual(wanted)
  })
})

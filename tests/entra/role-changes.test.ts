import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { newScene, noteOf, roleBlob, roleOf, roleValues, ROLE_TYPE } from './scene.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

type Json = Record<string, unknown>
/** Name, roles before, operations, values afterwards, the role that counts then. */
type Change = readonly [string, readonly unknown[], readonly Json[], readonly string[], string | null]

const PRIMARY = 'roles[primary eq "True"]'
const single = (value: string): Json => ({ primary: true, type: ROLE_TYPE, value })
const complex = (value: string): Json => ({ primary: false, type: ROLE_TYPE, display: value, value })

/** SingleAppRoleAssignment: one role, in a value path or as JSON in a text. */
const SINGLE: readonly Change[] = [
  ['Add to none', [], [{ op: 'Add', path: `${PRIMARY}.value`, value: 'Admin' }], ['Admin'], 'Admin'],
  ['Replace of none', [], [{ op: 'Replace', path: `${PRIMARY}.value`, value: 'Admin' }], ['Admin'], 'Admin'],
  [
    'Replace by a higher one',
    [single('Admin')],
    [{ op: 'Replace', path: `${PRIMARY}.value`, value: 'EnterpriseAdmin' }],
    ['EnterpriseAdmin'],
    'EnterpriseAdmin',
  ],
  [
    'Replace by a lower one',
    [single('Admin')],
    [{ op: 'Replace', path: `${PRIMARY}.value`, value: 'ReadOnly' }],
    ['ReadOnly'],
    'ReadOnly',
  ],
  [
    'value, type and label in three operations',
    [],
    [
      { op: 'replace', path: `${PRIMARY}.display`, value: 'Users' },
      { op: 'replace', path: `${PRIMARY}.value`, value: 'User' },
      { op: 'replace', path: `${PRIMARY}.type`, value: 'any' },
    ],
    ['User'],
    'User',
  ],
  [
    'a key without a path',
    [single('Admin')],
    [{ op: 'replace', value: { [`${PRIMARY}.value`]: 'User' } }],
    ['User'],
    'User',
  ],
  [
    'a boolean in the path',
    [],
    [{ op: 'add', path: 'roles[primary eq true].value', value: 'User' }],
    ['User'],
    'User',
  ],
  [
    'JSON in the value path',
    [],
    [{ op: 'Add', path: `${PRIMARY}.value`, value: roleBlob('User')['value'] }],
    ['User'],
    'User',
  ],
  ['JSON in a list', [], [{ op: 'Add', path: 'roles', value: [roleBlob('Admin')] }], ['Admin'], 'Admin'],
]

/** AppRoleAssignmentsComplex: Entra only ever adds. */
const COMPLEX: readonly Change[] = [
  [
    'JSON, two at once',
    [],
    [{ op: 'Add', path: 'roles', value: [roleBlob('User'), roleBlob('Admin')] }],
    ['User', 'Admin'],
    'Admin',
  ],
  [
    'JSON, one of which is there',
    [complex('Admin')],
    [{ op: 'Add', path: 'roles', value: [roleBlob('Admin'), roleBlob('User')] }],
    ['Admin', 'User'],
    'Admin',
  ],
  [
    'the same again',
    [complex('User')],
    [{ op: 'Add', path: 'roles', value: [complex('User')] }],
    ['User'],
    'User',
  ],
  [
    'a bare text',
    [complex('User')],
    [{ op: 'Add', path: 'roles', value: 'Admin' }],
    ['User', 'Admin'],
    'Admin',
  ],
  ['bare texts', [], [{ op: 'Add', path: 'roles', value: ['User', 'Admin'] }], ['User', 'Admin'], 'Admin'],
  ['an object', [], [{ op: 'Add', path: 'roles', value: complex('User') }], ['User'], 'User'],
  ['without a path', [], [{ op: 'add', value: { roles: [complex('User')] } }], ['User'], 'User'],
  [
    'one after the other',
    [],
    [
      { op: 'Add', path: 'roles', value: [roleBlob('User')] },
      { op: 'Add', path: 'roles', value: [roleBlob('ReadOnly')] },
    ],
    ['User', 'ReadOnly'],
    'User',
  ],
]

/** AssertiveAppRoleAssignmentsComplex: the whole set. */
const ASSERTIVE: readonly Change[] = [
  [
    'one for two',
    [complex('User'), complex('Admin')],
    [{ op: 'replace', path: 'roles', value: [complex('User')] }],
    ['User'],
    'User',
  ],
  [
    'JSON for objects',
    [complex('Admin')],
    [{ op: 'Replace', path: 'roles', value: [roleBlob('User')] }],
    ['User'],
    'User',
  ],
  [
    'without a path',
    [complex('Admin')],
    [{ op: 'replace', value: { roles: [complex('ReadOnly')] } }],
    ['ReadOnly'],
    'ReadOnly',
  ],
  [
    'a known one for an unknown one',
    [complex('Janitor')],
    [{ op: 'replace', path: 'roles', value: [complex('User')] }],
    ['User'],
    'User',
  ],
  [
    'an unknown one',
    [complex('Admin')],
    [{ op: 'replace', path: 'roles', value: [complex('Janitor')] }],
    ['Janitor'],
    null,
  ],
  [
    'one value taken out',
    [complex('User'), complex('Admin')],
    [{ op: 'remove', path: 'roles[value eq "Admin"]' }],
    ['User'],
    'User',
  ],
  [
    'a list taken out',
    [complex('User'), complex('Admin')],
    [{ op: 'Remove', path: 'roles', value: [{ value: 'Admin' }] }],
    ['User'],
    'User',
  ],
  [
    'a list of JSON taken out',
    [complex('User'), complex('Admin')],
    [{ op: 'Remove', path: 'roles', value: [roleBlob('Admin')] }],
    ['User'],
    'User',
  ],
  [
    'the value of one cleared',
    [single('Admin')],
    [{ op: 'Replace', path: `${PRIMARY}.value`, value: '' }],
    [],
    null,
  ],
]

describe.each([
  ['of which there is one', SINGLE],
  ['that are added', COMPLEX],
  ['that are replaced', ASSERTIVE],
])('roles %s', (_, changes) => {
  it.each(changes)(
    '(%s) are kept as a set, and the highest counts',
    async (_name, roles, operations, ...[values, role]) => {
      const scene = await newScene(gatehouse, { roles })
      const answer = await scene.patch(...operations)
      expect([answer.status, roleValues(answer)]).toEqual([200, values])
      expect((await scene.read()).json).toEqual(answer.json)
      expect(await roleOf(gatehouse, scene)).toBe(role)
    },
  )

  it.each(changes)('(%s) change nothing when the same comes again', async (_name, roles, operations) => {
    const scene = await newScene(gatehouse, { roles })
    const first = await scene.patch(...operations)
    const second = await scene.patch(...operations)
    expect([second.status, second.json.meta.version]).toEqual([200, first.json.meta.version])
  })
})

describe('the empty set of roles', () => {
  it.each<[string, Json]>([
    ['an empty list', { op: 'replace', path: 'roles', value: [] }],
    ['null', { op: 'replace', path: 'roles', value: null }],
    ['an empty text', { op: 'replace', path: 'roles', value: '' }],
    ['no value', { op: 'Replace', path: 'roles' }],
    ['an empty object', { op: 'replace', path: 'roles', value: {} }],
    ['a list of nothing', { op: 'replace', path: 'roles', value: [{}] }],
    [
      'a list of an empty value',
      { op: 'replace', path: 'roles', value: [{ primary: false, type: ROLE_TYPE, value: '' }] },
    ],
    ['Remove', { op: 'Remove', path: 'roles' }],
    ['Remove with null', { op: 'remove', path: 'roles', value: null }],
    ['a key with an empty list', { op: 'replace', value: { roles: [] } }],
    ['a key with null', { op: 'replace', value: { roles: null } }],
  ])('is sent as %s, and leaves a sign-in to the apps only', async (_, operation) => {
    const scene = await newScene(gatehouse, { roles: [complex('User'), complex('EnterpriseAdmin')] })
    const before = await roleOf(gatehouse, scene)

    const answer = await scene.patch(operation)

    expect([answer.status, answer.json.active]).toEqual([200, true])
    expect(answer.json).not.toHaveProperty('roles')
    expect((await scene.read()).json).toEqual(answer.json)
    expect([before, await roleOf(gatehouse, scene)]).toEqual(['EnterpriseAdmin', null])
  })

  it('is not what an Add of nothing means', async () => {
    const scene = await newScene(gatehouse, { roles: [complex('User')] })
    const answer = await scene.patch({ op: 'Add', path: 'roles', value: [] })
    expect([answer.status, roleValues(answer)]).toEqual([200, ['User']])
  })
})

describe('an unknown role that a PATCH brings', () => {
  it('is named in the activity, and its end is not', async () => {
    const scene = await newScene(gatehouse, { roles: [complex('User')] })
    await scene.patch({ op: 'Add', path: 'roles', value: [roleBlob('Janitor')] })
    const named = await noteOf(gatehouse, scene)
    await scene.patch({ op: 'replace', path: 'roles', value: [complex('User')] })
    expect([named, await noteOf(gatehouse, scene)]).toEqual([
      'Unknown roles, which grant nothing: Janitor.',
      undefined,
    ])
  })
})

describe('two marks', () => {
  it('never stay primary: the last one written is', async () => {
    const scene = await newScene(gatehouse, { roles: [single('User')] })
    const answer = await scene.patch({ op: 'Add', path: 'roles', value: [single('Admin')] })
    expect(answer.json.roles).toEqual([{ ...single('User'), primary: false }, single('Admin')])
  })
})

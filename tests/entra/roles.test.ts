import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraUser, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { noteOf, roleBlob, roleOf, roleValues, ROLE_TYPE, newScene } from './scene.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

/** What a POST holds as `roles`, the values that are kept, and the role that counts. */
const CREATED: readonly (readonly [string, unknown, readonly string[], string | null])[] = [
  ['one role marked primary', [{ primary: true, type: ROLE_TYPE, value: 'Admin' }], ['Admin'], 'Admin'],
  ['a primary mark as text', [{ primary: 'True', type: ROLE_TYPE, value: 'User' }], ['User'], 'User'],
  [
    'several with displayName',
    [
      { primary: false, type: ROLE_TYPE, displayName: 'Admin', value: 'Admin' },
      { primary: false, type: ROLE_TYPE, displayName: 'User', value: 'User' },
    ],
    ['Admin', 'User'],
    'Admin',
  ],
  [
    'several with display',
    [
      { primary: false, type: ROLE_TYPE, display: 'Read only', value: 'ReadOnly' },
      { primary: false, type: ROLE_TYPE, display: 'User', value: 'User' },
    ],
    ['ReadOnly', 'User'],
    'User',
  ],
  [
    'JSON in a text',
    [roleBlob('EnterpriseAdmin'), roleBlob('User')],
    ['EnterpriseAdmin', 'User'],
    'EnterpriseAdmin',
  ],
  ['JSON that has a display name only', [{ value: '{"displayName":"Admin"}' }], ['Admin'], 'Admin'],
  ['JSON with blanks before it', [{ value: ' {"value":"Admin"}' }], ['Admin'], 'Admin'],
  ['bare texts', ['Admin', 'User'], ['Admin', 'User'], 'Admin'],
  ['one bare text', 'User', ['User'], 'User'],
  ['one object', { value: 'ReadOnly' }, ['ReadOnly'], 'ReadOnly'],
  ['another type', [{ type: 'anything', value: 'Admin' }], ['Admin'], 'Admin'],
  ['no type', [{ value: 'Admin' }], ['Admin'], 'Admin'],
  ['another case', [{ value: 'enterpriseADMIN' }], ['enterpriseADMIN'], 'EnterpriseAdmin'],
  ['the same twice', [{ value: 'User' }, { value: 'User' }], ['User'], 'User'],
  [
    'all four, from the weakest',
    ['ReadOnly', 'User', 'Admin', 'EnterpriseAdmin'],
    ['ReadOnly', 'User', 'Admin', 'EnterpriseAdmin'],
    'EnterpriseAdmin',
  ],
  [
    'all four, from the strongest',
    ['EnterpriseAdmin', 'Admin', 'User', 'ReadOnly'],
    ['EnterpriseAdmin', 'Admin', 'User', 'ReadOnly'],
    'EnterpriseAdmin',
  ],
  ['an unknown one beside a known one', ['Janitor', 'User'], ['Janitor', 'User'], 'User'],
  ['an unknown one', ['Janitor'], ['Janitor'], null],
  ['one that merely contains a known name', ['NotAdmin'], ['NotAdmin'], null],
  ['broken JSON', [{ value: '{"value":"Admin"' }], ['{"value":"Admin"'], null],
  ['a list', [], [], null],
  ['null', null, [], null],
  ['an empty text', '', [], null],
  [
    'elements that say nothing',
    [{}, { value: '' }, { value: null }, { type: ROLE_TYPE, primary: true }],
    [],
    null,
  ],
  ['nothing', undefined, [], null],
]

describe('the roles of a new user', () => {
  it.each(CREATED)('may be %s: they are kept, and the highest counts', async (_, roles, values, role) => {
    const scene = await newScene(gatehouse, { roles })
    const read = await scene.read()
    expect(roleValues(read)).toEqual(values)
    expect(read.json).toEqual(scene.user)
    expect(await roleOf(gatehouse, scene)).toBe(role)
  })

  it('keep their type, their label and their mark, in the words of the standard', async () => {
    const roles = [{ primary: 'True', type: ROLE_TYPE, displayName: 'Administrator', value: 'Admin' }]
    const { user } = await newScene(gatehouse, { roles })
    expect(user.roles).toEqual([{ primary: true, type: ROLE_TYPE, display: 'Administrator', value: 'Admin' }])
  })

  it('keep the label that stands inside a JSON text', async () => {
    const { user } = await newScene(gatehouse, { roles: [roleBlob('Admin', 'Administrator')] })
    expect(user.roles).toEqual([{ value: 'Admin', display: 'Administrator' }])
  })

  it('that are unknown are named in the activity, and only they', async () => {
    const scene = await newScene(gatehouse, { roles: ['Janitor', 'User', 'Gardener'] })
    expect(await noteOf(gatehouse, scene)).toBe('Unknown roles, which grant nothing: Janitor, Gardener.')
    const other = await newScene(gatehouse, { roles: ['user', 'Admin'] })
    expect(await noteOf(gatehouse, other)).toBeUndefined()
  })

  it('of a wrong type are refused', async () => {
    const { connector } = await newScene(gatehouse)
    const answer = await connector.scim('POST', '/Users', entraUser({ roles: [{ value: 7 }] }))
    expect([answer.status, answer.json.scimType]).toEqual([400, 'invalidValue'])
  })

  it('are found by a filter as Entra maps them', async () => {
    const scene = await newScene(gatehouse, { roles: [{ primary: 'True', type: ROLE_TYPE, value: 'Admin' }] })
    await scene.connector.scim('POST', '/Users', entraUser({ roles: ['Admin'] }))
    const found = await scene.find('roles[primary eq "True"].value eq "Admin"')
    expect(found.json.Resources).toEqual([scene.user])
    expect((await scene.find('roles.value eq "admin"')).json.totalResults).toBe(2)
  })
})

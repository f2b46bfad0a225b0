import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraGroup, entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const find = (filter: string) => `/Users?filter=${encodeURIComponent(filter)}`

async function newUser(overrides: Record<string, unknown> = {}) {
  const connector = await gatehouse.newConnector()
  const { json: user } = await connector.scim('POST', '/Users', entraUser(overrides))
  const path = `/Users/${user.id}`
  return {
    connector,
    user,
    path,
    patch: (...operations: Record<string, unknown>[]) =>
      connector.scim('PATCH', path, patchOp(...operations)),
  }
}

const CHANGED = {
  displayName: 'Mira Holt-Lie',
  name: { formatted: 'Mira Holt', givenName: 'Mira', familyName: 'Lie' },
  [ENT]: { employeeNumber: 'E-2042', department: 'Depot' },
}

describe('a change of several attributes', () => {
  it.each([
    [
      'in legacy mode',
      [
        { op: 'Replace', path: 'displayName', value: 'Mira Holt-Lie' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'lie@x.example' },
        { op: 'Replace', path: 'name.familyName', value: 'Lie' },
        { op: 'Add', path: `${ENT}:department`, value: 'Depot' },
        { op: 'Replace', path: `${ENT}:employeeNumber`, value: 'E-2042' },
        { op: 'Add', path: 'phoneNumbers[type eq "fax"].value', value: '+47 2' },
        { op: 'Replace', path: 'active', value: 'False' },
      ],
    ],
    [
      'in compliant mode',
      [
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'lie@x.example' },
        { op: 'add', path: 'phoneNumbers[type eq "fax"].value', value: '+47 2' },
        {
          op: 'replace',
          value: {
            displayName: 'Mira Holt-Lie',
            'name.familyName': 'Lie',
            [`${ENT}:department`]: 'Depot',
            [`${ENT}:employeeNumber`]: 'E-2042',
            active: false,
          },
        },
      ],
    ],
  ])('%s is answered 200 with the whole user, and stays', async (_, operations) => {
    const { connector, user, path, patch } = await newUser()
    const answer = await patch(...operations)
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({
      ...CHANGED,
      id: user.id,
      userName: user.userName,
      title: 'Planner',
      active: false,
    })
    expect(answer.json.emails).toEqual([{ primary: true, type: 'work', value: 'lie@x.example' }])
    expect(answer.json.phoneNumbers).toContainEqual({ type: 'fax', value: '+47 2' })
    expect((await connector.scim('GET', path)).json).toEqual(answer.json)
    expect((await connector.scim('GET', find('emails.value eq "LIE@x.example"'))).json.totalResults).toBe(1)
  })

  it('that is wrong in one place changes nothing at all', async () => {
    const { connector, user, path, patch } = await newUser()
    const answer = await patch(
      { op: 'Replace', path: 'displayName', value: 'Changed' },
      { op: 'Replace', path: 'active', value: 'maybe' },
    )
    expect(answer.json).toMatchObject({ status: '400', scimType: 'invalidValue' })
    expect((await connector.scim('GET', path)).json).toEqual(user)
  })

  it('with 200 operations, unknown attributes among them, is taken and the unknown ones are named', async () => {
    const { connector, patch } = await newUser()
    const operations = Array.from({ length: 200 }, (_, i) => ({
      op: 'Add',
      path: i % 2 ? 'nickName' : `extra${i % 4}`,
      value: `v${i}`,
    }))
    const answer = await patch(...operations)
    const { json } = await gatehouse.manage('GET', `${connector.managementPath}/activity?count=1`)
    expect([answer.status, answer.json.nickName]).toEqual([200, 'v199'])
    expect(json.activity[0]).toMatchObject({ operation: 'user.update', attributes: ['nickName'] })
    expect(json.activity[0].note).toContain('extra2')
  })

  it('that changes nothing is a success and leaves the version alone', async () => {
    const { user, patch } = await newUser()
    const answer = await patch({ op: 'Replace', path: 'displayName', value: user.displayName })
    expect([answer.status, answer.json]).toEqual([200, user])
  })
})

describe('a new user name', () => {
  it.each([
    ['by path', { op: 'Replace', path: 'userName', value: 'new@x.example' }],
    ['without path', { op: 'replace', value: { userName: 'new@x.example' } }],
  ])('%s is found at once, and the old one is free', async (_, operation) => {
    const { connector, user, patch } = await newUser()
    const answer = await patch(operation)
    expect([answer.status, answer.json.userName]).toEqual([200, 'new@x.example'])
    expect((await connector.scim('GET', find('userName eq "NEW@x.example"'))).json.Resources[0].id).toBe(
      user.id,
    )
    expect((await connector.scim('GET', find(`userName eq "${user.userName}"`))).json.totalResults).toBe(0)
    expect(
      (
        await connector.scim(
          'POST',
          '/Users',
          entraUser({ userName: user.userName, emails: [{ type: 'work', value: 'o@x.example' }] }),
        )
      ).status,
    ).toBe(201)
  })

  it('that another user has is 409 uniqueness', async () => {
    const { connector, patch } = await newUser()
    const { json: other } = await connector.scim('POST', '/Users', entraUser())
    const answer = await patch({
      op: 'Replace',
      path: 'userName',
      value: String(other.userName).toUpperCase(),
    })
    expect(answer.json).toMatchObject({ status: '409', scimType: 'uniqueness' })
  })
})

describe('the manager', () => {
  it.each([
    ['a bare id that exists nowhere', 'm-1'],
    ['an object', { value: 'm-1' }],
    ['a list of one', [{ $ref: null, value: 'm-1' }]],
  ])('as %s is set, found, changed and cleared', async (_, value) => {
    const { connector, user, path, patch } = await newUser()
    const set = await patch({ op: 'Add', path: `${ENT}:manager`, value })
    const found = await connector.scim('GET', find(`id eq "${user.id}" and manager eq "m-1"`))
    const other = await connector.scim('GET', find(`manager eq "m-2" and id eq "${user.id}"`))
    const changed = await patch({ op: 'replace', path: `${ENT}:manager`, value: 'm-2' })
    const cleared = await patch({ op: 'replace', path: `${ENT}:manager`, value: '' })
    expect(set.json[ENT].manager).toEqual({ value: 'm-1' })
    expect([found.json.totalResults, other.json.totalResults]).toEqual([1, 0])
    expect(changed.json[ENT].manager).toEqual({ value: 'm-2' })
    expect(cleared.json[ENT]).toEqual(user[ENT])
    expect((await connector.scim('GET', `${path}?filter=manager+eq+%22m-2%22`)).status).toBe(404)
  })
})

describe('a person who leaves and comes back', () => {
  it.each([
    ['legacy', 'False', 'True'],
    ['compliant', false, true],
  ])('is deactivated and activated (%s), stays readable, and keeps the groups', async (_, off, on) => {
    const { connector, user, path, patch } = await newUser()
    const { json: group } = await connector.scim('POST', '/Groups', entraGroup())
    await connector.scim(
      'PATCH',
      `/Groups/${group.id}`,
      patchOp({ op: 'Add', path: 'members', value: [{ $ref: null, value: user.id }] }),
    )

    const left = await patch({ op: 'Replace', path: 'active', value: off })
    const found = await connector.scim('GET', find(`userName eq "${user.userName}"`))
    const read = await connector.scim('GET', path)
    const back = await patch({ op: 'Replace', path: 'active', value: on })

    expect([left.json.active, found.json.Resources[0].active, back.json.active]).toEqual([false, false, true])
    expect(read.json.groups).toEqual([
      { value: group.id, $ref: expect.stringContaining(`/Groups/${group.id}`), type: 'direct' },
    ])
    const { json } = await gatehouse.manage('GET', `${connector.managementPath}/activity?count=2`)
    expect(json.activity.map(({ operation }: { operation: string }) => operation)).toEqual([
      'user.activate',
      'user.deactivate',
    ])
  })

  it('is deleted: 204 once, then 404, the name and the address free, and a new one has a new id', async () => {
    const { connector, user, path } = await newUser()
    const answers = [
      await connector.scim('DELETE', path),
      await connector.scim('DELETE', path),
      await connector.scim('GET', path),
    ]
    const found = await connector.scim('GET', find(`userName eq "${user.userName}"`))
    const again = await connector.scim('POST', '/Users', { ...user, id: undefined })
    expect(answers.map(({ status }) => status)).toEqual([204, 404, 404])
    expect(found.json.totalResults).toBe(0)
    expect(again.status).toBe(201)
    expect(again.json.id).not.toBe(user.id)
  })
})

const role = (value: string, more: object = {}) => ({
  type: 'WindowsAzureActiveDirectoryRole',
  value,
  ...more,
})

describe('roles', () => {
  it.each([
    ['single', [role('Admin', { primary: true })], 'Admin'],
    [
      'complex, several',
      [role('User', { primary: false, displayName: 'U' }), role('EnterpriseAdmin')],
      'EnterpriseAdmin',
    ],
    ['a boolean as text', [role('ReadOnly', { primary: 'True' })], 'ReadOnly'],
    ['in another case', [role('enterpriseadmin')], 'EnterpriseAdmin'],
    ['JSON in a text', [{ value: '{"id":"0b7e","value":"Admin","displayName":"Administrator"}' }], 'Admin'],
    ['unknown beside known', [role('Janitor'), role('User')], 'User'],
    ['unknown', [role('Janitor')], null],
    ['none', [], null],
  ])('(%s) amount to the highest known one', async (_, roles, effective) => {
    const { connector, user } = await newUser({ roles })
    const { json } = await gatehouse.manage('GET', `${connector.managementPath}/users`)
    const { json: log } = await gatehouse.manage('GET', `${connector.managementPath}/activity`)
    expect(json.users[0]).toMatchObject({ role: effective, user: { id: user.id } })
    const names = JSON.stringify(roles).includes('Janitor')
    const created = log.activity.find(({ operation }: { operation: string }) => operation === 'user.create')
    expect(String(created.note).includes('Janitor')).toBe(names)
  })

  it.each([
    ['an empty list', { op: 'replace', path: 'roles', value: [] }],
    ['null', { op: 'replace', path: 'roles', value: null }],
    ['remove', { op: 'Remove', path: 'roles' }],
  ])('are taken away by %s', async (_, operation) => {
    const { connector, patch } = await newUser({ roles: [role('Admin')] })
    const answer = await patch(operation)
    const { json } = await gatehouse.manage('GET', `${connector.managementPath}/users`)
    expect(answer.json).not.toHaveProperty('roles')
    expect(json.users[0].role).toBeNull()
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { CORE, ENT, find, newValidatorConnector, random, shownBy, validatorValues } from './validator.ts'

/* What scimvalidator.microsoft.com does: each test makes its own objects and looks at them afterwards by GET or filter. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const manager = `${ENT}:manager`

/** As the validator fills a user: random texts everywhere, a boolean as text, a role type of its own. */
function fullUser() {
  return {
    schemas: [`${CORE}:User`, ENT],
    userName: `${random()}@Test.example`,
    active: true,
    displayName: random(),
    nickName: random(),
    title: random(),
    userType: random(),
    locale: random(),
    timezone: random(),
    profileUrl: random(),
    preferredLanguage: random(),
    externalId: random(),
    name: { formatted: random(), familyName: random(), givenName: random(), middleName: random() },
    emails: [{ type: 'work', value: `${random()}@test.example`, primary: true }],
    addresses: [{ type: 'work', formatted: random(), streetAddress: random(), country: random() }],
    phoneNumbers: ['work', 'mobile', 'fax'].map((type) => ({ type, value: random() })),
    roles: [{ primary: 'True', display: random(), value: random(), type: random() }],
    [ENT]: { employeeNumber: random(), department: random(), manager: { value: random() } },
  }
}

async function newUser(body: Record<string, unknown> = {}) {
  const connector = await newValidatorConnector(gatehouse)
  const created = await connector.scim('POST', '/Users', {
    schemas: [`${CORE}:User`],
    userName: random(),
    ...body,
  })
  const path = `/Users/${created.json.id}`
  const patch = async (...operations: Record<string, unknown>[]) => {
    const answer = await connector.scim('PATCH', path, patchOp(...operations))
    const { json } = await connector.scim('GET', path)
    return { status: answer.status, answered: answer.json, read: json }
  }
  return { connector, path, created, user: created.json, patch }
}

async function newGroup(users = 0) {
  const connector = await newValidatorConnector(gatehouse)
  const created = await connector.scim('POST', '/Groups', {
    displayName: `Crew ${random()}`,
    externalId: random(),
  })
  const ids: string[] = []
  for (let i = 0; i < users; i++)
    ids.push(String((await connector.scim('POST', '/Users', { userName: random() })).json.id))
  const path = `/Groups/${created.json.id}`
  const patch = async (...operations: Record<string, unknown>[]) => {
    const { status } = await connector.scim('PATCH', path, patchOp(...operations))
    const { json } = await connector.scim('GET', path)
    const members = (json.members ?? []).map(({ value }: { value: string }) => value)
    return { status, group: json, members }
  }
  return { connector, path, created, group: created.json, ids, patch }
}

describe('the web validator creates a user', () => {
  it('and reads back by the user name, in any case, everything that it sent', async () => {
    const sent = fullUser()
    const { connector, created, user } = await newUser(sent)
    const expected = { ...sent, roles: sent.roles.map((role) => ({ ...role, primary: true })) }
    expect(created.status).toBe(201)
    for (const name of [sent.userName, sent.userName.toUpperCase(), sent.userName.toLowerCase()]) {
      const found = await connector.scim('GET', find('Users', `userName eq "${name}"`))
      expect([found.status, found.json.totalResults]).toEqual([200, 1])
      expect(found.json.Resources).toEqual([user])
      expect(found.json.Resources[0]).toMatchObject({
        ...expected,
        id: user.id,
        meta: { resourceType: 'User' },
      })
    }
  })

  it('twice: the second time is 409', async () => {
    const sent = fullUser()
    const { connector } = await newUser(sent)
    const { status, json } = await connector.scim('POST', '/Users', sent)
    expect([status, json.scimType]).toEqual([409, 'uniqueness'])
  })

  it('and deletes it: 204, then it is gone, and deleting it again or an unknown one is 404', async () => {
    const { connector, path } = await newUser(fullUser())
    const answers = [
      await connector.scim('DELETE', path),
      await connector.scim('GET', path),
      await connector.scim('DELETE', path),
      await connector.scim('DELETE', `/Users/${random()}`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([204, 404, 404, 404])
  })
})

describe('the web validator changes a user', () => {
  it.each([
    ['adds to a bare user', 'add', {}],
    ['replaces in a bare user', 'replace', {}],
    ['adds to a full user', 'add', undefined],
    ['replaces in a full user', 'replace', undefined],
  ])('and sees every attribute that it %s, one operation each', async (_, op, body) => {
    const { patch } = await newUser(body ?? fullUser())
    const values = validatorValues()
    const operations = Object.entries(values).map(([path, value]) => ({ op, path, value }))
    const { status, answered, read } = await patch(
      ...operations,
      { op, path: 'active', value: true },
      { op, path: 'emails[type eq "work"].primary', value: true },
    )
    expect(status).toBe(200)
    expect(shownBy(read, values)).toEqual(values)
    expect(read).toMatchObject({ active: true, emails: [{ type: 'work', primary: true }] })
    expect([read.emails.length, read.addresses.length, read.roles.length]).toEqual([1, 1, 1])
    expect(answered).toEqual(read)
  })

  it('to another user name without a path, and finds it by that one only', async () => {
    const { connector, user, patch } = await newUser()
    const userName = random()
    const { status, read } = await patch({ op: 'replace', value: { userName } })
    const found = await connector.scim('GET', find('Users', `userName eq "${userName}"`))
    const before = await connector.scim('GET', find('Users', `userName eq "${user.userName}"`))
    expect([status, read.userName, found.json.totalResults, before.json.totalResults]).toEqual([
      200,
      userName,
      1,
      0,
    ])
  })

  it.each([
    ['a boolean', { op: 'replace', path: 'active', value: false }],
    ['a text', { op: 'Replace', path: 'active', value: 'False' }],
    ['an object without path', { op: 'replace', value: { active: false } }],
  ])('to disabled by %s, and still reads and finds it', async (_, operation) => {
    const { connector, user, patch } = await newUser({ active: true })
    const { status, read } = await patch(operation)
    const found = await connector.scim('GET', find('Users', `userName eq "${user.userName}"`))
    expect([status, read.active, found.json.Resources[0].active]).toEqual([200, false, false])
  })

  it.each([
    ['a text, emptied by a text', (id: string) => id],
    ['an object, emptied by an object', (value: string) => ({ value })],
  ])('giving it a manager as %s', async (_, shape) => {
    const { patch } = await newUser()
    const [first, second] = [random(), random()]
    const added = await patch({ op: 'add', path: manager, value: shape(first) })
    const replaced = await patch({ op: 'replace', path: manager, value: shape(second) })
    const emptied = await patch({ op: 'replace', path: manager, value: shape('') })
    expect(added.read[ENT].manager).toEqual({ value: first })
    expect(replaced.read[ENT].manager).toEqual({ value: second })
    expect([emptied.status, emptied.read[ENT]?.manager]).toEqual([200, undefined])
  })

  it('by several operations on different attributes in one body', async () => {
    const { patch } = await newUser({ title: 'A', locale: 'L' })
    const { read } = await patch(
      { op: 'replace', path: 'title', value: 'C' },
      { op: 'add', path: 'nickName', value: 'N' },
      { op: 'remove', path: 'locale' },
    )
    expect(read).toMatchObject({ title: 'C', nickName: 'N' })
    expect(read).not.toHaveProperty('locale')
  })

  it('by several operations on one attribute: the last one holds', async () => {
    const { patch } = await newUser({ title: 'A' })
    const { read } = await patch(
      { op: 'remove', path: 'title' },
      { op: 'add', path: 'title', value: 'B' },
      { op: 'replace', path: 'title', value: 'C' },
    )
    expect(read.title).toBe('C')
  })
})

describe('the web validator creates a group', () => {
  it('and finds it by its name in any case, without members where it excludes them', async () => {
    const { connector, created, group, path, ids, patch } = await newGroup(1)
    await patch({ op: 'replace', path: 'members', value: [{ value: ids[0] }] })
    const without = { excludedAttributes: 'members' }
    const read = await connector.scim('GET', `${path}?excludedAttributes=members`)
    expect([created.status, read.status]).toEqual([201, 200])
    expect(read.json).toEqual({ ...group, meta: read.json.meta })
    for (const name of [group.displayName, group.displayName.toUpperCase()]) {
      const filter = `displayName eq "${name}"`
      const found = await connector.scim('GET', find('Groups', filter))
      const excluded = await connector.scim('GET', find('Groups', filter, without))
      expect([found.json.totalResults, found.json.Resources[0].id]).toEqual([1, group.id])
      expect([excluded.json.totalResults, excluded.json.Resources]).toEqual([1, [read.json]])
    }
  })

  it('twice: the second time is 409', async () => {
    const { connector, group } = await newGroup()
    const { displayName, externalId } = group
    expect((await connector.scim('POST', '/Groups', { displayName, externalId })).status).toBe(409)
  })

  it.each(['displayName', 'externalId'])('and gives it another %s without a path', async (name) => {
    const { patch } = await newGroup()
    const value = random()
    const { status, group } = await patch({ op: 'replace', value: { [name]: value } })
    expect([status, group[name]]).toEqual([204, value])
  })

  it('and adds a member with "replace", takes one of two away, and adds and removes one in one body', async () => {
    const { ids, patch } = await newGroup(2)
    const [first, second] = ids
    const one = await patch({ op: 'replace', path: 'members', value: [{ value: first }] })
    const two = await patch({ op: 'replace', path: 'members', value: [{ value: first }, { value: second }] })
    const left = await patch({ op: 'remove', path: `members[value eq "${first}"]` })
    const same = await patch(
      { op: 'add', path: 'members', value: [{ value: first }] },
      { op: 'remove', path: `members[value eq "${first}"]` },
    )
    expect(one.members).toEqual([first])
    expect(two.members.toSorted()).toEqual(ids.toSorted())
    expect([left.members, same.status, same.members]).toEqual([[second], 204, [second]])
  })

  it('and deletes it: 204, then it is gone, and deleting it again or an unknown one is 404', async () => {
    const { connector, path } = await newGroup()
    const answers = [
      await connector.scim('DELETE', path),
      await connector.scim('GET', path),
      await connector.scim('DELETE', path),
      await connector.scim('DELETE', `/Groups/${random()}`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([204, 404, 404, 404])
  })
})

describe('the web validator looks for what is not there', () => {
  it.each([
    ['Users', 'userName'],
    ['Groups', 'displayName'],
  ] as const)('among %s and gets 200 with an empty list', async (endpoint, name) => {
    const connector = await newValidatorConnector(gatehouse)
    const { status, json } = await connector.scim('GET', find(endpoint, `${name} eq "${random()}"`))
    expect([status, json.totalResults, json.Resources]).toEqual([200, 0, []])
  })
})

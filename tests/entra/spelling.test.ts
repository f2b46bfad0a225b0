import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraGroup, entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

/* Entra, its documentation and what administrators type differ in case and in form; all of it means the same. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

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

const DISPLAY_NAME = { displayName: 'New' }
const FAMILY_NAME = { name: { formatted: 'Mira Holt', givenName: 'Mira', familyName: 'New' } }
const EMAIL = { emails: [{ primary: true, type: 'work', value: 'New' }] }
const DEPARTMENT = { [ENT]: { employeeNumber: 'E-1042', department: 'New' } }

describe('a change', () => {
  it.each([
    ['Replace', 'displayName', DISPLAY_NAME],
    ['REPLACE', 'DISPLAYNAME', DISPLAY_NAME],
    ['replace', 'displayname', DISPLAY_NAME],
    ['Add', 'DisplayName', DISPLAY_NAME],
    ['aDD', 'displayName', DISPLAY_NAME],
    ['Replace', `${CORE}:displayName`, DISPLAY_NAME],
    ['Replace', `${CORE.toUpperCase()}:DISPLAYNAME`, DISPLAY_NAME],
    ['Replace', 'name.familyName', FAMILY_NAME],
    ['Replace', 'Name.FamilyName', FAMILY_NAME],
    ['Add', `${CORE}:name.familyName`, FAMILY_NAME],
    ['Replace', 'emails[type eq "work"].value', EMAIL],
    ['Replace', 'emails[type eq "work"].Value', EMAIL],
    ['Replace', 'Emails[Type EQ "Work"].VALUE', EMAIL],
    ['Replace', `${CORE}:emails[type eq "work"].value`, EMAIL],
    ['Add', 'emails[primary eq "True"].value', EMAIL],
    ['Add', 'emails[primary eq true and type eq "work"].value', EMAIL],
    ['Add', `${ENT}:department`, DEPARTMENT],
    ['Replace', `${ENT.toUpperCase()}:Department`, DEPARTMENT],
    ['Replace', `${ENT.toLowerCase()}:DEPARTMENT`, DEPARTMENT],
  ])(
    'by %s of %s is that change and no other, under the name that the schema has',
    async (op, path, changed) => {
      const { connector, user, path: address, patch } = await newUser()
      const answer = await patch({ op, path, value: 'New' })
      expect([answer.status, answer.json]).toEqual([200, { ...user, ...changed, meta: answer.json.meta }])
      expect((await connector.scim('GET', address)).json).toEqual(answer.json)
    },
  )

  it.each([
    ['a plain name', { displayName: 'New' }, DISPLAY_NAME],
    ['a name in capitals', { DISPLAYNAME: 'New' }, DISPLAY_NAME],
    ['a name with its schema', { [`${CORE}:displayName`]: 'New' }, DISPLAY_NAME],
    ['a dotted name', { 'name.familyName': 'New' }, FAMILY_NAME],
    ['a dotted name in capitals', { 'NAME.FAMILYNAME': 'New' }, FAMILY_NAME],
    ['a nested name', { name: { familyName: 'New' } }, FAMILY_NAME],
    ['a dotted name with its schema', { [`${CORE}:name.familyName`]: 'New' }, FAMILY_NAME],
    ['a path with a filter', { 'emails[type eq "work"].value': 'New' }, EMAIL],
    ['the URN and a name', { [`${ENT}:department`]: 'New' }, DEPARTMENT],
    ['the URN in capitals and a name', { [`${ENT.toUpperCase()}:department`]: 'New' }, DEPARTMENT],
    ['an object under the URN', { [ENT]: { department: 'New' } }, DEPARTMENT],
    ['an object under the URN in small letters', { [ENT.toLowerCase()]: { Department: 'New' } }, DEPARTMENT],
  ])('without path is understood by %s as its key', async (_, value, changed) => {
    for (const op of ['add', 'Replace']) {
      const { user, patch } = await newUser()
      const answer = await patch({ op, value })
      expect([answer.status, answer.json]).toEqual([200, { ...user, ...changed, meta: answer.json.meta }])
    }
  })

  it.each([
    ['Remove', 'title'],
    ['remove', 'TITLE'],
    ['REMOVE', `${CORE}:title`],
  ])('by %s of %s takes the attribute away', async (op, path) => {
    const { user, patch } = await newUser()
    const { title: _, ...others } = user
    const answer = await patch({ op, path })
    expect([answer.status, answer.json]).toEqual([200, { ...others, meta: answer.json.meta }])
  })

  it.each([
    ['a list', [{ value: '+47 900 00 001', type: 'mobile' }]],
    ['a list without types', [{ $ref: null, value: '+47 900 00 001' }]],
    ['one value', { value: '+47 900 00 001' }],
  ])('by Remove with %s as its value takes only what is named', async (_, value) => {
    const { user, patch } = await newUser()
    const answer = await patch({ op: 'Remove', path: 'phoneNumbers', value })
    expect(answer.status).toBe(200)
    expect(answer.json.phoneNumbers).toEqual([user.phoneNumbers[0]])
  })

  it.each(['emails', 'phoneNumbers', 'addresses', 'roles'])(
    'of a value of %s that is not there yet creates it, with the type that the path names',
    async (attribute) => {
      const { user, patch } = await newUser({ roles: undefined })
      const sub = attribute === 'addresses' ? 'formatted' : 'value'
      const answer = await patch(
        { op: 'Add', path: `${attribute}[type eq "other"].${sub}`, value: 'v1' },
        { op: 'replace', path: `${attribute}[type eq "home"].${sub}`, value: 'v2' },
      )
      expect(answer.status).toBe(200)
      expect(answer.json[attribute]).toEqual([
        ...(user[attribute] ?? []),
        { type: 'other', [sub]: 'v1' },
        { type: 'home', [sub]: 'v2' },
      ])
    },
  )

  it.each([
    'emails[primary eq "True"].value',
    'emails[primary eq "true"].value',
    'emails[PRIMARY eq True].Value',
  ])('of %s on somebody without an e-mail creates one that is primary as a boolean', async (path) => {
    const connector = await gatehouse.newConnector({ requiredAttributes: [], uniqueEmail: false })
    const { json: user } = await connector.scim('POST', '/Users', { userName: 'bare' })
    const answer = await connector.scim(
      'PATCH',
      `/Users/${user.id}`,
      patchOp({ op: 'Add', path, value: 'a@x.example' }),
    )
    expect(answer.json.emails).toEqual([{ primary: true, value: 'a@x.example' }])
  })
})

describe('a boolean', () => {
  const SPELLINGS: readonly (readonly [unknown, boolean])[] = [
    ['False', false],
    ['false', false],
    ['FALSE', false],
    [false, false],
    ['True', true],
    ['true', true],
    [true, true],
  ]
  it.each(SPELLINGS)('%j is %s in a new user, by path, without path, and in a list', async (sent, active) => {
    const emails = [{ type: 'work', value: 'a@x.example', primary: sent }]
    const { user, patch } = await newUser({ active: sent, emails })
    expect([user.active, user.emails[0].primary]).toEqual([active, active])
    for (const operation of [
      { op: 'Replace', path: 'active', value: sent },
      { op: 'Add', path: 'Active', value: sent },
      { op: 'replace', value: { active: sent } },
      { op: 'add', value: { [`${CORE}:active`]: sent } },
      { op: 'Replace', path: 'active', value: [sent] },
    ]) {
      await patch({ op: 'replace', path: 'active', value: !active })
      const answer = await patch(operation)
      expect([operation, answer.status, answer.json.active]).toEqual([operation, 200, active])
    }
  })

  it.each(['maybe', 'yes', 1, 0, 'Falsey', {}])(
    '%j is none: 400, and the user stays as it is',
    async (value) => {
      const { connector, user, path, patch } = await newUser()
      const answers = [
        await connector.scim('POST', '/Users', entraUser({ active: value })),
        await patch({ op: 'Replace', path: 'active', value }),
        await patch({ op: 'replace', value: { active: value } }),
      ]
      expect(answers.map(({ status, json }) => [status, json.scimType])).toEqual([
        [400, 'invalidValue'],
        [400, 'invalidValue'],
        [400, 'invalidValue'],
      ])
      expect((await connector.scim('GET', path)).json).toEqual(user)
    },
  )
})

describe('a new resource', () => {
  it('has the names that the schema has, whatever the case of those that were sent', async () => {
    const connector = await gatehouse.newConnector()
    const answer = await connector.scim('POST', '/Users', {
      SCHEMAS: [CORE.toUpperCase()],
      UserName: 'Mira',
      NAME: { GIVENNAME: 'Mira', familyname: 'Holt' },
      Emails: [{ Type: 'work', VALUE: 'mira@x.example', Primary: 'True' }],
      [ENT.toUpperCase()]: { Department: 'Depot' },
    })
    expect(answer.status).toBe(201)
    expect(answer.json).toMatchObject({
      userName: 'Mira',
      name: { givenName: 'Mira', familyName: 'Holt' },
      emails: [{ type: 'work', value: 'mira@x.example', primary: true }],
      [ENT]: { department: 'Depot' },
    })
  })

  it('is a group as well, and its members go by any spelling', async () => {
    const { connector, user } = await newUser()
    const { json: group } = await connector.scim('POST', '/Groups', {
      ...entraGroup({ displayName: undefined }),
      DISPLAYNAME: 'Crew',
    })
    const path = `/Groups/${group.id}`
    const members = async () => (await connector.scim('GET', path)).json.members?.length ?? 0
    for (const removal of [
      { op: 'REMOVE', path: `MEMBERS[VALUE EQ "${user.id}"]` },
      { op: 'Remove', path: 'Members', value: [{ Value: user.id }] },
      { op: 'remove', path: `urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq "${user.id}"]` },
    ]) {
      await connector.scim(
        'PATCH',
        path,
        patchOp({ op: 'ADD', path: 'Members', value: [{ VALUE: user.id }] }),
      )
      expect(await members()).toBe(1)
      expect([removal, (await connector.scim('PATCH', path, patchOp(removal))).status]).toEqual([
        removal,
        204,
      ])
      expect(await members()).toBe(0)
    }
    expect(group.displayName).toBe('Crew')
  })
})

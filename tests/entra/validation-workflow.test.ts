import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraGroup, entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { CORE, ENT, find, newValidatorConnector, random, shownBy, validatorValues } from './validator.ts'

/* What Microsoft's validation workflow and the requests of its reference code do. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

async function newUser(body: Record<string, unknown> = {}) {
  const connector = await newValidatorConnector(gatehouse)
  const { json: user } = await connector.scim('POST', '/Users', {
    schemas: [`${CORE}:User`],
    userName: random(),
    ...body,
  })
  const path = `/Users/${user.id}`
  const patch = async (...operations: Record<string, unknown>[]) => {
    const { status } = await connector.scim('PATCH', path, patchOp(...operations))
    return { status, read: (await connector.scim('GET', path)).json }
  }
  return { connector, path, user, patch }
}

/** What the default mapping of users and groups writes to. */
const USER_TARGETS = [
  'userName',
  'active',
  'displayName',
  'title',
  'preferredLanguage',
  'externalId',
  'emails[type eq "work"].value',
  ...['givenName', 'familyName', 'formatted'].map((name) => `name.${name}`),
  ...['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'].map(
    (name) => `addresses[type eq "work"].${name}`,
  ),
  ...['work', 'mobile', 'fax'].map((type) => `phoneNumbers[type eq "${type}"].value`),
  ...['employeeNumber', 'department', 'manager'].map((name) => `${ENT}:${name}`),
]
const GROUP_TARGETS = ['displayName', 'externalId', 'members']

describe('the workflow discovers', () => {
  it('at least as many attributes in /Schemas as the default mapping has targets', async () => {
    const connector = await gatehouse.newConnector()
    const { json } = await connector.scim('GET', '/Schemas')
    const countOf = (id: string) => countTargets(json.Resources.find((one: Schema) => one.id === id))
    expect(countOf(`${CORE}:User`) + countOf(ENT)).toBeGreaterThanOrEqual(USER_TARGETS.length)
    expect(countOf(`${CORE}:Group`)).toBeGreaterThanOrEqual(GROUP_TARGETS.length)
  })

  it('every target of the default mapping by name, none of them required but what a POST is refused without', async () => {
    const connector = await newValidatorConnector(gatehouse)
    const { json } = await connector.scim('GET', '/Schemas')
    const named = (id: string) =>
      json.Resources.find((one: Schema) => one.id === id).attributes.map(({ name }: Definition) => name)
    const tops = USER_TARGETS.map((path) => path.replace(`${ENT}:`, '').replace(/[[.].*$/, ''))
    expect([...named(`${CORE}:User`), ...named(ENT)]).toEqual(expect.arrayContaining(tops))
    expect(named(`${CORE}:Group`)).toEqual(expect.arrayContaining(GROUP_TARGETS))
    const required = json.Resources.flatMap(({ attributes }: Schema) => attributes)
      .filter((one: Definition) => one.required)
      .map(({ name }: Definition) => name)
    expect(required).toEqual(['userName', 'displayName'])
  })
})

describe('the workflow writes users', () => {
  it('as the default mapping does, four of them with one e-mail', async () => {
    const connector = await newValidatorConnector(gatehouse)
    const emails = [{ type: 'work', value: 'shared@test.example' }]
    for (let i = 0; i < 4; i++) {
      const sent = entraUser({ emails })
      const created = await connector.scim('POST', '/Users', sent)
      const { json } = await connector.scim('GET', `/Users/${created.json.id}`)
      const { roles: _, ...kept } = sent
      expect([created.status, json.id]).toEqual([201, created.json.id])
      expect(json).toMatchObject(kept)
    }
  })

  it('and updates every mapped attribute, the user name and e-mail too, to texts without a format', async () => {
    const { user, patch } = await newUser()
    const values = { ...validatorValues(), userName: random() }
    const flat = Object.fromEntries(Object.entries(values).filter(([name]) => !name.includes('[')))
    const bracketed = Object.entries(values).filter(([name]) => name.includes('['))
    const operations = bracketed.map(([path, value]) => ({ op: 'replace', path, value }))
    const { status, read } = await patch(...operations, { op: 'replace', value: flat })
    expect([status, read.id]).toEqual([200, user.id])
    expect(shownBy(read, values)).toEqual(values)
  })

  it.each([
    ['empty texts, one operation each', '', 'each'],
    ['nulls, one operation each', null, 'each'],
    ['empty texts in one object', '', 'flat'],
    ['nulls in one object', null, 'flat'],
  ])('and empties every optional attribute by %s', async (_, nothing, shape) => {
    const { user, patch } = await newUser()
    const values = validatorValues()
    const set = (value: (path: string) => unknown) =>
      Object.keys(values).map((path) => ({ op: 'replace', path, value: value(path) }))
    const filled = await patch(...set((path) => values[path]))
    const flat = Object.fromEntries(Object.keys(values).map((path) => [path, nothing]))
    const operations = shape === 'flat' ? [{ op: 'replace', value: flat }] : set(() => nothing)
    const { status, read } = await patch(...operations)
    expect(shownBy(filled.read, values)).toEqual(values)
    expect(status).toBe(200)
    expect(read).toEqual({ ...user, meta: read.meta })
  })

  it('and sets, changes and removes a manager by a bare text', async () => {
    const { user, patch } = await newUser({ [ENT]: { department: 'Depot' } })
    const path = `${ENT}:manager`
    const set = await patch({ op: 'Add', path, value: 'manager-1' })
    const changed = await patch({ op: 'replace', path, value: 'manager-2' })
    const removed = await patch({ op: 'replace', path, value: '' })
    expect(set.read[ENT]).toEqual({ department: 'Depot', manager: { value: 'manager-1' } })
    expect(changed.read[ENT].manager.value).toBe('manager-2')
    expect([removed.status, removed.read[ENT]]).toEqual([200, user[ENT]])
  })

  it('and disables one, deletes it, and creates it again under a new id', async () => {
    const sent = entraUser()
    const { connector, path, user, patch } = await newUser(sent)
    const disabled = await patch({ op: 'Replace', path: 'active', value: 'False' })
    const enabled = await patch({ op: 'Replace', path: 'active', value: 'True' })
    const gone = await connector.scim('DELETE', path)
    const found = await connector.scim('GET', find('Users', `userName eq "${user.userName}"`))
    const again = await connector.scim('POST', '/Users', sent)
    expect([disabled.read.active, enabled.read.active]).toEqual([false, true])
    expect([gone.status, found.json.totalResults, again.status]).toEqual([204, 0, 201])
    expect(again.json.id).not.toBe(user.id)
    expect(again.json).toEqual({ ...user, id: again.json.id, meta: again.json.meta })
  })
})

describe('the workflow writes groups', () => {
  it('creates one, renames it, fills and empties it, deletes it, and creates it again', async () => {
    const { connector, user } = await newUser()
    const sent = entraGroup()
    const created = await connector.scim('POST', '/Groups', sent)
    const path = `/Groups/${created.json.id}`
    const patch = async (operation: Record<string, unknown>) => {
      const { status } = await connector.scim('PATCH', path, patchOp(operation))
      return { status, read: (await connector.scim('GET', path)).json }
    }
    const renamed = await patch({ op: 'replace', value: { displayName: 'upd-1', externalId: 'upd-2' } })
    const member = [{ $ref: null, value: user.id }]
    const filled = await patch({ op: 'Add', path: 'members', value: member })
    const emptied = await patch({ op: 'Remove', path: 'members', value: member })
    const gone = await connector.scim('DELETE', path)
    const again = await connector.scim('POST', '/Groups', sent)
    expect([created.status, created.json.displayName]).toEqual([201, sent['displayName']])
    expect(renamed.read).toMatchObject({ displayName: 'upd-1', externalId: 'upd-2' })
    expect(filled.read.members).toMatchObject([{ value: user.id }])
    expect(emptied.read).not.toHaveProperty('members')
    expect([renamed.status, filled.status, emptied.status, gone.status]).toEqual([204, 204, 204, 204])
    expect([again.status, again.json.id === created.json.id]).toEqual([201, false])
  })
})

describe('the workflow walks', () => {
  it.each(['Users', 'Groups'])('/%s five at a time without a gap or a double', async (endpoint) => {
    const connector = await newValidatorConnector(gatehouse)
    const created: string[] = []
    for (let i = 0; i < 11; i++) {
      const body = { userName: random(), displayName: random() }
      created.push((await connector.scim('POST', `/${endpoint}`, body)).json.id)
    }
    const pages = []
    for (const start of [1, 6, 11])
      pages.push((await connector.scim('GET', `/${endpoint}?startIndex=${start}&count=5`)).json)
    expect(pages.map(({ startIndex, itemsPerPage }) => [startIndex, itemsPerPage])).toEqual([
      [1, 5],
      [6, 5],
      [11, 1],
    ])
    expect(pages.map(({ totalResults }) => totalResults)).toEqual([11, 11, 11])
    const ids: string[] = pages.flatMap(({ Resources }) => Resources.map(({ id }: { id: string }) => id))
    expect(ids.toSorted()).toEqual(created.toSorted())
  })

  it('one page of one to try its credentials', async () => {
    const { connector, user } = await newUser()
    const { status, json } = await connector.scim('GET', '/Users?startIndex=1&count=1')
    expect([status, json.Resources]).toEqual([200, [user]])
  })
})

describe("Microsoft's collection of requests", () => {
  it.each([
    ['malformed JSON', '{"userName": "x",', 'invalidSyntax'],
    ['no user name', { displayName: 'x' }, 'invalidValue'],
  ])('is answered 400 for %s', async (_, body, scimType) => {
    const connector = await newValidatorConnector(gatehouse)
    const { status, json } = await connector.scim('POST', '/Users', body)
    expect([status, json.scimType]).toEqual([400, scimType])
    expect((await connector.scim('GET', '/Users')).json.totalResults).toBe(0)
  })

  it('replaces a user by PUT, and a misspelt attribute in it is ignored', async () => {
    const { connector, path, user } = await newUser({ title: 'Old', nickName: 'Mi' })
    const body = { schemas: user.schemas, userName: user.userName, displayNmae: 'x', title: 'New' }
    const answer = await connector.scim('PUT', path, body)
    expect([answer.status, answer.json.title]).toEqual([200, 'New'])
    for (const gone of ['displayNmae', 'nickName', 'displayName'])
      expect(answer.json).not.toHaveProperty(gone)
    expect((await connector.scim('GET', path)).json).toEqual(answer.json)
  })

  it.each([
    ['title eq "Chief" and active eq true', ['ann']],
    ['title eq "Clerk" or title eq "Chief"', ['ann', 'bob', 'cat']],
    ['(title eq "Clerk" or title eq "Chief") and active eq false', ['cat']],
    ['title eq "Clerk" and (userName sw "bo" or userName sw "an")', ['bob']],
    ['userName sw "B" or (userName ew "t" and title pr)', ['bob', 'cat']],
    ['userName gt "ann" and not (userName eq "cat")', ['bob', 'dan']],
    ['userName co "a" and title eq "Clerk" or userName eq "dan"', ['cat', 'dan']],
  ])('filters with and, or, not and parentheses: %s', async (filter, names) => {
    const connector = await newValidatorConnector(gatehouse)
    const users = [
      { userName: 'ann', title: 'Chief', active: true },
      { userName: 'bob', title: 'Clerk', active: true },
      { userName: 'cat', title: 'Clerk', active: false },
      { userName: 'dan' },
    ]
    for (const user of users) await connector.scim('POST', '/Users', user)
    const { status, json } = await connector.scim('GET', find('Users', filter))
    const found = json.Resources.map(({ userName }: { userName: string }) => userName)
    expect([status, found.toSorted()]).toEqual([200, names])
  })
})

interface Definition {
  readonly name: string
  readonly type: string
  readonly multiValued: boolean
  readonly required: boolean
  readonly canonicalValues?: readonly string[]
  readonly subAttributes?: readonly Definition[]
}

interface Schema {
  readonly id: string
  readonly attributes: readonly Definition[]
}

/** The workflow's own way of counting what can be mapped. */
function countTargets({ attributes }: Schema): number {
  const counts = attributes.map(({ name, type, multiValued, subAttributes = [] }) => {
    if (name === 'manager' || name === 'members') return 1
    if (type !== 'complex') return type === 'reference' ? 0 : 1
    if (!multiValued)
      return subAttributes.filter((sub) => sub.type !== 'complex' && sub.type !== 'reference').length
    const types = subAttributes.find((sub) => sub.name === 'type')?.canonicalValues?.length
    return types === undefined
      ? subAttributes.length
      : types * subAttributes.filter((sub) => sub.name !== 'type' && sub.name !== 'primary').length
  })
  return counts.reduce((sum, count) => sum + count, 0)
}

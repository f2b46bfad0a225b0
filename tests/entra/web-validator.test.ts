import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

/* What Microsoft's web validator and its validation workflow do, with their random data. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const CORE = 'urn:ietf:params:scim:schemas:core:2.0'
const RELAXED = { requiredAttributes: [], uniqueEmail: false }
let serial = 0
const random = () => `rnd-${++serial}`

/** Every path that the validator writes, with a value of its own for each. */
function validatorValues(): Record<string, unknown> {
  const paths = [
    'title',
    'displayName',
    'nickName',
    'preferredLanguage',
    'locale',
    'timezone',
    'profileUrl',
    'userType',
  ]
  const names = ['formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix']
  const address = ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country']
  const enterprise = ['employeeNumber', 'costCenter', 'organization', 'division', 'department']
  const all = [
    ...paths,
    ...names.map((name) => `name.${name}`),
    'emails[type eq "work"].value',
    ...address.map((name) => `addresses[type eq "work"].${name}`),
    ...['work', 'mobile', 'fax'].map((type) => `phoneNumbers[type eq "${type}"].value`),
    ...['display', 'value', 'type'].map((name) => `roles[primary eq "True"].${name}`),
    ...enterprise.map((name) => `${ENT}:${name}`),
  ]
  return Object.fromEntries(all.map((path) => [path, random()]))
}

/** The value behind one of those paths in a user. */
function read(user: Record<string, unknown>, path: string): unknown {
  const match = /^(?:(urn:.+):)?(\w+)(?:\[(\w+) eq "(\w+)"\])?(?:\.(\w+))?$/.exec(path)
  const [, urn, attribute = '', key = '', wanted, sub = ''] = match ?? []
  const holder = (urn === undefined ? user : user[urn]) as Record<string, unknown> | undefined
  const value = holder?.[attribute]
  const chosen =
    wanted === undefined
      ? value
      : (value as Record<string, unknown>[] | undefined)?.find(
          (one) => String(one[key]).toLowerCase() === wanted.toLowerCase(),
        )
  return sub === '' ? chosen : (chosen as Record<string, unknown> | undefined)?.[sub]
}

const shownBy = (user: Record<string, unknown>, values: Record<string, unknown>) =>
  Object.fromEntries(Object.keys(values).map((path) => [path, read(user, path)]))

async function newUser(body: Record<string, unknown> = {}) {
  const connector = await gatehouse.newConnector(RELAXED)
  const { json } = await connector.scim('POST', '/Users', {
    schemas: [`${CORE}:User`],
    userName: random(),
    ...body,
  })
  return { connector, path: `/Users/${json.id}`, user: json }
}

describe('the web validator', () => {
  it.each(['add', 'replace'])(
    'sees every attribute that it writes one by one with %s on a bare user',
    async (op) => {
      const { connector, path } = await newUser()
      const values = validatorValues()
      const operations = Object.entries(values).map(([name, value]) => ({ op, path: name, value }))
      const more = [
        { op, path: 'active', value: true },
        { op, path: 'emails[type eq "work"].primary', value: true },
      ]
      const answer = await connector.scim('PATCH', path, patchOp(...operations, ...more))
      const { json } = await connector.scim('GET', path)
      expect(answer.status).toBe(200)
      expect(shownBy(json, values)).toEqual(values)
      expect(json.emails).toEqual([
        { type: 'work', value: values['emails[type eq "work"].value'], primary: true },
      ])
    },
  )

  it('sees what it creates, with a boolean as text and any type of role', async () => {
    const roles = [{ primary: 'True', display: random(), value: random(), type: random() }]
    const { connector, user } = await newUser({
      roles,
      active: true,
      [ENT]: { manager: { value: random() } },
      locale: random(),
    })
    const { json } = await connector.scim(
      'GET',
      `/Users?filter=userName+eq+%22${user.userName.toUpperCase()}%22`,
    )
    expect(json).toMatchObject({ totalResults: 1, Resources: [user] })
    expect(user.roles).toEqual([{ ...roles[0], primary: true }])
  })

  it('removes a manager in its two ways', async () => {
    const { connector, path } = await newUser()
    for (const value of ['', { value: '' }]) {
      await connector.scim('PATCH', path, patchOp({ op: 'add', path: `${ENT}:manager`, value: random() }))
      const { json } = await connector.scim(
        'PATCH',
        path,
        patchOp({ op: 'replace', path: `${ENT}:manager`, value }),
      )
      expect(json).not.toHaveProperty([ENT])
    }
  })

  it('sends several operations on one attribute and on many: the last one holds', async () => {
    const { connector, path } = await newUser({ title: 'A' })
    const { json } = await connector.scim(
      'PATCH',
      path,
      patchOp(
        { op: 'remove', path: 'title' },
        { op: 'add', path: 'title', value: 'B' },
        { op: 'replace', path: 'title', value: 'C' },
        { op: 'add', path: 'nickName', value: 'N' },
        { op: 'remove', path: 'locale' },
      ),
    )
    expect(json).toMatchObject({ title: 'C', nickName: 'N' })
  })

  it.each(['/Users/', '/Groups/'])('gets 404 for deleting an unknown one below %s', async (path) => {
    const connector = await gatehouse.newConnector(RELAXED)
    expect((await connector.scim('DELETE', path + crypto.randomUUID())).status).toBe(404)
  })

  it('adds members with "replace", and takes one of two away', async () => {
    const { connector, user } = await newUser()
    const { json: other } = await connector.scim('POST', '/Users', { userName: random() })
    const { json: group } = await connector.scim('POST', '/Groups', {
      displayName: random(),
      externalId: random(),
    })
    const path = `/Groups/${group.id}`
    await connector.scim(
      'PATCH',
      path,
      patchOp({ op: 'replace', path: 'members', value: [{ value: user.id }, { value: other.id }] }),
    )
    await connector.scim('PATCH', path, patchOp({ op: 'remove', path: `members[value eq "${user.id}"]` }))
    await connector.scim('PATCH', path, patchOp({ op: 'replace', value: { externalId: 'new-id' } }))
    const { json } = await connector.scim('GET', path)
    expect(json).toMatchObject({ externalId: 'new-id', members: [{ value: other.id }] })
    expect((await connector.scim('GET', '/Groups?filter=externalId+eq+%22new-id%22')).json.totalResults).toBe(
      1,
    )
  })
})

describe('the validation workflow', () => {
  it('updates every mapped attribute, the user name and e-mail too, to texts of its own', async () => {
    const { connector, path } = await newUser()
    const values = { ...validatorValues(), userName: random() }
    const flat = Object.fromEntries(Object.entries(values).filter(([name]) => !name.includes('[')))
    const bracketed = Object.entries(values).filter(([name]) => name.includes('['))
    const operations = bracketed.map(([name, value]) => ({ op: 'replace', path: name, value }))
    const answer = await connector.scim('PATCH', path, patchOp(...operations, { op: 'replace', value: flat }))
    expect(answer.status).toBe(200)
    expect(shownBy((await connector.scim('GET', path)).json, values)).toEqual(values)
  })

  it.each(['', null])('empties every optional attribute with %j', async (nothing) => {
    const { connector, path, user } = await newUser()
    const values = validatorValues()
    const all = (value: (path: string) => unknown) =>
      Object.keys(values).map((name) => ({ op: 'replace', path: name, value: value(name) }))
    await connector.scim('PATCH', path, patchOp(...all((name) => values[name])))
    const answer = await connector.scim('PATCH', path, patchOp(...all(() => nothing)))
    const { json } = await connector.scim('GET', path)
    expect(answer.status).toBe(200)
    expect(json).toEqual({ ...user, meta: json.meta })
  })

  it.each(['Users', 'Groups'])('walks /%s five at a time without a gap or a double', async (endpoint) => {
    const connector = await gatehouse.newConnector(RELAXED)
    for (let i = 0; i < 11; i++)
      await connector.scim('POST', `/${endpoint}`, { userName: random(), displayName: random() })
    const pages = await Promise.all(
      [1, 6, 11].map((start) => connector.scim('GET', `/${endpoint}?startIndex=${start}&count=5`)),
    )
    expect(pages.map(({ json }) => [json.startIndex, json.itemsPerPage, json.totalResults])).toEqual([
      [1, 5, 11],
      [6, 5, 11],
      [11, 1, 11],
    ])
    const ids = pages.flatMap(({ json }) => json.Resources.map(({ id }: { id: string }) => id))
    expect(new Set(ids).size).toBe(11)
  })

  it('finds at least as many attributes in /Schemas as the default mapping has targets', async () => {
    const connector = await gatehouse.newConnector()
    const { json } = await connector.scim('GET', '/Schemas')
    const definition = (id: string) => json.Resources.find((one: { id: string }) => one.id === id)
    expect(countTargets(definition(`${CORE}:User`)) + countTargets(definition(ENT))).toBeGreaterThanOrEqual(
      24,
    )
    expect(countTargets(definition(`${CORE}:Group`))).toBeGreaterThanOrEqual(3)
  })
})

interface Definition {
  readonly name: string
  readonly type: string
  readonly multiValued: boolean
  readonly canonicalValues?: readonly string[]
  readonly subAttributes?: readonly Definition[]
}

/** The workflow's own way of counting what can be mapped. */
function countTargets({ attributes }: { attributes: readonly Definition[] }): number {
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

import { describe, expect, it } from 'vitest'
import { patchOp, send, type Answer } from '../support/gatehouse.ts'
import { query, RELAXED, taken, useGatehouse, verdict } from './connection.ts'

const gatehouse = useGatehouse()
const newConnector = () => gatehouse().newConnector(RELAXED)

interface Definition {
  readonly name: string
  readonly type: string
  readonly subAttributes?: readonly Definition[]
}
type Listed = readonly { id: string; meta: { location: string }; attributes: readonly Definition[] }[]

describe('discovery', () => {
  it.each([
    '?startIndex=2&count=0',
    '?sortBy=id&sortOrder=descending',
    '?attributes=id',
    '?excludedAttributes=attributes',
    '?filter=id+eq+%22x%22',
  ])('ignores the query %s', async (parameters) => {
    const connector = await newConnector()
    for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'])
      expect((await taken(connector, 'GET', path + parameters)).json).toEqual(
        (await taken(connector, 'GET', path)).json,
      )
  })

  it('lists schemas of resources only, none of messages', async () => {
    const { json } = await taken(await newConnector(), 'GET', '/Schemas')
    expect(json.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:ListResponse'])
    expect((json.Resources as Listed).filter(({ id }) => id.includes(':api:'))).toEqual([])
  })

  it('names in each resource type schemas that /Schemas has', async () => {
    const connector = await newConnector()
    const { json: types } = await taken(connector, 'GET', '/ResourceTypes')
    const { json: schemas } = await taken(connector, 'GET', '/Schemas')
    const ids = (schemas.Resources as Listed).map(({ id }) => id)
    for (const { name, schema, schemaExtensions } of types.Resources) {
      expect(name).toMatch(/^(User|Group)$/)
      expect(ids).toEqual(
        expect.arrayContaining([schema, ...schemaExtensions.map((one: { schema: string }) => one.schema)]),
      )
      expect(schemaExtensions.every(({ required }: { required: boolean }) => !required)).toBe(true)
    }
  })

  it('gives every schema a URN and a name, attribute names that filters can hold, and no complex value in another', async () => {
    const { json } = await taken(await newConnector(), 'GET', '/Schemas')
    for (const { id, name, attributes } of json.Resources) {
      expect([id, name]).toEqual([expect.stringMatching(/^urn:/), expect.stringMatching(/./)])
      const subs = (attributes as Listed[number]['attributes']).flatMap(
        ({ subAttributes }) => subAttributes ?? [],
      )
      expect(
        [...attributes, ...subs].filter((one: Definition) => !/^\$?[A-Za-z][\w-]*$/.test(one.name)),
      ).toEqual([])
      expect(subs.filter(({ type }) => type === 'complex')).toEqual([])
    }
  })

  it('asks for the secret, as everything does', async () => {
    const { scimUrl } = await newConnector()
    const statuses = await Promise.all(
      ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'].map(
        async (path) => (await send(scimUrl + path, { method: 'GET' })).status,
      ),
    )
    expect(statuses).toEqual([401, 401, 401])
  })
})

describe('the address of the service', () => {
  it.each(['v1', 'v2.0', 'v3', ''])('has version 2 in it: scim/%s is 404', async (version) => {
    const connector = await newConnector()
    const url = connector.scimUrl.replace('/scim/v2/', `/scim/${version}/`)
    const headers = { authorization: `Bearer ${connector.password}` }
    expect((await send(`${url}/Users`, { method: 'GET', headers })).status).toBe(404)
  })
})

describe('an id', () => {
  it('belongs to one resource, whatever its type, and stays with it', async () => {
    const connector = await newConnector()
    const ids: string[] = []
    for (const i of [1, 2, 3]) {
      ids.push((await taken(connector, 'POST', '/Users', { userName: `u${i}` })).json.id)
      ids.push((await taken(connector, 'POST', '/Groups', { displayName: `g${i}` })).json.id)
    }
    expect(new Set(ids).size).toBe(6)
    await taken(connector, 'PUT', `/Users/${ids[0] ?? ''}`, { userName: 'renamed', id: ids[2] })
    expect((await taken(connector, 'GET', `/Users/${ids[0] ?? ''}`)).json.userName).toBe('renamed')
    expect((await connector.scim('GET', `/Groups/${ids[0] ?? ''}`)).status).toBe(404)
  })

  it('of the client is its own: externalId is never ours, and two connectors may use one', async () => {
    const [one, two] = [await newConnector(), await newConnector()]
    const { json } = await taken(one, 'POST', '/Users', { userName: 'ann' })
    expect(json).not.toHaveProperty('externalId')
    for (const connector of [one, two])
      await taken(connector, 'POST', '/Groups', { displayName: 'g', externalId: 'x-1' })
  })
})

describe('a reference', () => {
  it('of members and groups leads to the resource that it names', async () => {
    const connector = await newConnector()
    const { json: user } = await taken(connector, 'POST', '/Users', { userName: 'ann' })
    const { json: inner } = await taken(connector, 'POST', '/Groups', { displayName: 'Inner' })
    const members = [{ value: user.id }, { value: inner.id }]
    const { json: group } = await taken(connector, 'POST', '/Groups', { displayName: 'Crew', members })
    const { json: member } = await taken(connector, 'GET', `/Users/${user.id}`)
    const references = [...group.members, ...member.groups] as { value: string; $ref: string }[]
    expect(references).toHaveLength(3)
    const base = `https://gatehouse.example/scim/v2/${connector.id}`
    for (const { value, $ref } of references) {
      expect($ref.startsWith(`${base}/`)).toBe(true)
      expect((await taken(connector, 'GET', $ref.slice(base.length))).json).toMatchObject({
        id: value,
        meta: { location: $ref },
      })
    }
  })

  it.each(['not a uri', '../Users/1', 'https://x.example'])(
    'of the client is kept as it was sent: %s',
    async (profileUrl) => {
      const { json } = await taken(await newConnector(), 'POST', '/Users', { userName: 'ann', profileUrl })
      expect(json.profileUrl).toBe(profileUrl)
    },
  )
})

describe('a value', () => {
  it('comes back in the case and spelling in which it was sent, also where case does not count', async () => {
    const connector = await newConnector()
    const body = {
      userName: 'Ann@X.Example',
      externalId: 'aBc',
      emails: [{ value: 'ANN@x.example', type: 'Work' }],
      phoneNumbers: [{ value: '+47 (55) 00-00', type: 'WORK' }],
      addresses: [{ country: 'Norway' }],
      x509Certificates: [{ value: 'no certificate' }],
    }
    const { json } = await taken(connector, 'POST', '/Users', body)
    expect((await taken(connector, 'GET', `/Users/${json.id}`)).json).toMatchObject(body)
  })

  it.each([
    ['Ann', 'ann'],
    ['Ann', 'ＡＮＮ'],
    ['Straße', 'STRAßE'],
    ['é', 'e\u0301'],
  ])('of a user name is one with another form of it: %s and %s', async (one, two) => {
    const connector = await newConnector()
    await taken(connector, 'POST', '/Users', { userName: one })
    expect(verdict(await connector.scim('POST', '/Users', { userName: two }))).toEqual([409, 'uniqueness'])
    const { json } = await taken(connector, 'GET', `/Users${query({ filter: `userName eq "${two}"` })}`)
    expect(json).toMatchObject({ totalResults: 1, Resources: [{ userName: one }] })
  })
})

const member = async (answer: Promise<Answer>) => (await answer).json.id as string

describe('a membership', () => {
  it('is changed at the group alone', async () => {
    const connector = await newConnector()
    const id = await member(taken(connector, 'POST', '/Users', { userName: 'ann' }))
    const { json: group } = await taken(connector, 'POST', '/Groups', { displayName: 'Crew' })
    const groups = [{ value: group.id }]
    const change = patchOp({ op: 'add', path: 'groups', value: groups })
    expect(verdict(await connector.scim('PATCH', `/Users/${id}`, change))).toEqual([400, 'mutability'])
    await taken(connector, 'PUT', `/Users/${id}`, { userName: 'ann', groups })
    expect((await taken(connector, 'GET', `/Groups/${group.id}`)).json).not.toHaveProperty('members')
    const add = patchOp({ op: 'add', path: 'members', value: [{ value: id }] })
    await taken(connector, 'PATCH', `/Groups/${group.id}`, add)
    expect((await taken(connector, 'GET', `/Users/${id}`)).json.groups).toMatchObject(groups)
  })

  it('that is there already is added again without a double, as a new version of the group', async () => {
    const connector = await newConnector()
    const id = await member(taken(connector, 'POST', '/Users', { userName: 'ann' }))
    const { json: before } = await taken(connector, 'POST', '/Groups', {
      displayName: 'Crew',
      members: [{ value: id }],
    })
    const add = patchOp({ op: 'add', path: 'members', value: [{ value: id }] })
    await taken(connector, 'PATCH', `/Groups/${before.id}`, add)
    const { json: after } = await taken(connector, 'GET', `/Groups/${before.id}`)
    expect(after.members).toEqual(before.members)
    expect(after.meta.version).not.toBe(before.meta.version)
  })
})

import { describe, expect, it } from 'vitest'
import { patchOp, type TestConnector } from '../support/gatehouse.ts'
import { RELAXED, taken, useGatehouse, verdict } from './connection.ts'

const gatehouse = useGatehouse()
const newConnector = () => gatehouse().newConnector(RELAXED)

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const FULL = {
  userName: 'ann',
  externalId: 'x-1',
  displayName: 'Ann',
  title: 'Cook',
  active: false,
  name: { givenName: 'Ann', familyName: 'Berg' },
  emails: [{ value: 'ann@x.example', type: 'work' }],
  [ENT]: { department: 'Galley' },
}

async function newUser(connector: TestConnector): Promise<{ path: string; user: Record<string, unknown> }> {
  const { json } = await taken(connector, 'POST', '/Users', FULL)
  return { path: `/Users/${json.id}`, user: json }
}

describe('PUT of a user', () => {
  it('replaces: what the body does not name is cleared, whole extensions too', async () => {
    const connector = await newConnector()
    const { path } = await newUser(connector)
    const { status, json } = await taken(connector, 'PUT', path, { userName: 'bea', nickName: 'B' })
    expect(status).toBe(200)
    expect(Object.keys(json).toSorted()).toEqual(['active', 'id', 'meta', 'nickName', 'schemas', 'userName'])
    expect((await taken(connector, 'GET', path)).json).toEqual(json)
  })

  it('keeps "active" where the body does not name it, so that a PUT lets nobody in', async () => {
    const connector = await newConnector()
    const { path } = await newUser(connector)
    expect((await taken(connector, 'PUT', path, { userName: 'ann' })).json.active).toBe(false)
    expect((await taken(connector, 'PUT', path, { userName: 'ann', active: true })).json.active).toBe(true)
    expect((await taken(connector, 'PUT', path, { userName: 'ann', active: null })).json.active).toBe(true)
  })

  it('ignores what the server alone writes', async () => {
    const connector = await newConnector()
    const { path, user } = await newUser(connector)
    const forged = {
      id: 'mine',
      meta: { created: '1999-01-01T00:00:00Z', resourceType: 'Robot' },
      groups: [{ value: 'g' }],
    }
    const { json } = await taken(connector, 'PUT', path, { ...FULL, title: 'Pilot', ...forged })
    const { meta } = user as { meta: Record<string, string> }
    expect(json).toMatchObject({ id: user['id'], meta: { created: meta['created'], resourceType: 'User' } })
    expect(json).not.toHaveProperty('groups')
    expect((await connector.scim('GET', '/Users/mine')).status).toBe(404)
  })

  it('takes back what a GET gave, and changes nothing by it', async () => {
    const connector = await newConnector()
    const { path, user } = await newUser(connector)
    expect((await taken(connector, 'PUT', path, user)).json).toEqual(user)
  })

  it.each(['name', 'emails', 'title', ENT])('clears %s that is null', async (name) => {
    const connector = await newConnector()
    const { path } = await newUser(connector)
    expect((await taken(connector, 'PUT', path, { ...FULL, [name]: null })).json).not.toHaveProperty([name])
  })

  it('makes nothing: 404 for an id that nobody has', async () => {
    const connector = await newConnector()
    expect((await connector.scim('PUT', `/Users/${crypto.randomUUID()}`, FULL)).status).toBe(404)
    expect((await taken(connector, 'GET', '/Users')).json.totalResults).toBe(0)
  })

  it.each<[string, unknown, number, string]>([
    ['without userName', { displayName: 'B' }, 400, 'invalidValue'],
    ['with an empty userName', { userName: '' }, 400, 'invalidValue'],
    ['of a wrong type', { userName: 'ann', active: 'x' }, 400, 'invalidValue'],
    ['with another schema', { schemas: ['urn:x'], userName: 'ann' }, 400, 'invalidSyntax'],
    ['that is no object', ['ann'], 400, 'invalidSyntax'],
    ['with the name of another user', { userName: 'TAKEN' }, 409, 'uniqueness'],
  ])('%s is refused and changes nothing', async (_, body, ...wanted) => {
    const connector = await newConnector()
    const { path, user } = await newUser(connector)
    await taken(connector, 'POST', '/Users', { userName: 'taken' })
    expect(verdict(await connector.scim('PUT', path, body))).toEqual(wanted)
    expect((await taken(connector, 'GET', path)).json).toEqual(user)
  })

  it('moves the user to its new name, and frees the old one', async () => {
    const connector = await newConnector()
    const { path } = await newUser(connector)
    await taken(connector, 'PUT', path, { userName: 'bea' })
    const find = async (name: string) =>
      (await taken(connector, 'GET', `/Users?filter=userName+eq+%22${name}%22`)).json.totalResults
    expect([await find('ann'), await find('bea')]).toEqual([0, 1])
    await taken(connector, 'POST', '/Users', { userName: 'ann' })
  })
})

async function newGroup(connector: TestConnector) {
  const { path } = await newUser(connector)
  const id = path.split('/').pop()
  const body = { displayName: 'Crew', externalId: 'g-1', members: [{ value: id }] }
  const { json } = await taken(connector, 'POST', '/Groups', body)
  return { member: id, path: `/Groups/${json.id}` }
}

describe('PUT of a group', () => {
  it('without members keeps them: a rename must not empty a group', async () => {
    const connector = await newConnector()
    const { path, member } = await newGroup(connector)
    const { json } = await taken(connector, 'PUT', path, { displayName: 'Pilots' })
    expect(json).toMatchObject({ displayName: 'Pilots', members: [{ value: member }] })
    expect(json).not.toHaveProperty('externalId')
  })

  it.each([[[]], [null]])('with members %j empties it', async (members) => {
    const connector = await newConnector()
    const { path } = await newGroup(connector)
    expect((await taken(connector, 'PUT', path, { displayName: 'Crew', members })).json).not.toHaveProperty(
      'members',
    )
  })

  it('with other members replaces them', async () => {
    const connector = await newConnector()
    const { path } = await newGroup(connector)
    const { json: other } = await taken(connector, 'POST', '/Users', { userName: 'bea' })
    const { json } = await taken(connector, 'PUT', path, {
      displayName: 'Crew',
      members: [{ value: other.id }],
    })
    expect(json.members).toEqual([
      { value: other.id, $ref: expect.stringContaining(`/Users/${other.id}`), type: 'User' },
    ])
  })

  it.each<[string, unknown, number, string]>([
    ['without displayName', { externalId: 'g-2' }, 400, 'invalidValue'],
    [
      'with a member that nobody knows',
      { displayName: 'New', members: [{ value: 'nobody' }] },
      400,
      'invalidValue',
    ],
    ['with the name of another group', { displayName: 'other' }, 409, 'uniqueness'],
  ])('%s is refused and changes nothing', async (_, body, ...wanted) => {
    const connector = await newConnector()
    const { path } = await newGroup(connector)
    await taken(connector, 'POST', '/Groups', { displayName: 'Other' })
    const { json: before } = await taken(connector, 'GET', path)
    expect(verdict(await connector.scim('PUT', path, body))).toEqual(wanted)
    expect((await taken(connector, 'GET', path)).json).toEqual(before)
  })
})

describe('PATCH over HTTP', () => {
  const title = patchOp({ op: 'replace', path: 'title', value: 'Pilot' })

  it('of a user answers 200 with the whole user, or with what "attributes" asks for', async () => {
    const connector = await newConnector()
    const { path, user } = await newUser(connector)
    const { status, json, headers } = await taken(connector, 'PATCH', path, title)
    expect([status, headers.get('etag')]).toEqual([200, json.meta.version])
    expect(json).toEqual({ ...user, title: 'Pilot', meta: json.meta })
    const asked = await taken(connector, 'PATCH', `${path}?attributes=title`, title)
    expect(asked.json).toEqual({ schemas: user['schemas'], id: user['id'], title: 'Pilot' })
  })

  it('of a group answers 204, or 200 with a body to who asks for attributes', async () => {
    const connector = await newConnector()
    const { json } = await taken(connector, 'POST', '/Groups', { displayName: 'Crew' })
    const rename = patchOp({ op: 'replace', path: 'displayName', value: 'Pilots' })
    const plain = await taken(connector, 'PATCH', `/Groups/${json.id}`, rename)
    const asked = await taken(connector, 'PATCH', `/Groups/${json.id}?attributes=displayName`, rename)
    expect([plain.status, plain.text]).toEqual([204, ''])
    expect([asked.status, asked.json.displayName]).toEqual([200, 'Pilots'])
  })

  it('moves lastModified and never created', async () => {
    const connector = await newConnector()
    const { path, user } = await newUser(connector)
    const { json } = await taken(connector, 'PATCH', path, title)
    const { meta } = user as { meta: Record<string, string> }
    expect(json.meta.created).toBe(meta['created'])
    expect(Date.parse(json.meta.lastModified)).toBeGreaterThanOrEqual(Date.parse(meta['lastModified'] ?? ''))
  })

  it.each([
    ['Operations missing', {}, 'invalidSyntax'],
    ['Operations empty', { Operations: [] }, 'invalidSyntax'],
    [
      'another schema',
      { schemas: ['urn:x'], Operations: [{ op: 'remove', path: 'title' }] },
      'invalidSyntax',
    ],
    ['an op of its own', patchOp({ op: 'copy', path: 'title', value: 'x' }), 'invalidSyntax'],
    ['remove without a path', patchOp({ op: 'remove' }), 'noTarget'],
    ['a path that cannot be read', patchOp({ op: 'remove', path: 'a..b' }), 'invalidPath'],
    ['a filter that cannot be read', patchOp({ op: 'remove', path: 'emails[type eq]' }), 'invalidFilter'],
    ['a filter on one value', patchOp({ op: 'remove', path: 'name[givenName eq "a"]' }), 'invalidPath'],
    [
      'a filter that matches and makes nothing',
      patchOp({ op: 'replace', path: 'emails[type co "zz"].value', value: 'x' }),
      'noTarget',
    ],
    ['a value of another type', patchOp({ op: 'replace', path: 'name', value: 7 }), 'invalidValue'],
    ['a read-only attribute', patchOp({ op: 'replace', path: 'meta.created', value: 'x' }), 'mutability'],
    ['a read-only attribute removed', patchOp({ op: 'remove', path: 'id' }), 'mutability'],
    ['the required attribute removed', patchOp({ op: 'remove', path: 'userName' }), 'invalidValue'],
    [
      'the required attribute emptied',
      patchOp({ op: 'replace', path: 'userName', value: '' }),
      'invalidValue',
    ],
  ])(
    'with %s is 400, and an operation before it is not done either',
    async (_, body: Record<string, unknown>, scimType) => {
      const connector = await newConnector()
      const { path, user } = await newUser(connector)
      const operations = body['Operations']
      const mixed =
        Array.isArray(operations) && operations.length > 0
          ? {
              ...body,
              Operations: [{ op: 'replace', path: 'title', value: 'Pilot' }, ...(operations as object[])],
            }
          : body
      expect(verdict(await connector.scim('PATCH', path, mixed))).toEqual([400, scimType])
      expect((await taken(connector, 'GET', path)).json).toEqual(user)
    },
  )

  it('clears no "active": an empty value neither lets in nor throws out', async () => {
    const connector = await newConnector()
    const { path } = await newUser(connector)
    for (const operation of [
      { op: 'remove', path: 'active' },
      { op: 'replace', path: 'active', value: '' },
      { op: 'replace', path: 'active', value: null },
    ])
      expect((await taken(connector, 'PATCH', path, patchOp(operation))).json.active).toBe(false)
  })

  it.each([
    patchOp({ op: 'replace', path: 'displayName', value: '' }),
    patchOp({ op: 'remove', path: 'displayName' }),
  ])('of a group takes no name away: %j', async (body) => {
    const connector = await newConnector()
    const { json } = await taken(connector, 'POST', '/Groups', { displayName: 'Crew' })
    expect(verdict(await connector.scim('PATCH', `/Groups/${json.id}`, body))).toEqual([400, 'invalidValue'])
  })
})

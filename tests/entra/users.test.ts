import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  entraUser,
  patchOp,
  PUBLIC_BASE_URL,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

/* What one person goes through from cycle to cycle, as Entra's provisioning service tells it to us. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** The first call of a cycle for somebody whose id Entra does not know yet. */
function match(connector: TestConnector, userName: unknown) {
  return connector.scim('GET', `/Users?filter=${encodeURIComponent(`userName eq "${String(userName)}"`)}`)
}

/** Each value of a multi-valued attribute as the paths that Entra has for it. */
function elements(attribute: string, list: unknown): unknown[][] {
  return (list as Record<string, string>[]).flatMap(({ type, primary: _primary, ...values }) =>
    Object.entries(values).map(([sub, value]) => [`${attribute}[type eq "${type}"].${sub}`, value]),
  )
}

/** Everything that the default mapping says about a user, as one operation for each. */
function everything(user: Record<string, unknown>, op: string): Record<string, unknown>[] {
  const { name, emails, phoneNumbers, addresses, [ENT]: enterprise } = user
  const entries = [
    ...['userName', 'externalId', 'displayName', 'title', 'active'].map((path) => [path, user[path]]),
    ...Object.entries(name as object).map(([sub, value]) => [`name.${sub}`, value]),
    ...elements('emails', emails),
    ...elements('phoneNumbers', phoneNumbers),
    ...elements('addresses', addresses),
    ...Object.entries(enterprise as object).map(([sub, value]) => [`${ENT}:${sub}`, value]),
  ]
  return entries.map(([path, value]) => ({ op, path, value }))
}

describe('Entra creates a user', () => {
  it('and finds it by its user name in any case, with everything that it sent', async () => {
    const connector = await gatehouse.newConnector()
    const sent = entraUser()

    const created = await connector.scim('POST', '/Users', sent)
    const found = await match(connector, String(sent['userName']).toUpperCase())

    expect(created.status).toBe(201)
    expect(created.headers.get('content-type')).toBe('application/scim+json')
    expect(created.headers.get('location')).toBe(
      `${PUBLIC_BASE_URL}/scim/v2/${connector.id}/Users/${created.json.id}`,
    )
    const { roles: _, ...kept } = sent
    expect(created.json).toMatchObject({
      ...kept,
      meta: { resourceType: 'User', location: created.headers.get('location') },
    })
    expect(found.json).toMatchObject({
      totalResults: 1,
      startIndex: 1,
      itemsPerPage: 1,
      Resources: [created.json],
    })
  })

  it('only after it asked for it in vain, and a later cycle finds nothing to do', async () => {
    const connector = await gatehouse.newConnector()
    const sent = entraUser()

    const before = await match(connector, sent['userName'])
    const { json: user } = await connector.scim('POST', '/Users', sent)
    const after = await match(connector, sent['userName'])
    const cached = await connector.scim('GET', `/Users/${user.id}`)

    expect([before.status, before.json.totalResults]).toEqual([200, 0])
    expect(after.json.Resources).toEqual([user])
    expect(cached.json).toEqual(user)
  })

  it.each(['Add', 'Replace', 'add', 'replace'])(
    'and tells everything again with %s after a restart: nothing changes, not even the version',
    async (op) => {
      const connector = await gatehouse.newConnector()
      const sent = entraUser()
      const { json: user } = await connector.scim('POST', '/Users', sent)

      const operations = everything(sent, op)
      const answer = await connector.scim('PATCH', `/Users/${user.id}`, patchOp(...operations))

      expect(operations.length).toBeGreaterThan(15)
      expect([answer.status, answer.json]).toEqual([200, user])
      expect((await connector.scim('GET', `/Users/${user.id}`)).json).toEqual(user)
    },
  )

  it('that was created already by a request whose answer got lost: 409, and the name leads to it', async () => {
    const connector = await gatehouse.newConnector()
    const sent = entraUser()
    const { json: first } = await connector.scim('POST', '/Users', sent)

    const again = await connector.scim('POST', '/Users', sent)
    const found = await match(connector, sent['userName'])

    expect([again.status, again.json.scimType]).toEqual([409, 'uniqueness'])
    expect(again.json.detail).toContain(first.id)
    expect(found.json.Resources).toEqual([first])
  })
})

/** The platform tells us of accounts that it has already. */
async function imported(connector: TestConnector, users: object[]) {
  return (await gatehouse.manage('POST', `${connector.managementPath}/users`, { users })).json.results
}

describe('a person whom the platform knew before', () => {
  it('is found by the name, completed, and not created a second time', async () => {
    const connector = await gatehouse.newConnector()
    const sent = entraUser()
    const [{ id }] = await imported(connector, [{ userName: sent['userName'] }])

    const found = await match(connector, String(sent['userName']).toUpperCase())
    const filled = await connector.scim('PATCH', `/Users/${id}`, patchOp(...everything(sent, 'Add')))
    const posted = await connector.scim('POST', '/Users', sent)

    expect(found.json.Resources.map((one: { id: string }) => one.id)).toEqual([id])
    const { roles: _roles, schemas: _schemas, meta: _meta, emails, preferredLanguage: _, ...mapped } = sent
    const [{ type, value }] = emails as [{ type: string; value: string }]
    expect(filled.status).toBe(200)
    expect(filled.json).toMatchObject({
      ...JSON.parse(JSON.stringify(mapped, (key, part) => (key === 'primary' ? undefined : part))),
      id,
      emails: [{ type, value }],
    })
    expect(posted.json).toMatchObject({ status: '409', scimType: 'uniqueness' })
    expect((await connector.scim('GET', '/Users')).json.totalResults).toBe(1)
  })
})

describe('the id that Entra remembers', () => {
  it('stays the same through a new name, a new anchor, a leave and a return', async () => {
    const connector = await gatehouse.newConnector()
    const { json: user } = await connector.scim('POST', '/Users', entraUser())
    const path = `/Users/${user.id}`
    const changes = [
      { op: 'Replace', path: 'userName', value: 'married@x.example' },
      { op: 'Replace', path: 'externalId', value: crypto.randomUUID() },
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Replace', path: 'active', value: 'True' },
    ]
    for (const change of changes) {
      const answer = await connector.scim('PATCH', path, patchOp(change))
      expect([answer.status, answer.json.id]).toEqual([200, user.id])
    }
    expect((await match(connector, 'married@x.example')).json.Resources[0].id).toBe(user.id)
  })

  it.each([
    ['PATCH', { op: 'Replace', path: 'id', value: 'other' }],
    ['PATCH without path', { op: 'replace', value: { id: 'other' } }],
  ])('is not changed by %s: 400', async (_, operation) => {
    const connector = await gatehouse.newConnector()
    const { json: user } = await connector.scim('POST', '/Users', entraUser({ id: 'chosen-by-entra' }))
    const answer = await connector.scim('PATCH', `/Users/${user.id}`, patchOp(operation))
    expect(user.id).not.toBe('chosen-by-entra')
    expect([answer.status, answer.json.scimType]).toEqual([400, 'mutability'])
    expect((await connector.scim('GET', `/Users/${user.id}`)).json).toEqual(user)
  })
})

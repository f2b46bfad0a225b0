import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send, startGatehouse, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'
import { byName, client, ENTERPRISE_USER, newName, oktaUser, patch, PATCH_OP } from './fixtures.ts'

/* curl, PowerShell and the like: whatever an administrator types from the documentation. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
const curl = (connector: TestConnector, headers: Record<string, string> = {}) =>
  client(connector, {
    'user-agent': 'curl/8.11.0',
    accept: '*/*',
    authorization: basic(connector.id, connector.password),
    'content-type': 'application/json',
    ...headers,
  })
const minimal = (): Record<string, unknown> => {
  const userName = newName()
  return { userName, name: { givenName: 'Noor', familyName: 'Baker' }, emails: [{ value: userName }] }
}

describe('a script with a user name and a password', () => {
  it('creates, finds, changes and deletes somebody', async () => {
    const run = curl(await gatehouse.newConnector())
    const body = minimal()

    const created = await run('POST', '/Users', body)
    const path = `/Users/${created.json.id}`
    const found = await run('GET', byName(String(body['userName'])))
    const changed = await run(
      'PATCH',
      path,
      patch(
        { op: 'replace', path: 'title', value: 'Pilot' },
        { op: 'replace', path: 'active', value: false },
      ),
    )
    const deleted = await run('DELETE', path)

    expect([created, found, changed, deleted].map(({ status }) => status)).toEqual([201, 200, 200, 204])
    expect(created.json).toMatchObject({ ...body, active: true })
    expect(created.headers.get('location')).toBe(created.json.meta.location)
    expect(found.json).toMatchObject({ totalResults: 1, Resources: [{ id: created.json.id }] })
    expect(changed.json).toMatchObject({ title: 'Pilot', active: false })
    expect((await run('GET', path)).status).toBe(404)
  })

  it.each(['basic', 'BASIC'])('may write the scheme as %s', async (scheme) => {
    const connector = await gatehouse.newConnector()
    const authorization = basic(connector.id, connector.password).replace('Basic', scheme)

    expect((await curl(connector, { authorization })('GET', '/Users')).status).toBe(200)
  })

  it('that names another connector is refused, the password being right', async () => {
    const connector = await gatehouse.newConnector()
    const other = await gatehouse.newConnector()
    const authorization = basic(other.id, connector.password)

    const { status, headers, json } = await curl(connector, { authorization })('GET', '/Users')

    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toMatch(/Basic realm="scim"/)
    expect(json).toMatchObject({ status: '401' })
  })

  it('that has no credentials is asked for them', async () => {
    const connector = await gatehouse.newConnector()

    const { status, headers } = await send(`${connector.scimUrl}/Users`, { method: 'GET' })

    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toMatch(/Bearer .*Basic /)
  })
})

describe('a script', () => {
  it.each(['bearer', 'BEARER', 'Bearer'])('may write %s before the token', async (scheme) => {
    const connector = await gatehouse.newConnector()
    const authorization = `${scheme} ${connector.password}`

    expect((await curl(connector, { authorization })('GET', '/Users')).status).toBe(200)
  })

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON',
    'application/scim+json',
    'application/scim+json; charset="utf-8"',
    'text/json',
  ])('may call its body %s', async (type) => {
    const run = curl(await gatehouse.newConnector(), { 'content-type': type })

    expect((await run('POST', '/Users', minimal())).status).toBe(201)
  })

  it.each([
    'application/x-www-form-urlencoded',
    'text/plain;charset=UTF-8',
    'application/json; charset=latin1',
  ])('that calls its body %s, as by default, is told what to write', async (type) => {
    const run = curl(await gatehouse.newConnector(), { 'content-type': type })

    const { status, headers, json } = await run('POST', '/Users', minimal())

    expect(status).toBe(415)
    expect(headers.get('content-type')).toMatch(/^application\/scim\+json/)
    expect(json.detail).toMatch(/application\/json/)
  })

  it.each(['application/json', 'application/scim+json', 'application/json, text/plain;q=0.5', '*/*'])(
    'that accepts %s gets JSON',
    async (accept) => {
      const run = curl(await gatehouse.newConnector(), { accept })

      const { status, headers, json } = await run('GET', '/Users')

      expect(status).toBe(200)
      expect(headers.get('content-type')).toMatch(/json/)
      expect(json.totalResults).toBe(0)
    },
  )

  it('may leave schemas, active, displayName and the type of the address away', async () => {
    const run = curl(await gatehouse.newConnector())

    const { status, json } = await run('POST', '/Users', minimal())

    expect(status).toBe(201)
    expect(json.schemas).toEqual(['urn:ietf:params:scim:schemas:core:2.0:User'])
    expect(json.active).toBe(true)
  })

  it('may spell the names of attributes in any case', async () => {
    const run = curl(await gatehouse.newConnector())
    const userName = newName()

    const { status, json } = await run('POST', '/Users', {
      USERNAME: userName,
      Name: { GivenName: 'Noor', familyname: 'Baker' },
      Emails: [{ Value: userName, Type: 'work' }],
    })

    expect(status).toBe(201)
    expect(json).toMatchObject({ userName, name: { givenName: 'Noor', familyName: 'Baker' } })
  })

  it('may PATCH without schemas, and with operations in lower case', async () => {
    const run = curl(await gatehouse.newConnector())
    const { json: created } = await run('POST', '/Users', minimal())

    const { status, json } = await run('PATCH', `/Users/${created.id}`, {
      operations: [{ op: 'Replace', path: 'displayName', value: 'Noor' }],
    })

    expect(status).toBe(200)
    expect(json.displayName).toBe('Noor')
  })

  it('sets an attribute of the enterprise extension by its full name', async () => {
    const run = curl(await gatehouse.newConnector())
    const { json: created } = await run('POST', '/Users', oktaUser())

    const { json } = await run(
      'PATCH',
      `/Users/${created.id}`,
      patch({ op: 'add', path: `${ENTERPRISE_USER}:department`, value: 'Dry dock' }),
    )

    expect(json[ENTERPRISE_USER]).toEqual({ department: 'Dry dock' })
    expect(json.schemas).toContain(ENTERPRISE_USER)
  })

  it('reads only what it asks for', async () => {
    const run = curl(await gatehouse.newConnector())
    const { json: created } = await run('POST', '/Users', minimal())

    const { json } = await run('GET', '/Users?attributes=userName,active&count=10')

    expect(json.Resources).toEqual([
      { schemas: created.schemas, id: created.id, userName: created.userName, active: true },
    ])
  })

  it.each([
    ['nothing at all', undefined],
    ['an empty text', ''],
    ['a comma too many', '{"userName": "noor",}'],
    ['a list', []],
    ['a text in JSON', '"userName"'],
  ])('that sends %s gets 400 in the form of SCIM', async (_, body) => {
    const run = curl(await gatehouse.newConnector())

    const { status, json } = await run('POST', '/Users', body)

    expect(status).toBe(400)
    expect(json).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '400',
      scimType: 'invalidSyntax',
    })
  })

  it.each([
    ['an empty list of operations', { schemas: [PATCH_OP], Operations: [] }, 'invalidSyntax'],
    ['a verb of its own', patch({ op: 'set', path: 'title', value: 'x' }), 'invalidSyntax'],
    ['a removal of nothing in particular', patch({ op: 'remove' }), 'noTarget'],
    ['a broken path', patch({ op: 'replace', path: 'name..givenName', value: 'x' }), 'invalidPath'],
    [
      'a broken filter in a path',
      patch({ op: 'replace', path: 'emails[type eq', value: 'x' }),
      'invalidFilter',
    ],
    ['an id of its own', patch({ op: 'replace', path: 'id', value: 'mine' }), 'mutability'],
  ])('that PATCHes with %s is told so, and changes nothing', async (_, body, scimType) => {
    const run = curl(await gatehouse.newConnector())
    const { json: created } = await run('POST', '/Users', minimal())

    const { status, json } = await run('PATCH', `/Users/${created.id}`, body)

    expect(status).toBe(400)
    expect(json.scimType).toBe(scimType)
    expect((await run('GET', `/Users/${created.id}`)).json).toEqual(created)
  })
})

import { describe, expect, it } from 'vitest'
import { query, RELAXED, taken, useGatehouse, verdict } from './connection.ts'
import { patchOp, send, type Answer } from '../support/gatehouse.ts'

const gatehouse = useGatehouse()
const newConnector = () => gatehouse().newConnector(RELAXED)

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const BODIES = {
  Users: { schemas: [CORE], userName: 'ann', displayName: 'Ann' },
  Groups: { schemas: [GROUP], displayName: 'Ann' },
}
const ENDPOINTS = ['Users', 'Groups'] as const

describe.each(ENDPOINTS)('POST /%s', (endpoint) => {
  it('answers 201 with the resource as it is stored, its address and its version', async () => {
    const connector = await newConnector()
    const { status, headers, json } = await connector.scim('POST', `/${endpoint}`, BODIES[endpoint])
    const location = `https://gatehouse.example/scim/v2/${connector.id}/${endpoint}/${json.id}`
    expect([status, headers.get('location'), headers.get('etag')]).toEqual([201, location, json.meta.version])
    expect(headers.get('content-type')).toBe('application/scim+json')
    expect(json.meta).toMatchObject({ resourceType: endpoint.slice(0, -1), location })
    expect(json.meta.created).toBe(json.meta.lastModified)
    expect(Date.now() - Date.parse(json.meta.created)).toBeLessThan(60_000)
    expect((await taken(connector, 'GET', `/${endpoint}/${json.id}`)).json).toEqual(json)
  })

  it('makes an id of its own, whatever the client sends as id and meta', async () => {
    const connector = await newConnector()
    const forged = {
      id: 'mine',
      meta: { created: '1999-01-01T00:00:00Z', version: 'W/"1"', resourceType: 'Robot' },
    }
    const { json } = await taken(connector, 'POST', `/${endpoint}`, { ...BODIES[endpoint], ...forged })
    expect(json.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(json.meta).toMatchObject({ resourceType: endpoint.slice(0, -1) })
    expect(json.meta.created).not.toContain('1999')
    expect((await connector.scim('GET', `/${endpoint}/mine`)).status).toBe(404)
  })

  it('is 409 uniqueness for what exists, and makes nothing', async () => {
    const connector = await newConnector()
    await taken(connector, 'POST', `/${endpoint}`, BODIES[endpoint])
    expect(verdict(await connector.scim('POST', `/${endpoint}`, BODIES[endpoint]))).toEqual([
      409,
      'uniqueness',
    ])
    expect((await taken(connector, 'GET', `/${endpoint}`)).json.totalResults).toBe(1)
  })

  it.each<[string, (body: object) => unknown, string]>([
    ['without the attribute that the schema requires', () => ({ schemas: [CORE, GROUP] }), 'invalidValue'],
    ['with a value of another type', (body) => ({ ...body, displayName: { a: 1 } }), 'invalidValue'],
    ['that names other schemas only', (body) => ({ ...body, schemas: ['urn:example:x'] }), 'invalidSyntax'],
    ['that is a list', (body) => [body], 'invalidSyntax'],
    ['that is no JSON', () => '{"userName"', 'invalidSyntax'],
    ['with one attribute in two spellings', (body) => ({ ...body, DISPLAYNAME: 'x' }), 'invalidSyntax'],
  ])('is 400 for a body %s', async (_, change, scimType) => {
    const connector = await newConnector()
    expect(verdict(await connector.scim('POST', `/${endpoint}`, change(BODIES[endpoint])))).toEqual([
      400,
      scimType,
    ])
    expect((await taken(connector, 'GET', `/${endpoint}`)).json.totalResults).toBe(0)
  })
})

describe('POST /Users', () => {
  it('leaves out what the server alone writes and what no schema has', async () => {
    const connector = await newConnector()
    const body = {
      ...BODIES.Users,
      groups: [{ value: 'x' }],
      colour: 'red',
      'urn:example:x': { a: 1 },
      password: 'secret',
    }
    const { json, text } = await taken(connector, 'POST', '/Users', body)
    expect(Object.keys(json).toSorted()).toEqual([
      'active',
      'displayName',
      'id',
      'meta',
      'schemas',
      'userName',
    ])
    expect(text).not.toContain('secret')
  })

  it('takes attribute names, URNs and schemas in any case, and answers in the spelling of the schema', async () => {
    const connector = await newConnector()
    const body = {
      SCHEMAS: [CORE.toUpperCase()],
      USERNAME: 'ann',
      NAME: { FAMILYNAME: 'Berg' },
      [ENT.toUpperCase()]: { Department: 'D' },
    }
    const { json } = await taken(connector, 'POST', '/Users', body)
    expect(json).toMatchObject({
      schemas: [CORE, ENT],
      userName: 'ann',
      name: { familyName: 'Berg' },
      [ENT]: { department: 'D' },
    })
  })

  it.each([null, '', [], {}])('takes %j for an attribute that is not there', async (nothing) => {
    const connector = await newConnector()
    const empty = Array.isArray(nothing) || nothing === null ? { emails: nothing } : {}
    const body = {
      ...BODIES.Users,
      name: nothing,
      ...empty,
      ...(nothing === '' || nothing === null ? { title: nothing } : {}),
    }
    const { json } = await taken(connector, 'POST', '/Users', body)
    for (const name of ['name', 'emails', 'title']) expect(json).not.toHaveProperty(name)
  })

  it('keeps at most one primary value, the last one that says so', async () => {
    const connector = await newConnector()
    const emails = ['a', 'b', 'c'].map((name) => ({ value: `${name}@x.example`, primary: name !== 'c' }))
    const { json } = await taken(connector, 'POST', '/Users', { ...BODIES.Users, emails })
    expect(json.emails.map(({ primary }: { primary: boolean }) => primary)).toEqual([false, true, false])
  })

  it('keeps values of one address that differ in type, and one of two that are alike', async () => {
    const connector = await newConnector()
    const emails = [
      { value: 'a@x.example', type: 'work' },
      { value: 'a@x.example', type: 'home' },
      { value: 'a@x.example', type: 'work' },
    ]
    const { json } = await taken(connector, 'POST', '/Users', { ...BODIES.Users, emails })
    expect(json.emails).toEqual(emails.slice(0, 2))
  })

  it('lists exactly the schemas that the user has attributes of', async () => {
    const connector = await newConnector()
    const { json } = await taken(connector, 'POST', '/Users', { ...BODIES.Users, schemas: [CORE, ENT] })
    expect(json.schemas).toEqual([CORE])
    const changed = patchOp({ op: 'add', path: `${ENT}:department`, value: 'D' })
    expect((await taken(connector, 'PATCH', `/Users/${json.id}`, changed)).json.schemas).toEqual([CORE, ENT])
  })
})

describe.each(ENDPOINTS)('DELETE /%s/{id}', (endpoint) => {
  it('is 204 without a body, and from then on the resource is nowhere', async () => {
    const connector = await newConnector()
    const { json } = await taken(connector, 'POST', `/${endpoint}`, BODIES[endpoint])
    const path = `/${endpoint}/${json.id}`
    const answer = await connector.scim('DELETE', path)
    expect([answer.status, answer.text]).toEqual([204, ''])
    const again = await Promise.all([
      connector.scim('GET', path),
      connector.scim('PUT', path, BODIES[endpoint]),
      connector.scim('PATCH', path, patchOp({ op: 'replace', path: 'displayName', value: 'B' })),
      connector.scim('DELETE', path),
    ])
    expect(again.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    const filter = query({ filter: 'displayName eq "ann"' })
    for (const list of [
      `/${endpoint}`,
      `/${endpoint}${filter}`,
      `/${endpoint}${query({ filter: `id eq "${json.id}"` })}`,
    ])
      expect((await taken(connector, 'GET', list)).json).toMatchObject({ totalResults: 0, Resources: [] })
  })

  it('leaves room for a new resource of the same name, which has another id', async () => {
    const connector = await newConnector()
    const { json: first } = await taken(connector, 'POST', `/${endpoint}`, BODIES[endpoint])
    await taken(connector, 'DELETE', `/${endpoint}/${first.id}`)
    const { json: second } = await taken(connector, 'POST', `/${endpoint}`, BODIES[endpoint])
    expect(second.id).not.toBe(first.id)
  })
})

/** An error and nothing else (RFC 7644 §3.12). */
function errorOf(status: number, scimType?: string): object {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error']
  const detail = expect.stringMatching(/\w+ \w+/)
  const named = scimType === undefined ? {} : { scimType }
  return {
    status,
    type: 'application/scim+json',
    json: { schemas, status: String(status), ...named, detail },
  }
}

const seen = ({ status, headers, json }: Answer) => ({ status, type: headers.get('content-type'), json })

describe('an error', () => {
  it.each<[string, string, unknown, number, string?]>([
    ['GET', '/Users/nobody', undefined, 404],
    ['GET', '/Groups/nobody', undefined, 404],
    ['GET', '/Nothing', undefined, 404],
    ['GET', '/', undefined, 404],
    ['GET', '/Me', undefined, 501],
    ['PATCH', '/Me', {}, 501],
    ['DELETE', '/Users', undefined, 405],
    ['POST', '/Users/x', {}, 405],
    ['POST', '/Schemas', {}, 405],
    ['GET', '/Users?filter=userName', undefined, 400, 'invalidFilter'],
    ['GET', '/Users?count=x', undefined, 400, 'invalidValue'],
    ['GET', '/Users?sortBy=a..b', undefined, 400, 'invalidPath'],
    ['POST', '/Users', [], 400, 'invalidSyntax'],
    ['POST', '/Users', {}, 400, 'invalidValue'],
  ])('of %s %s has the schema, the status as a text, and a sentence', async (method, path, ...more) => {
    const [body, status, scimType] = more
    expect(seen(await (await newConnector()).scim(method, path, body))).toEqual(errorOf(status, scimType))
  })

  it('of authentication names both schemes and tells nothing of the resource', async () => {
    const connector = await newConnector()
    for (const authorization of [undefined, 'Bearer wrong', 'Basic eDp5', 'Digest x'])
      for (const path of ['/Users', '/Users/nobody', '/ServiceProviderConfig', '/Bulk', '/.search']) {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
        const answer = await send(connector.scimUrl + path, { method: 'GET', headers })
        expect(seen(answer)).toEqual(errorOf(401))
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="scim".*, Basic realm="scim"/)
      }
  })

  it.each([
    ['application/scim+json', 201],
    ['application/scim+json; charset=utf-8', 201],
    ['application/json', 201],
    ['text/plain', 415],
    ['application/xml', 415],
    ['application/x-www-form-urlencoded', 415],
  ])('of the media type: %s is %i', async (type, status) => {
    const answer = await (await newConnector()).scim('POST', '/Users', BODIES.Users, { 'content-type': type })
    expect(answer.status).toBe(status)
  })

  it.each(['application/scim+json', 'application/json', 'text/html', '*/*'])(
    'is none for Accept: %s',
    async (accept) => {
      const answer = await (await newConnector()).scim('GET', '/Users', undefined, { accept })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/scim+json'])
    },
  )
})

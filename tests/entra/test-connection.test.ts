import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send, type Answer } from '../support/function-app/client.ts'
import { entraUser, startGatehouse, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
let connector: TestConnector
beforeAll(async () => {
  gatehouse = await startGatehouse()
  connector = await gatehouse.newConnector()
})
afterAll(() => gatehouse.close())

const EMPTY_LIST = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults: 0,
  startIndex: 1,
  itemsPerPage: 0,
  Resources: [],
}
const REFUSAL = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: '401',
  detail: expect.stringMatching(/secret/),
}

const bearer = (secret: string): string[] => ['Authorization', `Bearer ${secret}`]
const basic = (text: string): string[] => ['Authorization', `Basic ${Buffer.from(text).toString('base64')}`]

/** A GET that carries the given headers and Host, and nothing else: the client's wrapper adds none. */
function get(path: string, headers: readonly string[], target = connector): Promise<Answer> {
  const url = new URL(target.scimUrl)
  return send({ port: Number(url.port) }, url.pathname + path, { headers })
}

describe('Test Connection', () => {
  it.each([
    ['blanks as + and quotes as %22', 'userName+eq+%22{}%22'],
    ['blanks as %20', 'userName%20eq%20%22{}%22'],
    ['plain quotes', 'userName+eq+"{}"'],
    ['operator and attribute in capitals', 'USERNAME+EQ+%22{}%22'],
    ['the external id, as older jobs do', 'externalId+eq+%22{}%22'],
    ['the work address', 'emails%5Btype+eq+%22work%22%5D.value+eq+%22{}%22'],
    ['the id', 'id+eq+%22{}%22'],
  ])('asks for a person who cannot exist with %s, and gets an empty list', async (_, filter) => {
    await connector.scim('POST', '/Users', entraUser())

    const answer = await get(
      `/Users?filter=${filter.replace('{}', crypto.randomUUID())}`,
      bearer(connector.password),
    )

    expect([answer.status, answer.lines('content-type')]).toEqual([200, ['application/scim+json']])
    expect(JSON.parse(answer.body)).toEqual(EMPTY_LIST)
  })

  it.each([
    ['by name', 'filter=displayName+eq+%22{}%22'],
    ['by name, without members', 'excludedAttributes=members&filter=displayName+eq+%22{}%22'],
    ['by external id', 'filter=externalId+eq+%22{}%22'],
  ])('probes the groups %s, and gets an empty list', async (_, query) => {
    const path = `/Groups?${query.replace('{}', crypto.randomUUID())}`
    const answer = await get(path, bearer(connector.password))

    expect([answer.status, answer.lines('content-type')]).toEqual([200, ['application/scim+json']])
    expect(JSON.parse(answer.body)).toEqual(EMPTY_LIST)
  })

  it.each([
    ['the marks of old jobs', ['ADSCIMVersion', '5.0']],
    ['an Accept for SCIM', ['Accept', 'application/scim+json']],
    ['an Accept for JSON', ['Accept', 'application/json']],
    ['an Accept for something else', ['Accept', 'text/html']],
    ['a Content-Type on a GET', ['Content-Type', 'application/scim+json; charset=utf-8']],
  ])('is answered the same with %s', async (_, headers) => {
    const answer = await get('/Users?filter=userName+eq+%22nobody%22', [
      ...bearer(connector.password),
      ...headers,
    ])

    expect([answer.status, answer.lines('content-type')]).toEqual([200, ['application/scim+json']])
    expect(JSON.parse(answer.body)).toEqual(EMPTY_LIST)
  })

  it.each([
    ['without a slash', '?aadOptscim062020&filter=userName+eq+%22nobody%22'],
    ['as one query inside the other', '?aadOptscim062020=&filter=userName+eq+%22nobody%22'],
  ])('is not disturbed by the flag of the compliant mode %s', async (_, query) => {
    const answer = await get(`/Users${query}`, bearer(connector.password))
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, EMPTY_LIST])
  })

  it('takes the user name and the same secret as Basic', async () => {
    const { json } = await gatehouse.manage('GET', connector.managementPath)
    const answer = await get(
      '/Users?filter=userName+eq+%22nobody%22',
      basic(`${json.scim.userName}:${connector.password}`),
    )
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, EMPTY_LIST])
  })

  it('takes the scheme in any case', async () => {
    const headers = ['authorization', `bearer ${connector.password}`]
    const answer = await get('/Users?filter=userName+eq+%22nobody%22', headers)
    expect(answer.status).toBe(200)
  })

  it.each([
    ['no secret', () => []],
    ['an empty one', () => ['Authorization', 'Bearer ']],
    ['text of no known form', () => bearer('open-sesame')],
    ['one with a changed letter', () => bearer(changed(connector.password))],
    ['one that is cut short', () => bearer(connector.password.slice(0, -1))],
    ['the right one with the scheme typed twice', () => bearer(`Bearer ${connector.password}`)],
    ['a scheme of its own', () => ['Authorization', `Digest ${connector.password}`]],
    ['a foreign user name', () => basic(`somebody:${connector.password}`)],
    ['Basic without a colon', () => basic(connector.password)],
  ])('with %s is 401 with a challenge and a sentence', async (_, headers) => {
    const answer = await get('/Users?filter=userName+eq+%22nobody%22', headers())

    expect([answer.status, answer.lines('content-type')]).toEqual([401, ['application/scim+json']])
    expect(answer.lines('www-authenticate').join(', ')).toMatch(/^Bearer realm="scim".*Basic realm="scim"/)
    expect(JSON.parse(answer.body)).toEqual(REFUSAL)
  })

  it('with the secret of another connector is 401', async () => {
    const other = await gatehouse.newConnector()
    const answer = await get('/Users?filter=userName+eq+%22nobody%22', bearer(other.password))
    expect([answer.status, JSON.parse(answer.body)]).toEqual([401, REFUSAL])
  })

  it('with a connector that does not exist is 401, never 404', async () => {
    const url = `${gatehouse.url}/scim/v2/00000000-0000-4000-8000-000000000000`
    const answer = await get('/Users?filter=userName+eq+%22nobody%22', bearer(connector.password), {
      ...connector,
      scimUrl: url,
    })
    expect([answer.status, JSON.parse(answer.body)]).toEqual([401, REFUSAL])
  })

  it('tells a missing secret from a wrong one in the challenge', async () => {
    const missing = await get('/Users', [])
    const wrong = await get('/Users', bearer(changed(connector.password)))
    const challenges = [missing, wrong].map((answer) => answer.lines('www-authenticate').join(', '))
    expect(challenges.map((text) => text.includes('invalid_token'))).toEqual([false, true])
  })

  it('writes nothing', async () => {
    const fresh = await gatehouse.newConnector()
    const filter = `filter=userName+eq+%22${crypto.randomUUID()}%22`
    await fresh.scim('GET', `/Users?${filter}`)

    const [listed, activity] = await Promise.all([
      fresh.scim('GET', '/Users'),
      gatehouse.manage('GET', `${fresh.managementPath}/activity`),
    ])

    expect(listed.json.totalResults).toBe(0)
    expect(activity.json.activity.filter(({ actor }: { actor: string }) => actor.startsWith('scim'))).toEqual(
      [],
    )
  })
})

/** Another letter near the end, so that the checksum no longer fits. */
function changed(secret: string): string {
  const letter = secret.at(-8) === 'a' ? 'b' : 'a'
  return `${secret.slice(0, -8)}${letter}${secret.slice(-7)}`
}

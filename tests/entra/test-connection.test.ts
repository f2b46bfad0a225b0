import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const EMPTY = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults: 0,
  startIndex: 1,
  itemsPerPage: 0,
  Resources: [],
}

/** A GET with exactly these headers: fetch would add Accept and User-Agent, which Entra does not send. */
function getBare(url: string, headers: Record<string, string>) {
  return new Promise<{ status: number | undefined; type: string | undefined; text: string }>(
    (resolve, reject) => {
      const call = request(url, { headers, agent: false }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (text += part))
        response.on('end', () =>
          resolve({ status: response.statusCode, type: response.headers['content-type'], text }),
        )
      })
      call.on('error', reject)
      call.end()
    },
  )
}

const bearer = ({ password }: TestConnector) => ({ Authorization: `Bearer ${password}` })

describe('Test Connection is answered 200 with an empty list', () => {
  const guid = crypto.randomUUID()
  it.each([
    ['a user by name, blanks as +', `/Users?filter=userName+eq+%22${guid}%22`],
    ['a user by name, blanks as %20', `/Users?filter=userName%20eq%20%22${guid}%22`],
    ['a user by externalId', `/Users?filter=externalId+eq+%22${guid}%22`],
    ['a user by work e-mail', `/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22${guid}%22`],
    ['a user by id', `/Users?filter=id+eq+%22${guid}%22`],
    ['a group by name', `/Groups?excludedAttributes=members&filter=displayName+eq+%22${guid}%22`],
    ['a group by externalId', `/Groups?filter=externalId+eq+%22${guid}%22`],
    ['an id and a manager', `/Users?filter=id+eq+%22${guid}%22+and+manager+eq+%22${guid}%22&attributes=id`],
    ['an id and a member', `/Groups?filter=id+eq+%22${guid}%22+and+members+eq+%22${guid}%22&attributes=id`],
  ])('for %s, without User-Agent, Accept or Content-Type', async (_, path) => {
    const connector = await gatehouse.newConnector()
    const answer = await getBare(connector.scimUrl + path, bearer(connector))
    expect(answer).toMatchObject({ status: 200, type: 'application/scim+json' })
    expect(JSON.parse(answer.text)).toEqual(EMPTY)
  })

  it('to Basic with the user name and the same secret, and leaves its mark', async () => {
    const connector = await gatehouse.newConnector()
    const basic = Buffer.from(`${connector.id}:${connector.password}`).toString('base64')
    const answer = await getBare(`${connector.scimUrl}/Users?filter=userName+eq+%22${guid}%22`, {
      Authorization: `Basic ${basic}`,
    })
    const { json } = await gatehouse.manage('GET', connector.managementPath)
    expect(answer.status).toBe(200)
    expect(json.marks).toMatchObject({ testConnection: expect.any(String), lastRequest: expect.any(String) })
  })
})

describe('Test Connection with wrong credentials', () => {
  it.each([
    ['none', undefined, 'Bearer realm="scim", Basic realm="scim"'],
    [
      'no secret of ours',
      'Bearer something',
      'Bearer realm="scim", error="invalid_token", Basic realm="scim"',
    ],
    ['a doubled scheme', 'Bearer Bearer x', 'Bearer realm="scim", error="invalid_token", Basic realm="scim"'],
  ])('(%s) is 401 with both challenges and a SCIM error', async (_, authorization, challenge) => {
    const connector = await gatehouse.newConnector()
    const response = await fetch(`${connector.scimUrl}/Users`, {
      headers: authorization === undefined ? {} : { authorization },
    })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, challenge])
    expect(await response.json()).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '401',
      detail: expect.any(String),
    })
  })

  it('of a disabled connector is 403, but only with the right secret', async () => {
    const connector = await gatehouse.newConnector({ state: 'disabled' })
    const right = await connector.scim('GET', '/Users')
    const wrong = await connector.scim('GET', '/Users', undefined, { authorization: 'Bearer x' })
    expect([right.status, wrong.status]).toEqual([403, 401])
  })
})

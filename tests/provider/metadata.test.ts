import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PUBLIC_BASE_URL, send, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => void (gatehouse = await startGatehouse()))
afterAll(() => gatehouse.close())

const get = (path: string, method = 'GET') => send(gatehouse.url + path, { method })
const DOCUMENTS = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

describe('the metadata', () => {
  it.each(DOCUMENTS)(
    'at %s is public for an hour, and names the public URL whatever the request says',
    async (path) => {
      const { status, headers, json } = await get(path)

      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=3600'])
      expect(headers.get('content-type')).toBe('application/json')
      expect(json).toMatchObject({
        issuer: PUBLIC_BASE_URL,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        id_token_signing_alg_values_supported: ['RS256'],
        authorization_response_iss_parameter_supported: true,
        request_uri_parameter_supported: false,
      })
      const urls = Object.entries<string>(json).filter(([name]) => /_(?:endpoint|uri)$/.test(name))
      for (const [, url] of urls) expect(url).toMatch(/^https:\/\/gatehouse\.example\//)
    },
  )

  it('names addresses that are there', async () => {
    const { json } = await get('/.well-known/openid-configuration')
    const named = Object.entries<string>(json).filter(([name]) => /_(?:endpoint|uri)$/.test(name))

    expect(named.length).toBe(5)
    for (const [, url] of named) expect((await get(new URL(url).pathname)).status).not.toBe(404)
  })

  it('of the keys is public for five minutes, and has no private part', async () => {
    const { status, headers, json, text } = await get('/.well-known/jwks.json')

    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=300'])
    expect(json).toEqual({ keys: expect.any(Array) })
    expect(text).not.toMatch(/"(?:d|p|q)":/)
  })

  it.each([...DOCUMENTS, '/.well-known/jwks.json'])('at %s is only read', async (path) => {
    const head = await get(path, 'HEAD')

    expect([head.status, head.text]).toEqual([200, ''])
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await get(path, method)
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    }
  })
})

describe('userinfo', () => {
  it.each([
    ['no token', {}],
    ['a Basic', { authorization: 'Basic YTpi' }],
    ['an empty Bearer', { authorization: 'Bearer' }],
  ])('asks whoever comes with %s for a token, and says nothing of an error', async (_, headers) => {
    const answer = await send(`${gatehouse.url}/auth/userinfo`, { method: 'GET', headers })

    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="gatehouse"'])
  })

  it('tells whoever comes with a wrong token that it is wrong', async () => {
    const headers = { authorization: 'Bearer wrong' }
    const answer = await send(`${gatehouse.url}/auth/userinfo`, { method: 'GET', headers })

    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Bearer error="invalid_token", error_description="[^"]+"$/,
    )
  })

  it('takes no token from the query', async () => {
    expect((await get('/auth/userinfo?access_token=x')).headers.get('www-authenticate')).not.toContain(
      'error',
    )
  })

  it('refuses two tokens', async () => {
    const answer = await send(`${gatehouse.url}/auth/userinfo`, {
      method: 'POST',
      body: 'access_token=a',
      headers: { authorization: 'Bearer b', 'content-type': 'application/x-www-form-urlencoded' },
    })

    expect([answer.status, answer.json.error]).toEqual([400, 'invalid_request'])
  })

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('answers %s with 405', async (method) => {
    const answer = await get('/auth/userinfo', method)

    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST, HEAD'])
  })
})

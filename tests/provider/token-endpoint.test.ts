import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { send } from '../support/gatehouse.ts'
import { SECRET } from './fixtures.ts'
import { basic, credentials, post, startOp, type Op } from './op.ts'

let op: Op
beforeAll(async () => void (op = await startOp()))
afterAll(() => op.stack.close())

const urlOf = (path: string): string => op.stack.gatehouse.url + path

describe('the token endpoint', () => {
  it.each([
    ['client_secret_post', 'portal', credentials('portal'), {}],
    ['client_secret_basic', 'portal', {}, basic('portal', SECRET)],
    [
      'client_secret_basic with its id in the form too',
      'portal',
      { client_id: 'portal' },
      basic('portal', SECRET),
    ],
    ['its id alone, without a secret to have', 'page', { client_id: 'page' }, {}],
    ['its id alone, as an app', 'app', { client_id: 'app' }, {}],
  ])('takes a client by %s', async (_, client, fields, headers) => {
    const answer = await op.token({ ...(await op.signIn(client)), ...fields }, headers)

    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('pragma')).toBe('no-cache')
    expect(Object.keys(answer.json).toSorted()).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'refresh_token',
      'scope',
      'token_type',
    ])
  })

  it.each([
    ['no client', {}, {}],
    ['an unknown client', { client_id: 'nobody' }, {}],
    ['no secret', { client_id: 'portal' }, {}],
    ['a wrong secret', { client_id: 'portal', client_secret: 'wrong' }, {}],
    ['the hash of nothing', { client_id: 'nobody', client_secret: '' }, {}],
    ['a secret of a client that has none', { client_id: 'page', client_secret: SECRET }, {}],
    ['a wrong secret as Basic', {}, basic('portal', 'wrong')],
    ['an unknown client as Basic', {}, basic('nobody', SECRET)],
    ['two clients', { client_id: 'page' }, basic('portal', SECRET)],
    ['a Basic without a colon', {}, { authorization: `Basic ${Buffer.from('portal').toString('base64')}` }],
    ['a Basic of no base64', {}, { authorization: 'Basic %%%' }],
    [
      'a Basic with half a percent',
      {},
      { authorization: `Basic ${Buffer.from('portal:%E0%').toString('base64')}` },
    ],
    ['a Bearer', {}, { authorization: `Bearer ${SECRET}` }],
  ])('refuses %s with 401, and the code stays good', async (_, fields, headers: Record<string, string>) => {
    const form = await op.signIn('portal')
    const answer = await op.token({ ...form, ...fields }, headers)

    expect([answer.status, answer.json.error]).toEqual([401, 'invalid_client'])
    expect(answer.headers.has('www-authenticate')).toBe(headers['authorization'] !== undefined)
    expect((await op.token({ ...form, ...credentials('portal') })).status).toBe(200)
  })

  it.each([
    ['the secret in two ways', credentials('portal'), basic('portal', SECRET), 'invalid_request'],
    ['no grant type', { ...credentials('portal'), grant_type: '' }, {}, 'invalid_request'],
    ['a password', { ...credentials('portal'), grant_type: 'password' }, {}, 'unsupported_grant_type'],
    [
      'the implicit grant',
      { ...credentials('portal'), grant_type: 'client_credentials' },
      {},
      'unsupported_grant_type',
    ],
    ['a code that never was', { ...credentials('portal'), code: 'x' }, {}, 'invalid_grant'],
  ])('answers %s with 400', async (_, fields, headers, error) => {
    const answer = await op.token({ ...(await op.signIn('portal')), ...fields }, headers)

    expect([answer.status, answer.json.error]).toEqual([400, error])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it.each(['client_id=portal&client_id=portal', 'grant_type=a&x=1&x=2'])(
    'refuses a name that is there twice: %s',
    async (form) => {
      expect(await op.token(form)).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
    },
  )
})

describe.each(['/auth/token', '/auth/revoke'])('%s', (path) => {
  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('answers %s with 405', async (method) => {
    const answer = await send(urlOf(path), { method })

    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    expect(answer.headers.has('access-control-allow-origin')).toBe(false)
  })

  it.each([
    'application/json',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded; charset=utf-16',
  ])('takes no %s', async (type) => {
    const answer = await post(urlOf(path), 'client_id=page', { 'content-type': type })

    expect(answer).toMatchObject({ status: 415, json: { error: 'invalid_request' } })
  })

  it('reads no form that is larger than one can be', async () => {
    const fits = await post(urlOf(path), `client_id=${'x'.repeat(LIMITS.formBytes - 10)}`)
    const large = await post(urlOf(path), `client_id=${'x'.repeat(LIMITS.formBytes - 9)}`)

    expect([fits.status, large.status]).toEqual([401, 413])
  })

  it('takes no chunks, which the host would lose', async () => {
    expect(await chunked(urlOf(path), 'client_id=page&grant_type=authorization_code')).toBe(411)
  })

  it('survives whatever a form can hold', async () => {
    for (const form of ['', '&&&', '=', '%', '%00=%00', '__proto__=1', 'a&'.repeat(4_000), 'client_id=%FF'])
      expect((await post(urlOf(path), form)).status).toBeOneOf([400, 401])
  })
})

describe('log lines', () => {
  it('tell the client, the connector and the reason, and hold nothing that was sent or given', async () => {
    const form = await op.signIn('portal')
    const { json } = await op.token({ ...form, ...credentials('portal') })
    const before = op.stack.gatehouse.logLines.length
    await op.token({ ...form, ...credentials('portal') })
    await op.token({
      grant_type: 'refresh_token',
      refresh_token: json.refresh_token,
      ...credentials('portal'),
    })
    await op.get('/auth/userinfo', { authorization: `Bearer ${json.access_token}` })
    await post(urlOf('/auth/revoke'), { token: json.refresh_token }, basic('portal', SECRET))
    await op.token({ ...form, client_id: 'somebody@fjordworks.example' })
    const all = op.stack.gatehouse.logLines.join('\n')
    const lines = op.stack.gatehouse.logLines.slice(before).map((line) => JSON.parse(line))

    expect(lines[0]).toMatchObject({
      route: 'auth/token',
      status: 400,
      client: 'portal',
      connector: op.joined.id,
      reason: 'code-reused',
    })
    const secrets = [
      SECRET,
      form['code'],
      form['code_verifier'],
      json.access_token,
      json.id_token,
      json.refresh_token,
    ]
    for (const secret of [...secrets, '@', op.objectId]) expect(all).not.toContain(secret)
  })
})

function chunked(url: string, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' }
    const sent = httpRequest(url, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

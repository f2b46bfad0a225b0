import { createLocalJWKSet, jwtVerify, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PUBLIC_BASE_URL } from '../support/gatehouse.ts'
import { press } from '../sign-in/browser.ts'
import { CALLBACK, newVerifier, SECRET, type Form } from './fixtures.ts'
import { basic, credentials, post, startOp, type Op } from './op.ts'

/*
 * The cases of the OpenID Foundation's plan for providers of the basic profile (code flow), by the names that they have
 * there. All send a challenge, which we insist on; docs/conformance.md says what that means.
 */

let op: Op
beforeAll(async () => void (op = await startOp()))
afterAll(() => op.stack.close())

type Case = () => Promise<void>

async function verified(token: string | undefined): Promise<JWTPayload> {
  const jwks = (await op.get('/.well-known/jwks.json')).json
  const { payload } = await jwtVerify(token ?? '', createLocalJWKSet(jwks), {
    issuer: PUBLIC_BASE_URL,
    audience: 'portal',
    algorithms: ['RS256'],
  })
  return payload
}

async function userinfo({ access_token: token }: Form): Promise<Record<string, unknown>> {
  const answer = await op.get('/auth/userinfo', { authorization: `Bearer ${token}` })
  expect(answer.status).toBe(200)
  return answer.json
}

/** The request goes through, and its answer brings tokens of the person. */
const succeeds =
  (parameters: Form): Case =>
  async () => {
    expect(await verified((await op.tokens('portal', parameters))['id_token'])).toMatchObject({
      sub: op.user,
    })
  }

const tells =
  (scope: string, names: readonly string[]): Case =>
  async () => {
    const tokens = await op.tokens('portal', { scope })
    const told = await userinfo(tokens)

    expect(Object.keys(told)).toEqual(expect.arrayContaining([...names, 'sub']))
    expect(told['sub']).toBe((await verified(tokens['id_token'])).sub)
  }

const answers =
  (parameters: Form, error: string): Case =>
  async () => {
    expect(Object.fromEntries(await op.authorize({ state: 'theirs', ...parameters }))).toMatchObject({
      error,
      state: 'theirs',
      iss: PUBLIC_BASE_URL,
    })
  }

/** Two sign-ins in one browser; the second with these parameters, and whether somebody was asked again. */
async function twice(parameters: Form): Promise<{ asked: boolean; first: JWTPayload; second: JWTPayload }> {
  const browser = op.stack.browser()
  const run = async (more: Form): Promise<{ asked: boolean; payload: JWTPayload }> => {
    const { verifier, codeChallenge } = newVerifier()
    const start = new URL(`${PUBLIC_BASE_URL}/auth/authorize`)
    const all = {
      client_id: 'portal',
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid',
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
      connector: op.joined.id,
      ...more,
    }
    start.search = new URLSearchParams(all).toString()
    const page = await browser.open(start)
    const end = page.status === 0 ? page : await press(browser, page, 'account', op.objectId)
    const code = end.url.searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: CALLBACK }
    const { json } = await op.token({ ...form, ...credentials('portal') })
    return { asked: page.status !== 0, payload: await verified(json.id_token) }
  }
  const first = await run({})
  const second = await run(parameters)
  return { asked: second.asked, first: first.payload, second: second.payload }
}

const asksAgain =
  (parameters: Form, asked: boolean): Case =>
  async () => {
    const { first, second, ...seen } = await twice(parameters)

    expect(seen.asked).toBe(asked)
    expect(second).toMatchObject({ sub: first.sub, auth_time: expect.any(Number) })
    expect(Number(second['auth_time'])).toBeGreaterThanOrEqual(Number(first['auth_time']))
  }

const refusesReuse: Case = async () => {
  const form = { ...(await op.signIn('portal')), ...credentials('portal') }
  const { json } = await op.token(form)
  const again = await op.token(form)
  const refreshed = await op.token({
    grant_type: 'refresh_token',
    refresh_token: json.refresh_token,
    ...credentials('portal'),
  })

  expect([again.status, again.json.error]).toEqual([400, 'invalid_grant'])
  expect([refreshed.status, refreshed.json.error]).toEqual([400, 'invalid_grant'])
}

const CASES: readonly (readonly [string, Case])[] = [
  [
    'oidcc-server',
    async () => {
      const nonce = 'n-0S6_WzA2Mj'
      const answer = await op.token(await op.signIn('portal', { nonce }), basic('portal', SECRET))
      const { nonce: got, sub, iat, exp } = await verified(answer.json.id_token)

      expect([got, sub, Number(exp) - Number(iat)]).toEqual([nonce, op.user, 300])
      expect(answer.json).toMatchObject({ token_type: 'Bearer', expires_in: 300 })
    },
  ],
  ['oidcc-response-type-missing', answers({ response_type: '' }, 'invalid_request')],
  [
    'oidcc-idtoken-signature',
    async () => {
      const { id_token: token = '' } = await op.tokens('portal')
      const { keys } = (await op.get('/.well-known/jwks.json')).json
      const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())

      expect(header).toMatchObject({ alg: 'RS256', kid: keys[0].kid })
    },
  ],
  [
    'oidcc-userinfo-get',
    async () => {
      expect(await userinfo(await op.tokens('portal'))).toHaveProperty('sub', op.user)
    },
  ],
  [
    'oidcc-userinfo-post-header',
    async () => {
      const { access_token: token } = await op.tokens('portal')
      const url = `${op.stack.gatehouse.url}/auth/userinfo`

      expect((await post(url, '', { authorization: `Bearer ${token}` })).json.sub).toBe(op.user)
    },
  ],
  [
    'oidcc-userinfo-post-body',
    async () => {
      const { access_token: token = '' } = await op.tokens('portal')

      expect((await post(`${op.stack.gatehouse.url}/auth/userinfo`, { access_token: token })).json.sub).toBe(
        op.user,
      )
    },
  ],
  [
    'oidcc-ensure-request-without-nonce-succeeds-for-code-flow',
    async () => {
      const { id_token: token } = await op.tokens('portal', { nonce: '' })

      expect(await verified(token)).not.toHaveProperty('nonce')
    },
  ],
  [
    'oidcc-scope-profile',
    tells('openid profile', ['name', 'given_name', 'family_name', 'preferred_username']),
  ],
  ['oidcc-scope-email', tells('openid email', ['email', 'email_verified'])],
  ['oidcc-scope-address', tells('openid address', [])],
  ['oidcc-scope-phone', tells('openid phone', [])],
  ['oidcc-scope-all', tells('openid profile email address phone', ['name', 'email'])],
  ['oidcc-ensure-other-scope-order-succeeds', tells('email openid', ['email'])],
  ['oidcc-display-page', succeeds({ display: 'page' })],
  ['oidcc-display-popup', succeeds({ display: 'popup' })],
  ['oidcc-prompt-login', asksAgain({ prompt: 'login' }, true)],
  ['oidcc-prompt-none-not-logged-in', answers({ prompt: 'none' }, 'login_required')],
  ['oidcc-prompt-none-logged-in', asksAgain({ prompt: 'none' }, false)],
  ['oidcc-max-age-1', asksAgain({ max_age: '1' }, true)],
  ['oidcc-max-age-10000', asksAgain({ max_age: '10000' }, true)],
  ['oidcc-ensure-request-with-unknown-parameter-succeeds', succeeds({ extra: 'foobar' })],
  ['oidcc-id-token-hint', asksAgain({ prompt: 'none', id_token_hint: 'eyJhbGciOiJub25lIn0.e30.' }, false)],
  ['oidcc-login-hint', succeeds({ login_hint: 'somebody@fjordworks.example' })],
  ['oidcc-ui-locales', succeeds({ ui_locales: 'nb en' })],
  ['oidcc-claims-locales', succeeds({ claims_locales: 'nb en' })],
  ['oidcc-ensure-request-with-acr-values-succeeds', succeeds({ acr_values: '1 2' })],
  ['oidcc-codereuse', refusesReuse],
  ['oidcc-codereuse-30seconds', refusesReuse],
  [
    'oidcc-ensure-registered-redirect-uri',
    async () => {
      const url = new URL(
        `${PUBLIC_BASE_URL}/auth/authorize?client_id=portal&response_type=code&scope=openid`,
      )
      url.searchParams.set('redirect_uri', `${CALLBACK}/other`)
      const page = await op.stack.browser().open(url)

      expect([page.status, page.visited.length]).toEqual([400, 1])
    },
  ],
  [
    'oidcc-ensure-post-request-succeeds',
    async () => {
      const { codeChallenge } = newVerifier()
      const form = {
        client_id: 'portal',
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid',
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
        connector: op.joined.id,
      }
      const browser = op.stack.browser()
      const picker = await browser.open(`${PUBLIC_BASE_URL}/auth/authorize`, { form })
      const end = await press(browser, picker, 'account', op.objectId)

      expect(end.url.searchParams.get('code')).toMatch(/^[0-9a-z]{16}-1\./)
    },
  ],
  ['oidcc-server-client-secret-post', succeeds({})],
  [
    'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
    answers({ request_uri: 'https://portal.example/request.jwt' }, 'request_uri_not_supported'),
  ],
  [
    'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
    answers({ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'),
  ],
  ['oidcc-claims-essential', succeeds({ claims: '{"userinfo":{"name":{"essential":true}}}' })],
  [
    'oidcc-ensure-request-object-with-redirect-uri',
    answers({ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'),
  ],
  [
    'oidcc-refresh-token',
    async () => {
      const tokens = await op.tokens('portal', { nonce: 'first' })
      const form = { grant_type: 'refresh_token', refresh_token: tokens['refresh_token'] ?? '' }
      const { json } = await op.token({ ...form, ...credentials('portal') })
      const [before, after] = [await verified(tokens['id_token']), await verified(json.id_token)]

      expect(after).toMatchObject({
        iss: before.iss,
        sub: before.sub,
        aud: before.aud,
        auth_time: before['auth_time'],
      })
      expect(after).not.toHaveProperty('nonce')
      expect(await userinfo(json)).toHaveProperty('sub', op.user)
    },
  ],
  ['oidcc-ensure-request-with-valid-pkce-succeeds', succeeds({})],
]

describe('a provider of the basic profile', () => {
  it.each(CASES)('%s', async (_, run) => {
    await run()
    expect.hasAssertions()
  })
})

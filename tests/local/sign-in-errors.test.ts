import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  aadsts,
  APP,
  authorizationRequest,
  newBrowser,
  redeem,
  signIn,
  SPA,
  startScene,
  WEB,
  type Scene,
} from './sign-in-browser.ts'

const CROSS_ORIGIN = { origin: 'http://rp.example' }

interface Wrong {
  readonly redirectUri?: string
  readonly fields?: (scene: Scene) => Record<string, string | undefined>
  readonly headers?: (scene: Scene) => Record<string, string>
}

const basic = (name: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from([name, secret].map(encodeURIComponent).join(':')).toString('base64')}`,
})

describe('the token endpoint', () => {
  it.each<[string, string, Wrong]>([
    ['a wrong secret', '401 AADSTS7000215 invalid_client', { fields: () => ({ client_secret: 'wrong' }) }],
    [
      'the ID of the secret',
      '401 AADSTS7000215 invalid_client',
      { fields: ({ application }) => ({ client_secret: application.secrets[0]?.id }) },
    ],
    [
      'a wrong secret in the header',
      '401 AADSTS7000215 invalid_client',
      {
        fields: () => ({ client_secret: undefined, client_id: undefined }),
        headers: ({ application }) => basic(application.clientId, 'wrong'),
      },
    ],
    [
      'no secret, though PKCE is right, at a web redirect URI',
      '401 AADSTS7000218 invalid_client',
      { fields: () => ({ client_secret: undefined }) },
    ],
    [
      'a secret at a public redirect URI',
      '401 AADSTS700025 invalid_client',
      { redirectUri: APP, fields: () => ({ redirect_uri: APP }) },
    ],
    [
      'a single-page code that comes from a server',
      '400 AADSTS9002327 invalid_request',
      { redirectUri: SPA, fields: () => ({ redirect_uri: SPA, client_secret: undefined }) },
    ],
    [
      'a web code that comes from a page',
      '400 AADSTS9002326 invalid_request',
      { headers: () => CROSS_ORIGIN },
    ],
    [
      'an unknown client',
      '400 AADSTS700016 unauthorized_client',
      { fields: () => ({ client_id: randomUUID() }) },
    ],
    ['no client', '400 AADSTS900144 invalid_request', { fields: () => ({ client_id: undefined }) }],
    [
      'a wrong verifier',
      '400 AADSTS501481 invalid_grant',
      { fields: () => ({ code_verifier: 'x'.repeat(43) }) },
    ],
    ['no verifier', '400 AADSTS501481 invalid_grant', { fields: () => ({ code_verifier: undefined }) }],
    ['an unknown code', '400 AADSTS70000 invalid_grant', { fields: () => ({ code: 'nobody' }) }],
    ['no code', '400 AADSTS900144 invalid_request', { fields: () => ({ code: undefined }) }],
    [
      'another redirect URI of the application',
      '400 AADSTS500112 invalid_client',
      { fields: () => ({ redirect_uri: APP, client_secret: undefined }) },
    ],
    [
      'a redirect URI that is not registered',
      '400 AADSTS50011 invalid_request',
      { fields: () => ({ redirect_uri: `${WEB}/` }) },
    ],
    [
      'a grant type that it does not have',
      '400 AADSTS70003 unsupported_grant_type',
      { fields: () => ({ grant_type: 'password' }) },
    ],
  ])('refuses %s: %s', async (_, expected, { redirectUri = WEB, fields, headers }) => {
    const scene = await startScene()
    const end = await signIn(scene, scene.ada.objectId, { parameters: { redirect_uri: redirectUri } })

    const answer = await redeem(scene, end, fields?.(scene), headers?.(scene))

    const { error, error_codes, error_description, trace_id, correlation_id } = answer.body
    expect(`${answer.status} AADSTS${String(error_codes)} ${String(error)}`).toBe(expected)
    expect([aadsts(error_description)]).toEqual(error_codes)
    expect(error_description).toContain(trace_id)
    expect(error_description).toContain(correlation_id)
    expect(answer.body).not.toHaveProperty('id_token')
  })

  it('refuses an expired secret, and takes the other one of two', async () => {
    const scene = await startScene({
      secret: undefined,
      secrets: [
        { value: 'old-secret', expiresAt: '2020-01-01T00:00:00Z' },
        { value: 'new-secret', expiresAt: '2100-01-01T00:00:00Z' },
      ],
    })
    const end = await signIn(scene, scene.ada.objectId)

    expect((await redeem(scene, end, { client_secret: 'old-secret' })).body.error_codes).toEqual([7000222])
    expect((await redeem(scene, end, { client_secret: 'new-secret' })).status).toBe(200)
  })

  it('redeems a code once', async () => {
    const scene = await startScene()
    const end = await signIn(scene, scene.ada.objectId)
    const answers = [await redeem(scene, end), await redeem(scene, end), await redeem(scene, end)]

    expect(answers.map(({ body }) => body.error_codes)).toEqual([undefined, [54005], [54005]])
  })

  it('refuses the code of a person who was disabled meanwhile', async () => {
    const scene = await startScene()
    const end = await signIn(scene, scene.ada.objectId)
    await fetch(`${scene.tenant.origin}/control/people/${scene.ada.objectId}`, {
      method: 'PATCH',
      body: JSON.stringify({ accountEnabled: false }),
    })

    expect((await redeem(scene, end)).body).toMatchObject({ error: 'invalid_grant', error_codes: [50057] })
  })

  it('takes POST only', async () => {
    const { tenant } = await startScene()
    const response = await fetch(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/token`)

    expect(aadsts(await response.text())).toBe(900561)
  })
})

describe('the authorize endpoint', () => {
  it.each([
    ['an unknown client', 700016, { client_id: randomUUID() }],
    ['a redirect URI that is not registered', 50011, { redirect_uri: 'http://rp.example/other' }],
    ['a redirect URI in other letter case', 50011, { redirect_uri: WEB.replace('web', 'Web') }],
    ['no redirect URI', 900144, { redirect_uri: undefined }],
    ['no client', 900144, { client_id: undefined }],
  ])('shows %s on a page of its own: AADSTS%i', async (_, code, parameters) => {
    const scene = await startScene()
    const page = await newBrowser().open(authorizationRequest(scene, parameters).url)

    expect(page.url.hostname).not.toBe('rp.example')
    expect(page.status).toBe(400)
    expect(aadsts(page.html)).toBe(code)
  })

  it.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type', 70005],
    ['a silent sign-in without a session', { prompt: 'none' }, 'login_required', 50058],
  ])('tells the application of %s', async (_, parameters, error, code) => {
    const scene = await startScene()
    const { url, state } = authorizationRequest(scene, parameters)
    const page = await newBrowser().open(url)
    const answer = page.url.hash === '' ? page.url.searchParams : new URLSearchParams(page.url.hash.slice(1))

    expect(page.url.hostname).toBe('rp.example')
    expect(Object.fromEntries(answer)).toMatchObject({ error, state })
    expect(aadsts(answer.get('error_description'))).toBe(code)
    expect(answer.has('iss')).toBe(false)
  })

  it('writes what it was given into no page as markup', async () => {
    const scene = await startScene()
    const mark = '"><script>alert(1)</script>'
    const page = await newBrowser().open(authorizationRequest(scene, { redirect_uri: mark }).url)

    expect(page.html).not.toContain('<script>')
    expect(page.html).toContain('&#60;script&#62;')
  })
})

describe('another tenant', () => {
  it.each(['v2.0/.well-known/openid-configuration', 'discovery/v2.0/keys', 'oauth2/v2.0/token'])(
    'is not found, says %s in JSON',
    async (path) => {
      const { tenant } = await startScene()
      const response = await fetch(`${tenant.origin}/${randomUUID()}/${path}`)

      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: 'invalid_tenant', error_codes: [90002] })
    },
  )

  it('is not found, says the authorize endpoint on a page', async () => {
    const { tenant } = await startScene()
    const response = await fetch(`${tenant.origin}/common/oauth2/v2.0/authorize?client_id=x`)

    expect(response.headers.get('content-type')).toContain('text/html')
    expect(aadsts(await response.text())).toBe(90002)
  })

  it('is this one by the name of its domain, which gives the issuer by id', async () => {
    const { tenant, directory } = await startScene()
    const response = await fetch(`${tenant.origin}/${directory.domain}/v2.0/.well-known/openid-configuration`)

    expect(await response.json()).toMatchObject({ issuer: tenant.issuer })
  })
})

import { generateCodeVerifier, OAuth2Client } from '@badgateway/oauth2-client'
import { randomUUID } from 'node:crypto'
import { createRemoteJWKSet, customFetch as joseFetch, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PUBLIC_BASE_URL } from '../support/gatehouse.ts'
import { press } from '../sign-in/browser.ts'
import { APP_SCHEME, CALLBACK, SECRET } from './fixtures.ts'
import { startOp, type Op } from './op.ts'

/* Libraries that others wrote, each told nothing of us but the issuer. */

let op: Op
beforeAll(async () => void (op = await startOp()))
afterAll(() => op.stack.close())

const issuer = new URL(PUBLIC_BASE_URL)

/** The world beyond the libraries: our public name leads to where the product listens in this test. */
function fetchHere(url: string, options?: object): Promise<Response> {
  return fetch(url.replace(PUBLIC_BASE_URL, op.stack.gatehouse.url), { ...options, redirect: 'manual' })
}

/** What the person does: the address that the library gives, the account picker, and back. */
async function walk(url: URL): Promise<URL> {
  const browser = op.stack.browser()
  url.searchParams.set('connector', op.joined.id)
  const picker = await browser.open(url)
  return (await press(browser, picker, 'account', op.objectId)).url
}

function setActive(active: 'True' | 'False') {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp']
  const Operations = [{ op: 'Replace', path: 'active', value: active }]
  return op.joined.scim('PATCH', `/Users/${op.user}`, { schemas, Operations })
}

describe('openid-client', () => {
  it.each([
    ['a portal with a secret, by post', 'portal', CALLBACK, openid.ClientSecretPost(SECRET)],
    ['a portal with a secret, by Basic', 'portal', CALLBACK, openid.ClientSecretBasic(SECRET)],
    ['a portal without one', 'page', CALLBACK, openid.None()],
    ['an app', 'app', APP_SCHEME, openid.None()],
  ])('signs in, asks, refreshes and signs out as %s', async (_, client, redirect_uri, authentication) => {
    const options = { [openid.customFetch]: fetchHere }
    const config = await openid.discovery(issuer, client, undefined, authentication, options)
    openid.enableNonRepudiationChecks(config)
    const [verifier, state, nonce] = [
      openid.randomPKCECodeVerifier(),
      openid.randomState(),
      openid.randomNonce(),
    ]
    const answer = await walk(
      openid.buildAuthorizationUrl(config, {
        redirect_uri,
        scope: 'openid profile email',
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      }),
    )
    const tokens = await openid.authorizationCodeGrant(config, answer, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    })
    const person = await openid.fetchUserInfo(config, tokens.access_token, op.user)
    const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
    await openid.tokenRevocation(config, fresh.refresh_token ?? '')

    expect(config.serverMetadata().supportsPKCE()).toBe(true)
    expect(tokens.claims()).toMatchObject({ sub: op.user, role: 'User', connector: op.joined.id })
    expect(person).toMatchObject({ sub: op.user, role: 'User' })
    await expect(openid.refreshTokenGrant(config, fresh.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('hears at once that a person was deactivated: from userinfo and at the next refresh', async () => {
    const options = { [openid.customFetch]: fetchHere }
    const config = await openid.discovery(issuer, 'app', undefined, openid.None(), options)
    const { access_token: token = '', refresh_token: refresh = '' } = await op.tokens('app')

    await setActive('False')
    const ends = await Promise.allSettled([
      openid.fetchUserInfo(config, token, op.user),
      openid.refreshTokenGrant(config, refresh),
    ])
    await setActive('True')

    expect(ends).toMatchObject([
      { status: 'rejected', reason: { status: 401 } },
      { status: 'rejected', reason: { error: 'invalid_grant' } },
    ])
  })
})

describe('oauth4webapi', () => {
  it.each(['oidc', 'oauth2'] as const)(
    'signs in, asks and refreshes, found by the metadata of %s',
    async (algorithm) => {
      const http = { [oauth.customFetch]: fetchHere }
      const client: oauth.Client = { client_id: 'portal' }
      const authentication = oauth.ClientSecretBasic(SECRET)
      const as = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, { algorithm, ...http }),
      )
      const [verifier, state, nonce] = [
        oauth.generateRandomCodeVerifier(),
        oauth.generateRandomState(),
        oauth.generateRandomNonce(),
      ]
      const start = new URL(as.authorization_endpoint ?? '')
      start.search = new URLSearchParams({
        client_id: 'portal',
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid email',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      }).toString()
      const answer = oauth.validateAuthResponse(as, client, await walk(start), state)
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        authentication,
        answer,
        CALLBACK,
        verifier,
        http,
      )
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      })
      const asked = await oauth.userInfoRequest(as, client, tokens.access_token, http)
      const person = await oauth.processUserInfoResponse(as, client, op.user, asked)
      const again = await oauth.refreshTokenGrantRequest(
        as,
        client,
        authentication,
        tokens.refresh_token ?? '',
        http,
      )
      const fresh = await oauth.processRefreshTokenResponse(as, client, again)

      expect(person).toMatchObject({ sub: op.user, email_verified: false })
      expect(fresh.token_type).toBe('bearer')
      expect(fresh.refresh_token).not.toBe(tokens.refresh_token)
    },
  )

  it('takes an access token for what RFC 9068 says it is', async () => {
    const http = { [oauth.customFetch]: fetchHere }
    const discovery = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...http })
    const as = await oauth.processDiscoveryResponse(issuer, discovery)
    const { access_token: token } = await op.tokens('portal')
    const request = new Request('https://service.example', { headers: { authorization: `Bearer ${token}` } })

    expect(await oauth.validateJwtAccessToken(as, request, 'portal', http)).toMatchObject({
      sub: op.user,
      org: op.joined.organization,
      role: 'User',
    })
  })
})

describe('jose, as a service of the platform', () => {
  it('checks access tokens by the published keys, and never takes an ID token for one', async () => {
    const { jwks_uri: uri } = (await op.get('/.well-known/openid-configuration')).json
    const keys = createRemoteJWKSet(new URL(uri), { [joseFetch]: fetchHere })
    const options = { issuer: PUBLIC_BASE_URL, audience: 'portal', typ: 'at+jwt' }
    const tokens = await op.tokens('portal')
    const { payload } = await jwtVerify(tokens['access_token'] ?? '', keys, options)

    expect(payload).toMatchObject({ client_id: 'portal', connector: op.joined.id })
    await expect(jwtVerify(tokens['id_token'] ?? '', keys, options)).rejects.toThrow('"typ"')
  })
})

describe('@badgateway/oauth2-client', () => {
  it('signs in and refreshes', async () => {
    const client = new OAuth2Client({
      server: PUBLIC_BASE_URL,
      discoveryEndpoint: '/.well-known/oauth-authorization-server',
      clientId: 'app',
      fetch: fetchHere as typeof fetch,
    })
    const [codeVerifier, state] = [await generateCodeVerifier(), randomUUID()]
    const redirectUri = APP_SCHEME
    const start = await client.authorizationCode.getAuthorizeUri({
      redirectUri,
      state,
      codeVerifier,
      scope: ['openid'],
    })
    const answer = await walk(new URL(start))
    const token = await client.authorizationCode.getTokenFromCodeRedirect(answer, {
      redirectUri,
      state,
      codeVerifier,
    })
    const fresh = await client.refreshToken(token)

    expect(fresh.refreshToken).not.toBe(token.refreshToken)
    expect(fresh.expiresAt).toBeGreaterThan(Date.now())
  })
})

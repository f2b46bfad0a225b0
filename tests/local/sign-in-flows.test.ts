import * as client from 'openid-client'
import { describe, expect, it } from 'vitest'
import {
  APP,
  claimsOf,
  newBrowser,
  press,
  redeem,
  signIn,
  SPA,
  startScene,
  WEB,
  type Scene,
} from './sign-in-browser.ts'

type Authentication = [client.ClientAuth, string]

/** The whole flow by a library that knows nothing of this tenant, with every check that it has. */
async function throughLibrary(scene: Scene, [authentication, redirect_uri]: Authentication) {
  const { tenant, application, ada } = scene
  const config = await client.discovery(
    new URL(tenant.issuer),
    application.clientId,
    undefined,
    authentication,
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  )
  const [pkceCodeVerifier, expectedState, expectedNonce] = [
    client.randomPKCECodeVerifier(),
    client.randomState(),
    client.randomNonce(),
  ]
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'openid profile email',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const browser = newBrowser()
  const end = await press(browser, await browser.open(url), 'account', ada.objectId)
  return client.authorizationCodeGrant(config, end.url, { pkceCodeVerifier, expectedState, expectedNonce })
}

describe('an OpenID library', () => {
  it.each<[string, (secret: string) => Authentication]>([
    ['a web application, its secret in the body', (secret) => [client.ClientSecretPost(secret), WEB]],
    ['a web application, its secret in the header', (secret) => [client.ClientSecretBasic(secret), WEB]],
    ['a public client without a secret', () => [client.None(), APP]],
  ])('signs a person in to %s', async (_, authentication) => {
    const scene = await startScene()

    const tokens = await throughLibrary(scene, authentication(scene.secret))

    expect(tokens.claims()).toMatchObject({
      oid: scene.ada.objectId,
      tid: scene.tenant.tenantId,
      preferred_username: scene.ada.userPrincipalName,
      email: scene.ada.mail,
    })
  })

  it('finds that the tenant gives no refresh token', async () => {
    const scene = await startScene()

    expect(await throughLibrary(scene, [client.None(), APP])).not.toHaveProperty('refresh_token')
  })
})

describe('an ID token', () => {
  it('has the claims of version 2.0', async () => {
    const scene = await startScene()
    const end = await signIn(scene, scene.ada.objectId)
    const { status, body } = await redeem(scene, end)
    const claims = claimsOf(body.id_token)

    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'openid profile' })
    expect(claims).toEqual({
      aud: scene.application.clientId,
      iss: scene.tenant.issuer,
      iat: expect.any(Number),
      nbf: claims.iat,
      exp: expect.any(Number),
      nonce: end.nonce,
      sub: expect.stringMatching(/^[\w-]{43}$/),
      tid: scene.tenant.tenantId,
      uti: expect.any(String),
      ver: '2.0',
      oid: scene.ada.objectId,
      name: scene.ada.displayName,
      preferred_username: scene.ada.userPrincipalName,
      sid: expect.stringMatching(/^[\da-f-]{36}$/),
      login_hint: expect.any(String),
      acct: 0,
    })
    expect(end.url.searchParams.get('session_state')).toBe(claims.sid)
    expect([...end.url.searchParams.keys()].toSorted()).toEqual(['code', 'session_state', 'state'])
  })

  it.each([
    ['openid', ['oid', 'name', 'preferred_username', 'email'], []],
    ['openid profile', ['email'], ['oid', 'name', 'preferred_username']],
    ['openid email', ['oid'], ['email']],
    ['openid profile User.Read', ['email'], ['oid']],
  ])('has of scope "%s" what belongs to it', async (scope, absent, present) => {
    const scene = await startScene()
    const end = await signIn(scene, scene.ada.objectId, { parameters: { scope } })
    const claims = claimsOf((await redeem(scene, end)).body.id_token)

    expect(Object.keys(claims)).toEqual(expect.arrayContaining(present))
    for (const name of absent) expect(claims).not.toHaveProperty(name)
  })

  it('names a person differently to each application, and the same to one', async () => {
    const scene = await startScene()
    const { clientId } = scene.application
    const other = scene.tenant.register({ secret: scene.secret, redirectUris: { web: WEB } })
    const subjectAt = async (id: string): Promise<unknown> => {
      const end = await signIn(scene, scene.ada.objectId, { parameters: { client_id: id } })
      return claimsOf((await redeem(scene, end, { client_id: id })).body.id_token).sub
    }

    const [first, second, elsewhere] = [
      await subjectAt(clientId),
      await subjectAt(clientId),
      await subjectAt(other.clientId),
    ]

    expect(second).toBe(first)
    expect(elsewhere).not.toBe(first)
    expect(first).not.toContain(scene.ada.objectId)
  })

  it('carries the optional claims that the application asks for', async () => {
    const scene = await startScene({ optionalClaims: ['upn', 'email'] })
    const end = await signIn(scene, scene.ada.objectId)
    const claims = claimsOf((await redeem(scene, end)).body.id_token)

    expect(claims).toMatchObject({ upn: scene.ada.userPrincipalName, email: scene.ada.mail })
    expect(claims).not.toHaveProperty('sid')
  })

  it('says of a guest that it is one, with the object id of this tenant and the address at home', async () => {
    const scene = await startScene()
    const response = await fetch(`${scene.tenant.origin}/control/people?search=gita.guest`)
    const { people } = JSON.parse(await response.text())
    const end = await signIn(scene, people[0].objectId)

    expect(claimsOf((await redeem(scene, end)).body.id_token)).toMatchObject({
      oid: people[0].objectId,
      tid: scene.tenant.tenantId,
      preferred_username: 'gita.guest@fabrikam.example',
      acct: 1,
      idp: expect.not.stringContaining(scene.tenant.tenantId),
    })
  })
})

describe('a code', () => {
  it('can be redeemed at a single-page redirect URI by a cross-origin request', async () => {
    const scene = await startScene()
    const end = await signIn(scene, scene.ada.objectId, { parameters: { redirect_uri: SPA } })
    const fields = { redirect_uri: SPA, client_secret: undefined }

    expect((await redeem(scene, end, fields, { origin: 'http://rp.example' })).status).toBe(200)
  })

  it('can be sent in the fragment', async () => {
    const scene = await startScene()
    const { url, state } = await signIn(scene, scene.ada.objectId, {
      parameters: { response_mode: 'fragment' },
    })

    const answer = new URLSearchParams(url.hash.slice(1))
    expect(answer.get('state')).toBe(state)
    expect(answer.has('code')).toBe(true)
    expect(answer.has('iss')).toBe(false)
  })
})

describe('a refresh token', () => {
  it.each([
    ['a web application', WEB, true],
    ['a public client', APP, false],
  ])(
    'is given to %s for offline_access, and redeemed as the code was',
    async (_, redirect_uri, hasSecret) => {
      const scene = await startScene()
      const client_secret = hasSecret ? scene.secret : undefined
      const parameters = { redirect_uri, scope: 'openid profile offline_access' }
      const end = await signIn(scene, scene.ada.objectId, { parameters })
      const { body } = await redeem(scene, end, { redirect_uri, client_secret })
      expect(body.scope).toBe('openid profile offline_access')
      const again = {
        grant_type: 'refresh_token',
        refresh_token: String(body.refresh_token),
        client_secret,
        code: undefined,
        redirect_uri: undefined,
        code_verifier: undefined,
      }

      const renewed = await redeem(scene, end, again)

      expect(renewed.status).toBe(200)
      expect(claimsOf(renewed.body.id_token).oid).toBe(scene.ada.objectId)
    },
  )
})

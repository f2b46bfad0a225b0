import * as client from 'openid-client'
import { describe, expect, it } from 'vitest'
import { newBrowser } from '../local/sign-in-browser.ts'
import { answerOf, BASE_URL, inAWord, join, provision, signIn, type Joined } from './fixtures.ts'

/* The positive cases, by a library that knows nothing of us: what it takes, we take. */

const POSITIVE = [
  'a confidential client with its secret and PKCE',
  'a public client with PKCE alone',
  'a login hint',
  'no key id, and one key',
  'a key rotated just before signing',
  'a key rotated, the old one still published',
  'an expiry half a minute ago',
  'nbf and iat half a minute ahead',
  'an audience as a list of one',
] as const
type Positive = (typeof POSITIVE)[number]

async function prepare({ scene: { tenant } }: Joined, name: Positive): Promise<void> {
  if (name === 'a key rotated just before signing') await tenant.rotateKeys()
  if (name === 'a key rotated, the old one still published') await tenant.rotateKeys({ keepOld: true })
  if (name === 'no key id, and one key') tenant.setFaults({ keys: 'no-kid', idToken: 'no-kid' })
  if (name === 'an expiry half a minute ago') tenant.setFaults({ idToken: 'just-expired' })
  if (name === 'nbf and iat half a minute ahead') tenant.setFaults({ idToken: 'slightly-future' })
  if (name === 'an audience as a list of one') tenant.setFaults({ idToken: 'aud-list' })
}

/** Whom the library signs in, with every check that it has. */
async function byLibrary({ scene, connector }: Joined, name: Positive): Promise<unknown> {
  const { tenant, application, secret, ada } = scene
  const isPublic = name === 'a public client with PKCE alone'
  const config = await client.discovery(
    new URL(tenant.issuer),
    application.clientId,
    { [client.clockTolerance]: 60 },
    isPublic ? client.None() : client.ClientSecretPost(secret),
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  )
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  }
  const redirectUri = `${BASE_URL}/auth/${connector.id}/${isPublic ? 'app' : 'web'}/callback`
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...(name === 'a login hint' ? { login_hint: ada.userPrincipalName } : {}),
  })
  const query = await answerOf(newBrowser(), url.href, ada.objectId)
  const answer = new URL(`${redirectUri}?${query.toString()}`)
  return (await client.authorizationCodeGrant(config, answer, checks)).claims()?.['oid']
}

describe('openid-client and we both accept', () => {
  it.each(POSITIVE)('%s', async (name) => {
    const joined = await join()
    await provision(joined, joined.scene.ada)
    await prepare(joined, name)
    const platform = name === 'a public client with PKCE alone' ? 'app' : 'web'
    const trip = name === 'a login hint' ? { loginHint: joined.scene.ada.userPrincipalName } : {}

    expect(await byLibrary(joined, name)).toBe(joined.scene.ada.objectId)
    expect(inAWord(await signIn(joined, { platform, ...trip }))).toBe('signed-in')
  })
})

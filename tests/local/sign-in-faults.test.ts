import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { ID_TOKEN_FAULTS, type IdTokenFault } from '../../local/entra/sign-in/id-token-faults.ts'
import type { Faults } from '../../local/entra/sign-in/faults.ts'
import { aadsts, claimsOf, redeem, signIn, startScene, type Scene } from './sign-in-browser.ts'

const PATIENCE_MS = 300

async function keySet({ tenant }: Scene): Promise<{ keys: Record<string, unknown>[] }> {
  const response = await fetch(`${tenant.origin}/${tenant.tenantId}/discovery/v2.0/keys`)
  return JSON.parse(await response.text())
}

/** What a strict application thinks of the ID token: `accepted`, or the first thing that it minds. */
async function verdict(scene: Scene): Promise<string> {
  const end = await signIn(scene, scene.ada.objectId)
  const { body } = await redeem(scene, end)
  try {
    const { payload } = await jwtVerify(
      String(body.id_token),
      createLocalJWKSet((await keySet(scene)) as never),
      {
        algorithms: ['RS256'],
        issuer: scene.tenant.issuer,
        audience: scene.application.clientId,
        clockTolerance: 60,
        requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'oid', 'tid'],
      },
    )
    return payload.nonce === end.nonce ? mind(scene, payload) : 'nonce'
  } catch (error) {
    if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
      return error.claim
    return error instanceof errors.JOSEError ? error.code : String(error)
  }
}

function mind({ ada, tenant, application }: Scene, claims: Record<string, unknown>): string {
  const { tid, oid, azp, iat, aud } = claims
  const now = Date.now() / 1000
  if (tid !== tenant.tenantId) return 'tid'
  if (oid !== ada.objectId) return 'oid'
  if (azp !== undefined && azp !== application.clientId) return 'azp'
  if (Array.isArray(aud) && aud.length > 1) return 'aud'
  if (Number(iat) > now + 60 || Number(iat) < now - 600) return 'iat'
  return 'accepted'
}

const VERDICTS: Readonly<Record<IdTokenFault, string>> = {
  expired: 'exp',
  'just-expired': 'accepted',
  'exp-as-text': 'exp',
  'no-exp': 'exp',
  'future-nbf': 'nbf',
  'slightly-future': 'accepted',
  'future-iat': 'iat',
  'old-iat': 'iat',
  'no-iat': 'iat',
  'wrong-iss': 'iss',
  'no-iss': 'iss',
  'wrong-aud': 'aud',
  'no-aud': 'aud',
  'aud-list': 'accepted',
  'second-aud': 'aud',
  'wrong-azp': 'azp',
  'wrong-nonce': 'nonce',
  'no-nonce': 'nonce',
  'wrong-tid': 'tid',
  'no-tid': 'tid',
  'wrong-oid': 'oid',
  'no-oid': 'oid',
  'no-sub': 'sub',
  'wrong-at-hash': 'accepted',
  'wrong-c-hash': 'accepted',
  'alg-none': 'ERR_JOSE_ALG_NOT_ALLOWED',
  'hs256-public-key': 'ERR_JOSE_ALG_NOT_ALLOWED',
  'hs256-client-secret': 'ERR_JOSE_ALG_NOT_ALLOWED',
  es256: 'ERR_JOSE_ALG_NOT_ALLOWED',
  'wrong-signature': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'changed-payload': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'unknown-kid': 'ERR_JWKS_NO_MATCHING_KEY',
  'no-kid': 'accepted',
  'unknown-crit': 'ERR_JOSE_NOT_SUPPORTED',
  'jku-header': 'accepted',
  'jwk-header': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
}

describe('an ID token', () => {
  it('is accepted as it is', async () => {
    expect(await verdict(await startScene())).toBe('accepted')
  })

  it.each(ID_TOKEN_FAULTS.map((fault) => [fault, VERDICTS[fault]] as const))(
    'with the fault %s: %s',
    async (fault, expected) => {
      const scene = await startScene()
      scene.tenant.setFaults({ idToken: fault })

      expect(await verdict(scene)).toBe(expected)
    },
  )

  it('carries the hashes of something else where asked to, and an own key in its header', async () => {
    const scene = await startScene()
    const tokenWith = async (idToken: IdTokenFault): Promise<string> => {
      scene.tenant.setFaults({ idToken })
      return String((await redeem(scene, await signIn(scene, scene.ada.objectId))).body.id_token)
    }

    expect(claimsOf(await tokenWith('wrong-at-hash'))).toHaveProperty('at_hash')
    expect(claimsOf(await tokenWith('wrong-c-hash'))).toHaveProperty('c_hash')
    expect(decodeProtectedHeader(await tokenWith('jwk-header')).jwk).toHaveProperty('n')
    expect(decodeProtectedHeader(await tokenWith('jku-header'))).toHaveProperty('jku')
    expect(decodeProtectedHeader(await tokenWith('no-kid'))).not.toHaveProperty('kid')
  })

  it('can have any claim and header field set, or taken away', async () => {
    const scene = await startScene()
    scene.tenant.setFaults({ idToken: { claims: { oid: 7, name: null }, header: { typ: 'at+jwt' } } })
    const { id_token } = (await redeem(scene, await signIn(scene, scene.ada.objectId))).body

    expect(claimsOf(id_token)).toMatchObject({ oid: 7 })
    expect(claimsOf(id_token)).not.toHaveProperty('name')
    expect(decodeProtectedHeader(String(id_token)).typ).toBe('at+jwt')
  })
})

describe('the key document', () => {
  it.each<[NonNullable<Faults['keys']>, string]>([
    ['empty', 'ERR_JWKS_NO_MATCHING_KEY'],
    ['rotated-away', 'ERR_JWKS_NO_MATCHING_KEY'],
    ['duplicate-kid', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS'],
    ['no-kid', 'ERR_JWKS_NO_MATCHING_KEY'],
  ])('with the fault %s: %s', async (keys, expected) => {
    const scene = await startScene()
    scene.tenant.setFaults({ keys })

    expect(await verdict(scene)).toBe(expected)
  })

  it('can hold a key of 1024 bits, with which tokens are then signed', async () => {
    const scene = await startScene()
    scene.tenant.setFaults({ keys: 'rsa1024' })
    const [key] = (await keySet(scene)).keys
    const { id_token } = (await redeem(scene, await signIn(scene, scene.ada.objectId))).body

    expect(Buffer.from(String(key?.n), 'base64url')).toHaveLength(128)
    expect(decodeProtectedHeader(String(id_token)).kid).toBe(key?.kid)
  })
})

type Endpoint = 'discovery' | 'keys' | 'token'

async function ask({ tenant }: Scene, endpoint: Endpoint, signal?: AbortSignal): Promise<Response> {
  const base = `${tenant.origin}/${tenant.tenantId}`
  const init = { redirect: 'manual', signal: signal ?? null } as const
  if (endpoint === 'discovery') return fetch(`${base}/v2.0/.well-known/openid-configuration`, init)
  if (endpoint === 'keys') return fetch(`${base}/discovery/v2.0/keys`, init)
  return fetch(`${base}/oauth2/v2.0/token`, {
    ...init,
    method: 'POST',
    body: new URLSearchParams({ code: 'x' }),
  })
}

describe.each<Endpoint>(['discovery', 'keys', 'token'])('the endpoint of %s', (endpoint) => {
  it.each([
    ['error', 500],
    ['unavailable', 503],
    ['redirect', 303],
  ] as const)('with the fault %s answers %i', async (fault, status) => {
    const scene = await startScene()
    scene.tenant.setFaults({ [endpoint]: fault })

    expect((await ask(scene, endpoint)).status).toBe(status)
  })

  it('answers a page, too much, or not at all', async () => {
    const scene = await startScene()
    scene.tenant.setFaults({ [endpoint]: 'html' })
    expect((await ask(scene, endpoint)).headers.get('content-type')).toContain('text/html')
    scene.tenant.setFaults({ [endpoint]: 'too-large' })
    expect((await (await ask(scene, endpoint)).text()).length).toBeGreaterThan(2 ** 20)
    scene.tenant.setFaults({ [endpoint]: 'hang' })
    await expect(ask(scene, endpoint, AbortSignal.timeout(PATIENCE_MS))).rejects.toThrow('timeout')
  })
})

describe('the discovery document', () => {
  it.each<[NonNullable<Faults['discovery']>, string]>([
    ['wrong-issuer', 'issuer'],
    ['foreign-token-endpoint', 'token_endpoint'],
    ['foreign-keys', 'jwks_uri'],
    ['foreign-authorize', 'authorization_endpoint'],
    ['no-keys', 'jwks_uri'],
  ])('with the fault %s differs in %s alone', async (discovery, field) => {
    const scene = await startScene()
    const read = async (): Promise<Record<string, unknown>> =>
      JSON.parse(await (await ask(scene, 'discovery')).text())
    const sound = await read()
    scene.tenant.setFaults({ discovery })
    const broken = await read()

    expect(broken[field]).not.toBe(sound[field])
    expect({ ...broken, [field]: sound[field] }).toEqual(sound)
  })
})

describe('the token endpoint', () => {
  it.each([
    [7000222, 401, 'invalid_client'],
    [70008, 400, 'invalid_grant'],
    [65001, 400, 'invalid_grant'],
    [50076, 400, 'interaction_required'],
    [90033, 503, 'temporarily_unavailable'],
    [90006, 500, 'server_error'],
    [90023, 400, 'invalid_request'],
  ])('answers AADSTS%i where asked to: %i %s', async (token, status, error) => {
    const scene = await startScene()
    scene.tenant.setFaults({ token })

    const answer = await redeem(scene, await signIn(scene, scene.ada.objectId))

    expect(answer).toMatchObject({ status, body: { error, error_codes: [token] } })
  })

  it('can leave the ID token out', async () => {
    const scene = await startScene()
    scene.tenant.setFaults({ token: 'no-id-token' })
    const { status, body } = await redeem(scene, await signIn(scene, scene.ada.objectId))

    expect(status).toBe(200)
    expect(body).not.toHaveProperty('id_token')
  })
})

function counts(url: URL): Record<string, number> {
  const names = ['code', 'state', 'iss', 'error']
  return Object.fromEntries(names.map((name) => [name, url.searchParams.getAll(name).length]))
}

describe('the way back to the application', () => {
  const SOUND = { code: 1, state: 1, iss: 0, error: 0 }

  it.each<[Faults['callback'], Record<string, number>]>([
    [undefined, SOUND],
    ['no-state', { ...SOUND, state: 0 }],
    ['doubled-state', { ...SOUND, state: 2 }],
    ['doubled-code', { ...SOUND, code: 2 }],
    ['no-code', { ...SOUND, code: 0 }],
    ['access-denied', { ...SOUND, code: 0, error: 1 }],
    [53003, { ...SOUND, code: 0, error: 1 }],
    ['own-iss', { ...SOUND, iss: 1 }],
    ['foreign-iss', { ...SOUND, iss: 1 }],
  ])('with the fault %s', async (callback, expected) => {
    const scene = await startScene()
    if (callback !== undefined) scene.tenant.setFaults({ callback })
    const { url, state } = await signIn(scene, scene.ada.objectId)

    expect(counts(url)).toEqual(expected)
    expect([state, null]).toContain(url.searchParams.get('state'))
    expect(url.searchParams.get('iss') === scene.tenant.issuer).toBe(callback === 'own-iss')
  })

  it('can carry any error of Entra', async () => {
    const scene = await startScene()
    scene.tenant.setFaults({ callback: 53003 })
    const { url } = await signIn(scene, scene.ada.objectId)

    expect(url.searchParams.get('error')).toBe('interaction_required')
    expect(aadsts(url.searchParams.get('error_description'))).toBe(53003)
  })

  it('can carry the state or the code of somebody else', async () => {
    const scene = await startScene()
    scene.tenant.setFaults({ callback: 'wrong-state' })
    const mixed = await signIn(scene, scene.ada.objectId)
    expect(mixed.url.searchParams.get('state')).not.toBe(mixed.state)
    scene.tenant.setFaults({ callback: 'wrong-code' })
    const { body } = await redeem(scene, await signIn(scene, scene.ada.objectId))
    expect(body.error_codes).toEqual([70000])
  })
})

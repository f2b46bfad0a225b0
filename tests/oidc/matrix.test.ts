import { describe, expect, it } from 'vitest'
import { app, change, idToken, rotated, run, withWrongSecret, type Case } from './cases.ts'

const ACCEPTED: readonly (readonly [string, Case])[] = [
  ['a confidential client with its secret and PKCE', {}],
  ['a public client with PKCE alone', { trip: app }],
  ['a login hint', { trip: { loginHint: 'somebody@contoso.example' } }],
  ['no key id, and one key', { faults: { keys: 'no-kid', idToken: 'no-kid' } }],
  ['a key rotated just before signing', { before: rotated({}, true) }],
  ['a key rotated, the old one still published', { before: rotated({ keepOld: true }, true) }],
  ['an expiry half a minute ago', idToken('just-expired')],
  ['nbf and iat half a minute ahead', idToken('slightly-future')],
  ['an audience as a list of one', idToken('aud-list')],
]

const REFUSED: readonly (readonly [string, Case, reason: string])[] = [
  ['another nonce', idToken('wrong-nonce'), 'nonce-mismatch'],
  ['no nonce', idToken('no-nonce'), 'claim-missing'],
  ['another issuer', idToken('wrong-iss'), 'issuer-mismatch'],
  ['no issuer', idToken('no-iss'), 'claim-missing'],
  ['no subject', idToken('no-sub'), 'claim-missing'],
  ['no audience', idToken('no-aud'), 'claim-missing'],
  ['no iat', idToken('no-iat'), 'claim-missing'],
  ['no expiry', idToken('no-exp'), 'claim-missing'],
  ['another audience', idToken('wrong-aud'), 'audience-mismatch'],
  ['a second audience', idToken('second-aud'), 'audience-mismatch'],
  ['an expiry ten minutes ago', idToken('expired'), 'id-token-expired'],
  ['nbf ten minutes ahead', idToken('future-nbf'), 'id-token-not-yet-valid'],
  ['an expiry that is a text', idToken('exp-as-text'), 'id-token-malformed'],
  ['no signature: alg none', idToken('alg-none'), 'algorithm-refused'],
  ['HS256 with the client secret', idToken('hs256-client-secret'), 'algorithm-refused'],
  ['HS256 with the public key', idToken('hs256-public-key'), 'algorithm-refused'],
  ['ES256', idToken('es256'), 'algorithm-refused'],
  ['an unknown critical header', idToken('unknown-crit'), 'id-token-malformed'],
  ['no ID token', { faults: { token: 'no-id-token' } }, 'id-token-missing'],
  ['a token endpoint that answers 500', { faults: { token: 'error' } }, 'entra-unavailable'],
  ['a token endpoint that answers with a page', { faults: { token: 'html' } }, 'entra-unavailable'],
  ['a token endpoint that redirects', { faults: { token: 'redirect' } }, 'entra-unavailable'],
  ['an expired client secret', { faults: { token: 7000222 } }, 'secret-expired'],
  ['metadata of another issuer', { faults: { discovery: 'wrong-issuer' } }, 'metadata-invalid'],
  ['another state', { faults: { callback: 'wrong-state' } }, 'state-mismatch'],
  ['no state', { faults: { callback: 'no-state' } }, 'state-missing'],
  ['a code that is there twice', { faults: { callback: 'doubled-code' } }, 'parameter-repeated'],
  ['an answer of another issuer', { faults: { callback: 'foreign-iss' } }, 'foreign-issuer'],
  ['a person who declines', { faults: { callback: 'access-denied' } }, 'declined'],
  [
    'another verifier',
    { trip: { changeLogin: (login) => ({ ...login, verifier: 'another'.repeat(7) }) } },
    'code-refused',
  ],
  ['another client secret', { before: withWrongSecret }, 'secret-wrong'],
  ['a token for another party (azp)', idToken('wrong-azp'), 'audience-mismatch'],
  ['iat ten minutes ahead', idToken('future-iat'), 'id-token-not-yet-valid'],
  ['iat two days ago', idToken('old-iat'), 'id-token-too-old'],
  ['another tenant', idToken('wrong-tid'), 'tenant-mismatch'],
  ['no tenant', idToken('no-tid'), 'claim-missing'],
  ['no object id', idToken('no-oid'), 'claim-missing'],
  ['a foreign key of the same id', idToken('wrong-signature'), 'signature-invalid'],
  ['a changed payload', idToken('changed-payload'), 'signature-invalid'],
  ['an unknown key id', idToken('unknown-kid'), 'key-unknown'],
  ['a key that the token brings along', idToken('jwk-header'), 'algorithm-refused'],
  ['no key set', { faults: { keys: 'unavailable' } }, 'key-unavailable'],
  [
    'no key id, and several keys',
    { before: rotated({ keepOld: true }), faults: { keys: 'no-kid', idToken: 'no-kid' } },
    'signature-invalid',
  ],
  ['a foreign token endpoint', { faults: { discovery: 'foreign-token-endpoint' } }, 'metadata-invalid'],
]

describe('the relying party accepts', () => {
  it.each(ACCEPTED)('%s', async (_, given) => {
    expect(await run(given)).toMatchObject({ outcome: 'signed-in', isLinked: true })
  })
})

describe('the relying party refuses', () => {
  it.each(REFUSED)('%s', async (_, given, reason) => {
    expect(await run(given)).toMatchObject({ outcome: reason, isLinked: false })
  })

  it('the same answer twice', async () => {
    expect(await run({ isTwice: true })).toMatchObject({ outcome: 'code-refused', redemptions: 2 })
  })

  it('what its own list above does not repeat: 54 cases in all', () => {
    const names = [...ACCEPTED, ...REFUSED].map(([name]) => name)
    expect(new Set(names).size + 1).toBe(54)
  })
})

describe('beside the matrix, the relying party', () => {
  it.each<[string, Case, reason: string]>([
    ['an address of keys in the token', idToken('jku-header'), 'algorithm-refused'],
    ['a state that is there twice', { faults: { callback: 'doubled-state' } }, 'parameter-repeated'],
    ['no code', { faults: { callback: 'no-code' } }, 'code-missing'],
    ['an empty code', change((query) => query.set('code', '')), 'code-missing'],
    ['another code', { faults: { callback: 'wrong-code' } }, 'code-refused'],
    ['metadata without keys', { faults: { discovery: 'no-keys' } }, 'metadata-invalid'],
    ['a foreign key set', { faults: { discovery: 'foreign-keys' } }, 'metadata-invalid'],
    ['a foreign sign-in page', { faults: { discovery: 'foreign-authorize' } }, 'metadata-invalid'],
    ['metadata that redirects', { faults: { discovery: 'redirect' } }, 'entra-unavailable'],
    ['metadata larger than any', { faults: { discovery: 'too-large' } }, 'entra-unavailable'],
    ['an empty key set', { faults: { keys: 'empty' } }, 'key-unavailable'],
    ['a key set larger than any', { faults: { keys: 'too-large' } }, 'key-unavailable'],
    ['a key set that is a page', { faults: { keys: 'html' } }, 'key-unavailable'],
    ['two keys of one id', { faults: { keys: 'duplicate-kid' } }, 'signature-invalid'],
    ['a key of 1024 bits', { faults: { keys: 'rsa1024' } }, 'key-unavailable'],
    ['a token endpoint that answers 503', { faults: { token: 'unavailable' } }, 'entra-unavailable'],
    ['a token answer larger than any', { faults: { token: 'too-large' } }, 'entra-unavailable'],
    ['a login of another connector', loginWith({ connector: 'aaaaaaaaaaaaaaaa-1' }), 'connector-mismatch'],
    ['a login of the other platform', loginWith({ platform: 'app' }), 'platform-mismatch'],
    ['a login that is late', loginWith({ startedAt: ago(601) }), 'login-expired'],
    ['a login of the future', loginWith({ startedAt: ago(-120) }), 'login-expired'],
  ])('refuses %s', async (_, given, reason) => {
    expect(await run(given)).toMatchObject({ outcome: reason, isLinked: false })
  })

  it.each([
    ['metadata', { faults: { discovery: 'hang' } }, 'entra-unavailable'],
    ['a token endpoint', { faults: { token: 'hang' } }, 'entra-unavailable'],
    ['a key set', { faults: { keys: 'hang' } }, 'key-unavailable'],
  ] as const)('waits for %s no longer than it must', async (_, given, reason) => {
    expect(await run({ ...given, options: { party: { timeoutMs: 300 } } })).toMatchObject({ outcome: reason })
  })

  it.each<[string, Case]>([
    ['another state', { faults: { callback: 'wrong-state' } }],
    ['a code that is there twice', { faults: { callback: 'doubled-code' } }],
    ['another issuer', { faults: { callback: 'foreign-iss' } }],
    ['a login of another connector', loginWith({ connector: 'aaaaaaaaaaaaaaaa-1' })],
  ])('sends no code to anybody for an answer with %s', async (_, given) => {
    expect((await run(given)).redemptions).toBe(0)
  })

  it('takes an answer that names its issuer', async () => {
    expect((await run({ faults: { callback: 'own-iss' } })).outcome).toBe('signed-in')
  })
})

function loginWith(changes: Record<string, string>): Case {
  return { trip: { changeLogin: (login) => ({ ...login, ...changes }) } }
}

function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1_000).toISOString()
}

import { describe, expect, it } from 'vitest'
import { idToken, rotated, run, type Case } from './cases.ts'

/*
 * The relying-party cases of the OpenID Foundation's conformance suite that apply to the code flow, by the names that
 * they have there (docs/conformance.md lists the others with the reason).
 */

const BASIC: readonly (readonly [id: string, given: Case, outcome: string])[] = [
  ['oidcc-client-test', {}, 'signed-in'],
  ['oidcc-client-test-invalid-iss', idToken('wrong-iss'), 'issuer-mismatch'],
  ['oidcc-client-test-missing-sub', idToken('no-sub'), 'claim-missing'],
  ['oidcc-client-test-invalid-aud', idToken('wrong-aud'), 'audience-mismatch'],
  ['oidcc-client-test-missing-aud', idToken('no-aud'), 'claim-missing'],
  ['oidcc-client-test-missing-iat', idToken('no-iat'), 'claim-missing'],
  [
    'oidcc-client-test-kid-absent-single-jwks',
    { faults: { keys: 'no-kid', idToken: 'no-kid' } },
    'signed-in',
  ],
  [
    'oidcc-client-test-kid-absent-multiple-jwks',
    { before: rotated({ keepOld: true }), faults: idToken('no-kid').faults ?? {} },
    'signature-invalid',
  ],
  ['oidcc-client-test-idtoken-sig-rs256', {}, 'signed-in'],
  ['oidcc-client-test-idtoken-sig-none', idToken('alg-none'), 'algorithm-refused'],
  ['oidcc-client-test-invalid-sig-rs256', idToken('wrong-signature'), 'signature-invalid'],
  ['oidcc-client-test-invalid-sig-hs256', idToken('hs256-client-secret'), 'algorithm-refused'],
  ['oidcc-client-test-invalid-sig-es256', idToken('es256'), 'algorithm-refused'],
  ['oidcc-client-test-nonce-invalid', idToken('wrong-nonce'), 'nonce-mismatch'],
  ['oidcc-client-test-invalid-athash', idToken('wrong-at-hash'), 'hash-mismatch'],
  ['oidcc-client-test-missing-athash', {}, 'signed-in'],
  ['oidcc-client-test-invalid-chash', idToken('wrong-c-hash'), 'hash-mismatch'],
  ['oidcc-client-test-missing-chash', {}, 'signed-in'],
]

const CONFIGURATION: readonly (readonly [id: string, given: Case, outcome: string])[] = [
  ['oidcc-client-test-discovery-openid-config', {}, 'signed-in'],
  ['oidcc-client-test-discovery-jwks-uri-keys', {}, 'signed-in'],
  [
    'oidcc-client-test-discovery-issuer-mismatch',
    { faults: { discovery: 'wrong-issuer' } },
    'metadata-invalid',
  ],
  ['oidcc-client-test-signing-key-rotation-just-before-signing', { before: rotated({}, true) }, 'signed-in'],
  ['oidcc-client-test-signing-key-rotation', { before: rotated({ keepOld: true }, true) }, 'signed-in'],
]

const FAPI: readonly (readonly [id: string, given: Case, outcome: string])[] = [
  ['fapi2-security-profile-final-client-test-invalid-iss', idToken('wrong-iss'), 'issuer-mismatch'],
  ['fapi2-security-profile-final-client-test-invalid-missing-iss', idToken('no-iss'), 'claim-missing'],
  ['fapi2-security-profile-final-client-test-invalid-aud', idToken('wrong-aud'), 'audience-mismatch'],
  ['fapi2-security-profile-final-client-test-invalid-missing-aud', idToken('no-aud'), 'claim-missing'],
  [
    'fapi2-security-profile-final-client-test-invalid-secondary-aud',
    idToken('second-aud'),
    'audience-mismatch',
  ],
  ['fapi2-security-profile-final-client-test-invalid-null-alg', idToken('alg-none'), 'algorithm-refused'],
  ['fapi2-security-profile-final-client-test-invalid-alternate-alg', idToken('es256'), 'algorithm-refused'],
  ['fapi2-security-profile-final-client-test-invalid-expired-exp', idToken('expired'), 'id-token-expired'],
  ['fapi2-security-profile-final-client-test-invalid-missing-exp', idToken('no-exp'), 'claim-missing'],
  ['fapi2-security-profile-final-client-test-invalid-nonce', idToken('wrong-nonce'), 'nonce-mismatch'],
  ['fapi2-security-profile-final-client-test-invalid-missing-nonce', idToken('no-nonce'), 'claim-missing'],
  [
    'fapi2-security-profile-final-client-test-discovery-issuer-mismatch',
    { faults: { discovery: 'wrong-issuer' } },
    'metadata-invalid',
  ],
  [
    'fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-state-fails',
    { faults: { callback: 'wrong-state' } },
    'state-mismatch',
  ],
  [
    'fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-missing-state-fails',
    { faults: { callback: 'no-state' } },
    'state-missing',
  ],
  [
    'fapi2-security-profile-final-client-test-invalid-authorization-response-iss',
    { faults: { callback: 'foreign-iss' } },
    'foreign-issuer',
  ],
  ['fapi2-security-profile-final-client-test-remove-authorization-response-iss', {}, 'signed-in'],
  ['fapi2-security-profile-final-client-test-valid-aud-as-array', idToken('aud-list'), 'signed-in'],
  [
    'fapi1-advanced-final-client-test-iat-is-week-in-past',
    { faults: { idToken: { claims: { iat: Math.floor(Date.now() / 1_000) - 604_800 } } } },
    'id-token-too-old',
  ],
]

describe.each([
  ['the basic plan', BASIC],
  ['the configuration plan', CONFIGURATION],
  ['plans of FAPI', FAPI],
])('of %s', (_, rows) => {
  it.each(rows)('%s', async (_id, given, outcome) => {
    expect(await run(given)).toMatchObject({ outcome, isLinked: outcome === 'signed-in' })
  })
})

describe('of answers that differ in what does not matter', () => {
  it.each<[string, (body: Record<string, unknown>) => Record<string, unknown>]>([
    [
      'fapi2-security-profile-final-client-test-token-type-case-insensitivity',
      (body) => ({ ...body, token_type: 'bEaReR' }),
    ],
    [
      'fapi2-security-profile-final-client-test-token-endpoint-response-without-expires_in',
      (body) => ({ ...body, expires_in: undefined }),
    ],
  ])('%s', async (_, edit) => {
    expect(await run({ options: { party: { fetch: editing('/token', edit) } } })).toMatchObject({
      outcome: 'signed-in',
    })
  })

  it('oidcc-client-test-ignores-unparseable-key-in-jwks', async () => {
    const odd = [
      { kty: 'AKP', alg: 'ML-DSA-1234', kid: 'odd-1', pub: 'AAAA' },
      { kty: 'made-up', kid: 'odd-2' },
      'no key at all',
    ]
    const edit = (body: Record<string, unknown>) => ({ keys: [...odd, ...[body['keys']].flat()] })

    expect(await run({ options: { party: { fetch: editing('/keys', edit) } } })).toMatchObject({
      outcome: 'signed-in',
    })
  })
})

/** A network on which the answers of one endpoint are changed. */
function editing(
  path: string,
  edit: (body: Record<string, unknown>) => Record<string, unknown>,
): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (!response.url.endsWith(path)) return response
    return Response.json(edit(JSON.parse(await response.text())), { status: response.status })
  }
}

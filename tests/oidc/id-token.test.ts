import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { validateIdToken, type ExpectedToken } from '../../shared/oidc/id-token.ts'
import { createKeySource } from '../../shared/oidc/key-source.ts'

const tenantId = randomUUID()
const objectId = randomUUID()
const issuer = `https://login.microsoftonline.com/${tenantId}/v2.0`
const now = new Date('2026-03-01T12:00:00.000Z')
const seconds = now.getTime() / 1_000

const claims: JWTPayload = {
  iss: issuer,
  aud: 'client',
  sub: 'pairwise',
  oid: objectId,
  tid: tenantId,
  nonce: 'nonce',
  iat: seconds - 300,
  nbf: seconds - 300,
  exp: seconds + 3_600,
  preferred_username: 'ada@contoso.com',
}

let expected: ExpectedToken
let sign: (changes?: object, header?: object) => Promise<string>

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'key-1', use: 'sig' }]
  expected = {
    keys: createKeySource(
      async () => ({ status: 200, body: { keys } }),
      issuer,
      () => now,
    ),
    issuer,
    tenantId,
    clientId: 'client',
    nonce: 'nonce',
    code: 'code',
    accessToken: 'token',
    now,
  }
  sign = (changes, header) =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1', ...header })
      .sign(privateKey)
})

async function outcomeOf(token: string): Promise<string> {
  const outcome = await validateIdToken(token, expected)
  return 'kind' in outcome ? outcome.reason : 'valid'
}

describe('an ID token', () => {
  it('names a person', async () => {
    const token = await sign({ sid: 'session', login_hint: 'O.hint', auth_time: seconds - 600 })

    expect(await validateIdToken(token, expected)).toEqual({
      objectId,
      tenantId,
      userName: 'ada@contoso.com',
      isGuest: false,
      sid: 'session',
      loginHint: 'O.hint',
      authTime: seconds - 600,
    })
  })

  it('names the same person in capitals', async () => {
    const token = await sign({ oid: objectId.toUpperCase(), tid: tenantId.toUpperCase() })
    expect(await validateIdToken(token, expected)).toMatchObject({ objectId, tenantId })
  })

  it.each([
    ['acct 1', { acct: 1 }, true],
    ['acct "1"', { acct: '1' }, true],
    ['acct 0', { acct: 0 }, false],
    [
      'another tenant vouching',
      { idp: 'https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/' },
      true,
    ],
    ['a mail provider vouching', { idp: 'google.com' }, true],
    ['this tenant vouching', { idp: `https://sts.windows.net/${tenantId}/` }, false],
  ])('tells a guest: %s', async (_, changes, isGuest) => {
    expect(await validateIdToken(await sign(changes), expected)).toMatchObject({ isGuest })
  })

  it.each([
    ['exp 59 s ago', { exp: seconds - 59 }, 'valid'],
    ['exp 61 s ago', { exp: seconds - 61 }, 'id-token-expired'],
    ['nbf 60 s ahead', { nbf: seconds + 60 }, 'valid'],
    ['nbf 61 s ahead', { nbf: seconds + 61 }, 'id-token-not-yet-valid'],
    ['iat 60 s ahead', { iat: seconds + 60 }, 'valid'],
    ['iat 61 s ahead', { iat: seconds + 61 }, 'id-token-not-yet-valid'],
    ['iat 660 s ago', { iat: seconds - 660 }, 'valid'],
    ['iat 661 s ago', { iat: seconds - 661 }, 'id-token-too-old'],
    ['no nbf', { nbf: undefined }, 'valid'],
  ])('is judged to the second: %s', async (_, changes, outcome) => {
    expect(await outcomeOf(await sign(changes))).toBe(outcome)
  })

  it.each([
    ['a list of nonces', { nonce: ['nonce'] }, 'nonce-mismatch'],
    ['an issuer with a slash', { iss: `${issuer}/` }, 'issuer-mismatch'],
    ['the issuer of version 1', { iss: `https://sts.windows.net/${tenantId}/` }, 'issuer-mismatch'],
    ['a list of issuers', { iss: [issuer] }, 'issuer-mismatch'],
    ['the audience in capitals', { aud: 'CLIENT' }, 'audience-mismatch'],
    ['an empty list of audiences', { aud: [] }, 'audience-mismatch'],
    ['the same audience twice', { aud: ['client', 'client'] }, 'audience-mismatch'],
    ['an empty azp', { azp: '' }, 'audience-mismatch'],
    ['a list of tenants', { tid: [tenantId] }, 'tenant-mismatch'],
    ['an object id that is none', { oid: '../../other' }, 'claim-missing'],
    ['a list of object ids', { oid: [objectId] }, 'claim-missing'],
    ['an empty subject', { sub: '' }, 'claim-missing'],
    ['an endless subject', { sub: 'x'.repeat(1_001) }, 'claim-missing'],
    ['iat as a text', { iat: String(seconds) }, 'id-token-malformed'],
    ['nbf as a text', { nbf: String(seconds) }, 'id-token-malformed'],
    ['an at_hash of another token', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }, 'hash-mismatch'],
    ['a c_hash that is null', { c_hash: null }, 'hash-mismatch'],
  ])('is refused with %s', async (_, changes, outcome) => {
    expect(await outcomeOf(await sign(changes))).toBe(outcome)
  })

  it.each([
    ['a path', '../../../dev/null'],
    ['SQL', "' OR 1=1 --"],
    ['a name that every object has', '__proto__'],
    ['an address', 'https://attacker.example/key'],
    ['nothing in it', ''],
  ])('has no key whose id is %s', async (_, kid) => {
    expect(await outcomeOf(await sign({}, { kid }))).toBe('key-unknown')
  })

  it.each(['jku', 'jwk', 'x5u', 'x5c'])('must not bring a key of its own: %s', async (name) => {
    expect(await outcomeOf(await sign({}, { [name]: 'anything' }))).toBe('algorithm-refused')
  })

  it.each(['', '.', '..', 'a.b.c', 'e30.e30.', 'null', '\u0000', 'x'.repeat(100_000), '{}.{}.{}'])(
    'is not a text like %j',
    async (text) => {
      expect(await outcomeOf(text)).toBe('id-token-malformed')
    },
  )

  it('that is encrypted is none', async () => {
    const [, ...rest] = (await sign()).split('.')
    const header = Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')
    expect(await outcomeOf([header, '', ...rest, ''].join('.'))).toBe('id-token-malformed')
  })
})

describe('an ID token with anything in a claim', () => {
  const names = ['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'nonce', 'oid', 'tid', 'azp', 'acct', 'idp', 'sid']

  it('is valid or refused with a reason, and never of another tenant, person or client', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 }), async (name, value) => {
        const outcome = await validateIdToken(await sign({ [name]: value }), expected)
        expect(outcome).toMatchObject(
          'kind' in outcome ? { kind: 'refused', step: 'id-token' } : { tenantId, objectId },
        )
      }),
      { numRuns: 300 },
    )
  })
})

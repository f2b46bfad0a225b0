import { createHash, randomUUID } from 'node:crypto'
import type { JsonObject } from '../json.ts'
import { toCompact, type Jwt, type Signer } from './jwt.ts'
import { newEcKey, newRsaKey, type SigningKey } from './keys.ts'

/** What a fault has at hand. */
export interface Issue {
  readonly token: Jwt
  readonly key: SigningKey
  readonly clientSecret: string
  /** Seconds. */
  readonly now: number
}

type Forge = (issue: Issue) => Promise<string> | string

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const foreignHash = createHash('sha256').update('another one').digest().subarray(0, 16).toString('base64url')

const FORGES = {
  expired: claims((now) => ({ exp: now - 10 * MINUTE })),
  'just-expired': claims((now) => ({ exp: now - MINUTE / 2 })),
  'exp-as-text': claims((now) => ({ exp: String(now + HOUR) })),
  'no-exp': claims(() => ({ exp: null })),
  'future-nbf': claims((now) => ({ nbf: now + 10 * MINUTE })),
  'slightly-future': claims((now) => ({ nbf: now + MINUTE / 2, iat: now + MINUTE / 2 })),
  'future-iat': claims((now) => ({ iat: now + 10 * MINUTE })),
  'old-iat': claims((now) => ({ iat: now - 2 * DAY })),
  'no-iat': claims(() => ({ iat: null })),
  'wrong-iss': claims(() => ({ iss: `https://login.microsoftonline.com/${randomUUID()}/v2.0` })),
  'no-iss': claims(() => ({ iss: null })),
  'wrong-aud': claims(() => ({ aud: randomUUID() })),
  'no-aud': claims(() => ({ aud: null })),
  'aud-list': edited((payload) => ({ aud: [payload.aud] })),
  'second-aud': edited((payload) => ({ aud: [payload.aud, randomUUID()] })),
  'wrong-azp': claims(() => ({ azp: randomUUID() })),
  'wrong-nonce': claims(() => ({ nonce: randomUUID() })),
  'no-nonce': claims(() => ({ nonce: null })),
  'wrong-tid': claims(() => ({ tid: randomUUID() })),
  'no-tid': claims(() => ({ tid: null })),
  'wrong-oid': claims(() => ({ oid: randomUUID() })),
  'no-oid': claims(() => ({ oid: null })),
  'no-sub': claims(() => ({ sub: null })),
  'wrong-at-hash': claims(() => ({ at_hash: foreignHash })),
  'wrong-c-hash': claims(() => ({ c_hash: foreignHash })),
  'alg-none': ({ token }) => toCompact(token, { alg: 'none' }),
  'hs256-public-key': ({ token, key }) =>
    toCompact(token, { alg: 'HS256', key: key.publicKey.export({ type: 'spki', format: 'pem' }).toString() }),
  'hs256-client-secret': ({ token, clientSecret }) => toCompact(token, { alg: 'HS256', key: clientSecret }),
  es256: async ({ token }) => toCompact(token, { alg: 'ES256', key: (await newEcKey()).privateKey }),
  'wrong-signature': async ({ token }) => toCompact(token, rs256(await newRsaKey())),
  'changed-payload': (issue) => {
    const [head, , tail] = sign(issue).split('.')
    const [, body] = sign(merge(issue, { oid: randomUUID() })).split('.')
    return [head, body, tail].join('.')
  },
  'unknown-kid': headers(() => ({ kid: randomUUID() })),
  'no-kid': headers(() => ({ kid: null })),
  'unknown-crit': headers(() => ({ crit: ['ext'], ext: true })),
  'jku-header': headers(() => ({ jku: 'https://attacker.example/keys' })),
  'jwk-header': async ({ token }) => {
    const own = await newRsaKey()
    const header = { ...token.header, jwk: own.publicKey.export({ format: 'jwk' }) }
    return toCompact({ ...token, header }, rs256(own))
  },
} satisfies Record<string, Forge>

export type IdTokenFault = keyof typeof FORGES

/** The names of all faults that an ID token can have. */
export const ID_TOKEN_FAULTS: readonly IdTokenFault[] = Object.keys(FORGES).filter(isIdTokenFault)

/** An ID token with a fault: a named one, or claims and header fields to set (null takes one away). */
export async function forgeIdToken(
  issue: Issue,
  fault: IdTokenFault | { readonly claims?: JsonObject; readonly header?: JsonObject } | undefined,
): Promise<string> {
  if (fault === undefined) return sign(issue)
  return typeof fault === 'string' ? FORGES[fault](issue) : sign(merge(issue, fault.claims, fault.header))
}

function isIdTokenFault(name: string): name is IdTokenFault {
  return Object.hasOwn(FORGES, name)
}

function claims(change: (now: number) => JsonObject): Forge {
  return (issue) => sign(merge(issue, change(issue.now)))
}

function edited(change: (payload: JsonObject) => JsonObject): Forge {
  return (issue) => sign(merge(issue, change(issue.token.payload)))
}

function headers(change: () => JsonObject): Forge {
  return (issue) => sign(merge(issue, {}, change()))
}

function merge(issue: Issue, payload: JsonObject = {}, header: JsonObject = {}): Issue {
  const { token } = issue
  return {
    ...issue,
    token: {
      header: without({ ...token.header, ...header }),
      payload: without({ ...token.payload, ...payload }),
    },
  }
}

function without(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

function sign({ token, key }: Issue): string {
  return toCompact(token, rs256(key))
}

function rs256(key: SigningKey): Signer {
  return { alg: 'RS256', key: key.privateKey }
}

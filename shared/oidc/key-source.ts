import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JWK,
  type JWSHeaderParameters,
} from 'jose'
import { createBoundedMap } from '../connectors/bounded-map.ts'
import { fail } from '../kernel/failure.ts'
import { isRecord } from '../kernel/json.ts'
import { createCachedDocument } from './cached-document.ts'
import type { EntraFetch } from './entra-fetch.ts'

/**
 * Finds the key of a token's signature, as jose asks for it. Fails with `entra_unavailable` where it cannot be known
 * now, and with jose's own errors where there is no such key.
 */
export type KeySource = (header?: JWSHeaderParameters, token?: FlattenedJWSInput) => Promise<CryptoKey>

const REMEMBERED = 2_000
/** Entra has a handful. */
const KEYS = 100
/** Of a modulus of 2048 bits in base64url; shorter keys are none (NIST SP 800-131A). */
const MODULUS_LENGTH = 342

/** The keys of every tenant, by the address of its key set. */
export function createKeySources(ask: EntraFetch, now: () => Date): (jwksUri: string) => KeySource {
  const sources = createBoundedMap<KeySource>(REMEMBERED, true)
  return (jwksUri) => {
    const source = sources.get(jwksUri) ?? createKeySource(ask, jwksUri, now)
    sources.set(jwksUri, source)
    return source
  }
}

/**
 * The keys of one tenant, which outlive an outage of Entra's for a day. An unknown key id is worth one look a minute,
 * and none for half a minute after a failed one: forged tokens cannot make us ask more often.
 */
export function createKeySource(ask: EntraFetch, jwksUri: string, now: () => Date): KeySource {
  const document = createCachedDocument(() => loadKeys(ask, jwksUri), now)
  return async (header, token) => {
    try {
      return await (
        await document.read()
      )(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      return (await document.readNewer())(header, token)
    }
  }
}

async function loadKeys(ask: EntraFetch, jwksUri: string): Promise<KeySource> {
  const { status, body } = await ask(jwksUri)
  const list = body['keys']
  // An answer without keys would end every sign-in for an hour; the last one with keys is the better one.
  const keys = status === 200 && Array.isArray(list) ? list.slice(0, KEYS).filter(isUsable) : []
  return keys.length === 0
    ? fail({ code: 'entra_unavailable', retryAfterSeconds: 30 })
    : createLocalJWKSet({ keys })
}

/** Of all that a key set may hold, what RS256 takes; anything else is no key of ours, whatever a token says. */
function isUsable(key: unknown): key is JWK {
  if (!isRecord(key)) return false
  const { kty, n, e, use, alg } = key
  return (
    kty === 'RSA' &&
    typeof n === 'string' &&
    n.length >= MODULUS_LENGTH &&
    typeof e === 'string' &&
    (use === undefined || use === 'sig') &&
    (alg === undefined || alg === 'RS256')
  )
}

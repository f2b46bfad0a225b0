import { isGuid } from '../kernel/ids.ts'
import { createHash } from 'node:crypto'
import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose'
import { failureOf } from '../kernel/failure.ts'
import type { KeySource } from './key-source.ts'
import { refuse, type RefusalReason } from './refusal.ts'
import type { SignInRefusal } from './relying-party.ts'

/** What a valid ID token says of somebody. */
export interface EntraPerson {
  /** GUID, lower case: the person in that tenant, for ever. */
  readonly objectId: string
  readonly tenantId: string
  /** It may change or be somebody else's address, so that it finds a user only once and under conditions. */
  readonly userName: string | undefined
  readonly isGuest: boolean
  readonly sid: string | undefined
  readonly loginHint: string | undefined
  /** Seconds since 1970; absent where Entra does not say. */
  readonly authTime: number | undefined
}

export interface ExpectedToken {
  readonly keys: KeySource
  readonly issuer: string
  readonly tenantId: string
  readonly clientId: string
  readonly nonce: string
  readonly code: string
  readonly accessToken: string | undefined
  readonly now: Date
}

/** The only one that Entra signs ID tokens with; never taken from metadata or a token. */
const ALGORITHMS = ['RS256']
const SKEW_SECONDS = 60
/** Entra issues at redemption and dates back by five minutes. */
const MAX_AGE_SECONDS = 600
const REQUIRED = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'oid', 'tid']
/** Headers by which a token brings a key of its own. Entra sends none of them (RFC 8725 §3.10). */
const OWN_KEY = ['jku', 'jwk', 'x5u', 'x5c']
const TEXT_LENGTH = 1_000

/** Validates an ID token (OpenID Connect Core §3.1.3.7) and what Entra adds. */
export async function validateIdToken(
  token: string,
  expected: ExpectedToken,
): Promise<EntraPerson | SignInRefusal> {
  try {
    const header = decodeProtectedHeader(token)
    if (OWN_KEY.some((name) => name in header)) return refuse('algorithm-refused', 'id-token')
    const { payload } = await jwtVerify(token, expected.keys, {
      algorithms: ALGORITHMS,
      issuer: expected.issuer,
      audience: expected.clientId,
      clockTolerance: SKEW_SECONDS,
      requiredClaims: REQUIRED,
      currentDate: expected.now,
    })
    const reason = reasonAgainst(payload, expected)
    return reason === undefined ? toPerson(payload, expected.tenantId) : refuse(reason, 'id-token')
  } catch (error) {
    return refuse(reasonOf(error), 'id-token')
  }
}

function reasonAgainst(payload: JWTPayload, expected: ExpectedToken): RefusalReason | undefined {
  const { nonce, sub, tid, oid } = payload
  if (nonce !== expected.nonce) return 'nonce-mismatch'
  if (!isForUsAlone(payload, expected)) return 'audience-mismatch'
  if (!isText(tid) || tid.toLowerCase() !== expected.tenantId) return 'tenant-mismatch'
  if (!isText(sub) || !isText(oid) || !isGuid(oid)) return 'claim-missing'
  return reasonOfAge(payload, expected) ?? (isBoundTo(payload, expected) ? undefined : 'hash-mismatch')
}

function isForUsAlone({ aud, azp }: JWTPayload, { clientId }: ExpectedToken): boolean {
  const audiences = [aud].flat()
  return audiences.length === 1 && (azp === undefined || azp === clientId)
}

function reasonOfAge({ iat }: JWTPayload, { now }: ExpectedToken): RefusalReason | undefined {
  const age = Math.floor(now.getTime() / 1_000) - Number(iat)
  if (age < -SKEW_SECONDS) return 'id-token-not-yet-valid'
  return age > MAX_AGE_SECONDS + SKEW_SECONDS ? 'id-token-too-old' : undefined
}

/** Entra does not send these hashes with codes; where they are there, they must be right (Core §3.1.3.8, §3.3.2.11). */
function isBoundTo({ at_hash: ofToken, c_hash: ofCode }: JWTPayload, expected: ExpectedToken): boolean {
  return (
    (ofToken === undefined || ofToken === halfHash(expected.accessToken ?? '')) &&
    (ofCode === undefined || ofCode === halfHash(expected.code))
  )
}

function halfHash(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')
}

function toPerson(payload: JWTPayload, tenantId: string): EntraPerson {
  const { oid, preferred_username: userName, acct, idp, sid, login_hint: hint, auth_time: time } = payload
  return {
    objectId: String(oid).toLowerCase(),
    tenantId,
    userName: isText(userName) ? userName : undefined,
    // `acct` is optional; a guest's token also names who vouches for the guest.
    isGuest: acct === 1 || acct === '1' || (isText(idp) && !idp.toLowerCase().includes(tenantId)),
    sid: isText(sid) ? sid : undefined,
    loginHint: isText(hint) ? hint : undefined,
    authTime: typeof time === 'number' && Number.isSafeInteger(time) ? time : undefined,
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= TEXT_LENGTH
}

/** A fault of the token's or an outage of the keys'; anything else is a fault of ours. */
function reasonOf(error: unknown): RefusalReason {
  if (failureOf(error)?.code === 'entra_unavailable') return 'key-unavailable'
  if (error instanceof errors.JWTExpired) return 'id-token-expired'
  if (error instanceof errors.JWTClaimValidationFailed) return reasonOfClaim(error)
  if (error instanceof errors.JWKSNoMatchingKey) return 'key-unknown'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature-invalid'
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'signature-invalid'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm-refused'
  if (error instanceof errors.JOSEError) return 'id-token-malformed'
  // How decodeProtectedHeader refuses what is no token at all.
  if (error instanceof TypeError && error.message === 'Invalid Token or Protected Header formatting')
    return 'id-token-malformed'
  throw error
}

function reasonOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): RefusalReason {
  if (reason === 'missing') return 'claim-missing'
  if (claim === 'iss') return 'issuer-mismatch'
  if (claim === 'aud') return 'audience-mismatch'
  return claim === 'nbf' && reason === 'check_failed' ? 'id-token-not-yet-valid' : 'id-token-malformed'
}

import type { ConnectorId } from '../kernel/ids.ts'
import { hashSecret, isWellFormedSecret, sameHash } from '../kernel/secrets.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { ScimSecret } from '../storage/config-connector-row.ts'

/** What an Authorization header offers: the hash of a secret that could be ours, or why there is nothing to look up. */
export type Credentials =
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'secret'; readonly hash: string }

/** Longer ones are not read: ours have at most 59 + 21 characters and their base64. */
const HEADER_LENGTH = 1_000
const NO_HASH = '0'.repeat(64)

/**
 * Reads `Bearer {secret}` or `Basic base64({connector}:{secret})`; scheme names have no case (RFC 9110 §11.1). What cannot
 * be a secret of ours is told by its checksum, without storage.
 */
export function parseAuthorization(connector: string, header: string | null): Credentials {
  if (header === null || header.trim() === '') return { kind: 'missing' }
  if (header.length > HEADER_LENGTH) return { kind: 'wrong' }
  const [, scheme = '', value = ''] = /^\s*(\S+)\s+(\S+)\s*$/.exec(header) ?? []
  const secret = secretOf(connector, scheme.toLowerCase(), value)
  if (secret === undefined || !isWellFormedSecret('scim', secret)) return { kind: 'wrong' }
  return { kind: 'secret', hash: hashSecret(secret) }
}

/**
 * The secret that has this hash. All are compared, and always as many, so the time tells neither which one was right nor
 * whether the connector exists.
 */
export function matchSecret(secrets: readonly ScimSecret[], hash: string): ScimSecret | undefined {
  let matching: ScimSecret | undefined
  for (let i = 0; i < Math.max(secrets.length, LIMITS.scimSecrets); i++) {
    const candidate = secrets[i]
    if (sameHash(candidate?.hash ?? NO_HASH, hash)) matching = candidate
  }
  return matching
}

/** The user name that an administrator copies into Entra beside the password. */
export const scimUserName = (connector: ConnectorId): string => connector

function secretOf(connector: string, scheme: string, value: string): string | undefined {
  if (scheme === 'bearer') return value
  if (scheme !== 'basic') return undefined
  // RFC 7617 §2: the first colon ends the user name.
  const pair = Buffer.from(value, 'base64').toString('utf8')
  return pair.startsWith(`${connector}:`) ? pair.slice(connector.length + 1) : undefined
}

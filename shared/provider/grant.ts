import { fail } from '../kernel/failure.ts'
import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'

/** What a person's sign-in gave a client of the platform: what its code, and then its refresh tokens, stand for. */
export interface Grant {
  readonly clientId: string
  readonly user: ResourceId
  /** Names that were asked for and are known, separated by spaces. */
  readonly scope: string
  /** Hash of Entra's `sid`: whoever has the real one can end the session there. */
  readonly sid: string | undefined
  /** When the person last proved who they are; seconds since 1970. */
  readonly authTime: number
  /** When the sign-in was completed; ms since 1970. What is ended later ends this grant. */
  readonly began: number
}

/** The same before its code is redeemed, which takes the same client, the same address and the verifier. */
export interface CodeBinding {
  readonly redirectUri: string
  readonly nonce: string | undefined
  readonly codeChallenge: string
}

export function grantText(grant: Grant & Partial<CodeBinding>): string {
  return JSON.stringify(grant)
}

/** What `grantText` wrote; a row that is not as we write it is a store that cannot be trusted now. */
export function readGrant(text: string): Grant {
  return toGrant(parse(text))
}

export function readCodeGrant(text: string): Grant & CodeBinding {
  const parsed = parse(text)
  const { redirectUri, nonce, codeChallenge } = parsed
  return {
    ...toGrant(parsed),
    redirectUri: String(redirectUri),
    nonce: typeof nonce === 'string' ? nonce : undefined,
    codeChallenge: String(codeChallenge),
  }
}

function toGrant(parsed: JsonObject): Grant {
  const { clientId, scope, sid, authTime, began } = parsed
  return {
    clientId: String(clientId),
    user: parseResourceId(parsed['user']) ?? damaged(),
    scope: String(scope),
    sid: typeof sid === 'string' ? sid : undefined,
    authTime: Number(authTime),
    began: Number(began),
  }
}

function parse(text: string): JsonObject {
  const parsed: unknown = JSON.parse(text)
  return isRecord(parsed) ? parsed : damaged()
}

function damaged(): never {
  return fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
}

import { parseConnectorId, type ConnectorId, type ResourceId } from '../kernel/ids.ts'
import { hashSecret, randomToken } from '../kernel/secrets.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { NewCode } from '../storage/one-time-codes.ts'
import { grantText } from './grant.ts'

/** What a completed sign-in is to the client that asked for it. */
export interface CodeGrant {
  readonly clientId: string
  readonly redirectUri: string
  readonly nonce: string | undefined
  /** S256 (RFC 7636). */
  readonly codeChallenge: string
  readonly scope: string
  readonly user: ResourceId
  /** Entra's, as it came; only a hash of it is kept. */
  readonly sid: string | undefined
  /** Seconds since 1970. */
  readonly authTime: number
}

const CODE_MS = 60_000
const WELL_FORMED = /^([0-9a-z-]+)\.[0-9A-Za-z]{43}$/

/** A code for the client, and what of it is written in the transaction of the sign-in. It is good once, for a minute. */
export function newCode(tenant: Tenant, grant: CodeGrant, at: Date): { code: string; stored: NewCode } {
  const code = `${tenant.connector}.${randomToken()}`
  const { clientId, redirectUri, nonce, codeChallenge, scope, user, authTime } = grant
  const sid = grant.sid === undefined ? undefined : hashSecret(grant.sid)
  const bound = {
    clientId,
    user,
    scope,
    sid,
    authTime,
    began: at.getTime(),
    redirectUri,
    nonce,
    codeChallenge,
  }
  return {
    code,
    stored: { code, grant: grantText(bound), expires: new Date(at.getTime() + CODE_MS) },
  }
}

/** In whose directory the code would be; `undefined` for what we cannot have made. */
export function connectorOfCode(code: string): ConnectorId | undefined {
  return parseConnectorId(WELL_FORMED.exec(code)?.[1])
}

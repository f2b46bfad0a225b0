import {
  parseConnectorId,
  parseResourceId,
  randomText,
  type ConnectorId,
  type ResourceId,
} from '../kernel/ids.ts'
import { hashSecret, randomToken } from '../kernel/secrets.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { NewFamily } from '../storage/refresh-families.ts'
import { grantText, type Grant } from './grant.ts'

/** What a refresh token says of itself; whether it is good only its family's row knows. */
export interface RefreshToken {
  readonly text: string
  readonly connector: ConnectorId
  readonly user: ResourceId
  readonly family: string
}

const WELL_FORMED = /^([0-9a-z-]+)\.([0-9a-f-]+)\.([0-9a-z]{24})\.[0-9A-Za-z]{43}$/

/** The first refresh token of a sign-in, and the row of the family that it begins. */
export function newFamily(
  tenant: Tenant,
  grant: Grant,
): { readonly token: string; readonly family: NewFamily } {
  const id = randomText(24)
  const token = nextToken({ connector: tenant.connector, user: grant.user, family: id })
  const { clientId, user, scope, sid, authTime, began } = grant
  return {
    token,
    family: {
      id,
      user,
      hash: hashSecret(token),
      grant: grantText({ clientId, user, scope, sid, authTime, began }),
      // However often it is used: then the person signs in again.
      expires: new Date(began + LIMITS.grantMs),
    },
  }
}

/** A new token of the same family. */
export function nextToken({ connector, user, family }: Omit<RefreshToken, 'text'>): string {
  return `${connector}.${user}.${family}.${randomToken()}`
}

/** `undefined` for what we cannot have made. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, first, second, family] = WELL_FORMED.exec(text) ?? []
  const [connector, user] = [parseConnectorId(first), parseResourceId(second)]
  if (connector === undefined || user === undefined || family === undefined) return undefined
  return { text, connector, user, family }
}

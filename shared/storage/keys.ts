import { createHash } from 'node:crypto'
import type { ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { fold } from '../kernel/text.ts'

/*
 * Every row key of table `directory`, whose partition is the connector. Keys hold [0-9a-z.-] only; what a client chose
 * is hashed into them with the connector as salt, so a key neither needs escaping nor tells anything. The search rows
 * are the one exception: they hold the first letters of a name (docs/storage.md).
 */

export type ResourceKind = 'User' | 'Group'

/** The end of the range that begins with a prefix: `~` sorts behind everything that our keys use. */
export function prefixEnd(prefix: string): string {
  return `${prefix}~`
}

function hashed(tenant: Tenant, kind: string, value: string): string {
  return createHash('sha256').update(`${tenant.connector}\0${kind}\0${value}`).digest('hex').slice(0, 32)
}

export const userKey = (id: ResourceId): string => `u.${id}`
export const groupKey = (id: ResourceId): string => `g.${id}`
export const userNameKey = (tenant: Tenant, userName: string): string =>
  `n.${hashed(tenant, 'n', fold(userName))}`
export const loginEmailKey = (tenant: Tenant, email: string): string =>
  `w.${hashed(tenant, 'w', fold(email))}`
/** Who in Entra a user is. */
export const linkKey = (
  tenant: Tenant,
  { tenantId, objectId }: { tenantId: string; objectId: string },
): string => `o.${hashed(tenant, 'o', `${tenantId}.${objectId}`)}`
/** A login that was completed: its callback is refused a second time. */
export const loginKey = (tenant: Tenant, loginId: string): string => `l.${hashed(tenant, 'l', loginId)}`
/** Entra's `sid` of a browser session. */
export const sessionKey = (tenant: Tenant, sid: string): string => `i.${hashed(tenant, 'i', sid)}`
export const codeKey = (tenant: Tenant, code: string): string => `k.${hashed(tenant, 'k', code)}`
export const familyPrefix = (user: ResourceId): string => `f.${user}.`
export const familyKey = (user: ResourceId, family: string): string => familyPrefix(user) + family
/** `externalId` is case-exact (RFC 7643 §3.1), so it is not folded. */
export const userExternalIdPrefix = (tenant: Tenant, externalId: string): string =>
  `x.${hashed(tenant, 'x', externalId)}.`
export const emailPrefix = (tenant: Tenant, email: string): string => `e.${hashed(tenant, 'e', fold(email))}.`
export const groupExternalIdKey = (tenant: Tenant, externalId: string): string =>
  `y.${hashed(tenant, 'y', externalId)}`
/** The row that decides who may use a display name; the holders' rows follow it as `{guard}.{group}`. */
export const groupNameGuardKey = (tenant: Tenant, displayName: string): string =>
  `d.${hashed(tenant, 'd', fold(displayName))}`
export const memberPrefix = (group: ResourceId): string => `m.${group}.`
export const memberKey = (group: ResourceId, member: ResourceId): string => `m.${group}.${member}`
export const membershipPrefix = (member: ResourceId): string => `r.${member}.`
export const membershipKey = (member: ResourceId, group: ResourceId): string => `r.${member}.${group}`
export const tombstoneKey = (user: ResourceId): string => `t.${user}`
export const SWEEP_PREFIX = 'z.g.'
export const sweepKey = (group: ResourceId): string => SWEEP_PREFIX + group

const SEARCH_BYTES = 12

/** Serves "begins with": the hex of the first bytes keeps the order of the folded text. */
export function searchPrefix(text: string): string {
  return `s.${Buffer.from(fold(text)).subarray(0, SEARCH_BYTES).toString('hex')}`
}

export const searchKey = (text: string, id: ResourceId): string => `${searchPrefix(text)}.${id}`

export const resourcePrefix = (kind: ResourceKind): string => (kind === 'User' ? 'u.' : 'g.')
export const totalsKey = (kind: ResourceKind): string => (kind === 'User' ? 'c.u' : 'c.g')

const LAST_MS = 9_999_999_999_999

/** Sorts newest first: 13 digits that fall as time rises. */
export function reversedTime(at: Date): string {
  return String(LAST_MS - at.getTime()).padStart(13, '0')
}

export const timeOfReversed = (text: string): Date => new Date(LAST_MS - Number(text))

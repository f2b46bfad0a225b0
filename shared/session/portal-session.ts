import { randomBytes } from 'node:crypto'
import { parseConnectorId, parseResourceId, type ConnectorId, type ResourceId } from '../kernel/ids.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'
import { hashSecret } from '../kernel/secrets.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { StoredUser } from '../storage/users.ts'
import type { CookieChange } from './cookies.ts'

/** A person's session in our own pages. It is kept in the browser, sealed; the user row says whether it still holds. */
export interface PortalSession {
  readonly connector: ConnectorId
  readonly user: ResourceId
  /** Entra's session in the same browser. */
  readonly sid: string | undefined
  /** Our own name for this one: signing out ends it wherever the cookie has been copied to. */
  readonly id: string
  /** What a form of ours carries. */
  readonly csrf: string
  /** ISO. */
  readonly startedAt: string
  /** ISO; at most five minutes behind. */
  readonly seenAt: string
}

/** Why a session does not hold any more. */
export type SessionEnd = 'session-expired' | 'session-ended' | 'deactivated' | 'role-required'

const NAME = 'session'
const PURPOSE = 'cookie:session'
const IDLE_MS = 3_600_000
/** The longest life of a session, however busy. */
export const SESSION_MS = 43_200_000
const RENEWED_MS = 300_000

/** A session that begins now: at every sign-in another one, so that nobody can have prepared it. */
export function newSession(
  person: { readonly connector: ConnectorId; readonly user: ResourceId; readonly sid: string | undefined },
  at: Date,
): PortalSession {
  const time = at.toISOString()
  return { ...person, id: randomToken(), csrf: randomToken(), startedAt: time, seenAt: time }
}

/** The session as a cookie, which lasts as long as the browser. */
export async function sealSession(sealer: Sealer, session: PortalSession): Promise<CookieChange> {
  return { name: NAME, value: await sealer.seal(PURPOSE, JSON.stringify(session)) }
}

export const CLEARED_SESSION: CookieChange = { name: NAME, value: '', maxAgeSeconds: 0 }

/** What the browser carries, expired or not; `undefined` where it carries none of ours. */
export async function openSession(
  sealer: Sealer,
  cookies: ReadonlyMap<string, string>,
): Promise<PortalSession | undefined> {
  const sealed = cookies.get(NAME)
  if (sealed === undefined) return undefined
  const parsed: unknown = JSON.parse((await sealer.open(PURPOSE, sealed)) ?? 'null')
  return isRecord(parsed) ? toSession(parsed) : undefined
}

/** By the clock alone: an hour without a click, or twelve hours in all. */
export function isExpired({ startedAt, seenAt }: PortalSession, now: Date): boolean {
  const time = now.getTime()
  return time - Date.parse(seenAt) >= IDLE_MS || time - Date.parse(startedAt) >= SESSION_MS
}

/** Why the session does not hold, by the user as Entra last left it; `undefined`: it holds. */
export function endOfSession(session: PortalSession, user: StoredUser | undefined): SessionEnd | undefined {
  if (user?.index.active !== true) return 'deactivated'
  const { validFrom, endedSessions } = user.signIn
  if (validFrom !== undefined && Date.parse(session.startedAt) < Date.parse(validFrom)) return 'session-ended'
  const names = [session.id, ...(session.sid === undefined ? [] : [session.sid])].map(hashOfSession)
  if (endedSessions.some(({ sid }) => names.includes(sid))) return 'session-ended'
  return user.index.role === undefined ? 'role-required' : undefined
}

/** The session as seen now, if it is time to tell the browser. */
export function renewedSession(session: PortalSession, now: Date): PortalSession | undefined {
  const isDue = now.getTime() - Date.parse(session.seenAt) >= RENEWED_MS
  return isDue ? { ...session, seenAt: now.toISOString() } : undefined
}

/** What a user's row keeps of a session that ended: of Entra's `sid`, or of our own id. */
export function hashOfSession(sid: string): string {
  return hashSecret(sid)
}

const randomToken = (): string => randomBytes(32).toString('base64url')

function toSession(parsed: JsonObject): PortalSession | undefined {
  const connector = parseConnectorId(String(parsed['connector']))
  const user = parseResourceId(parsed['user'])
  const { sid, id, csrf, startedAt, seenAt } = parsed
  if (connector === undefined || user === undefined) return undefined
  return {
    connector,
    user,
    sid: typeof sid === 'string' ? sid : undefined,
    id: String(id),
    csrf: String(csrf),
    startedAt: String(startedAt),
    seenAt: String(seenAt),
  }
}

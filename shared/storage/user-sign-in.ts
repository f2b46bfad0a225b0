import { isGuid } from '../kernel/ids.ts'
import { isRecord } from '../kernel/json.ts'
import type { Values } from './table.ts'

/** A person in Entra: the object id never changes and is never given to somebody else; it is unique in its tenant. */
export interface EntraAccount {
  /** GUID of the Entra tenant, lower case. */
  readonly tenantId: string
  /** GUID of the person, lower case. */
  readonly objectId: string
}

/** A browser session at Entra that ended before its sessions with us would have. */
interface EndedSession {
  /** Hash of Entra's `sid`. */
  readonly sid: string
  readonly at: string
}

/** What sign-in keeps in a user's row. SCIM never sees it, and every change of the user carries it on. */
export interface UserSignIn {
  /** Who signs in as this user; absent until somebody has. */
  readonly account: EntraAccount | undefined
  /** Sessions and grants that began before are over. ISO. */
  readonly validFrom: string | undefined
  readonly endedSessions: readonly EndedSession[]
  readonly lastSignIn: string | undefined
  /** Entra's opaque hint that skips its account picker. */
  readonly loginHint: string | undefined
}

/** More sessions of one person that end within a session's longest life end all of them. */
const ENDED_SESSIONS = 20
const HINT_LENGTH = 1_000

/** The columns of `u.{user}` that sign-in owns. */
export function signInValues(signIn: UserSignIn): Values {
  const { account, validFrom, endedSessions, lastSignIn, loginHint } = signIn
  return {
    ...(account === undefined ? {} : { oi: `${account.tenantId}.${account.objectId}` }),
    ...(validFrom === undefined ? {} : { sv: validFrom }),
    ...(endedSessions.length === 0 ? {} : { es: JSON.stringify(endedSessions) }),
    ...(lastSignIn === undefined ? {} : { ls: lastSignIn }),
    ...(loginHint === undefined ? {} : { lh: loginHint.slice(0, HINT_LENGTH) }),
  }
}

export function toUserSignIn(values: Values): UserSignIn {
  return {
    account: toAccount(values['oi']),
    validFrom: text(values['sv']),
    endedSessions: toEndedSessions(values['es']),
    lastSignIn: text(values['ls']),
    loginHint: text(values['lh']),
  }
}

/** The same with one session of Entra's ended; so many that they have no room end all. */
export function withEndedSession(signIn: UserSignIn, ended: EndedSession, keptFrom: Date): UserSignIn {
  const kept = signIn.endedSessions.filter(({ at }) => Date.parse(at) >= keptFrom.getTime())
  return kept.length < ENDED_SESSIONS
    ? { ...signIn, endedSessions: [...kept, ended] }
    : { ...signIn, endedSessions: [], validFrom: ended.at }
}

/**
 * What is left of the sign-in when SCIM has changed the user: Entra writes the object id into `externalId`, so another
 * GUID there means that the user now is another person. The link goes, and so does every session.
 */
export function signInAfter(
  signIn: UserSignIn,
  externalId: string | undefined,
  modified: string,
): UserSignIn {
  const isSomebodyElse =
    signIn.account !== undefined &&
    externalId !== undefined &&
    isGuid(externalId) &&
    externalId.toLowerCase() !== signIn.account.objectId
  return isSomebodyElse
    ? { ...signIn, account: undefined, loginHint: undefined, validFrom: modified }
    : signIn
}

function toAccount(value: unknown): EntraAccount | undefined {
  const [tenantId, objectId] = (text(value) ?? '').split('.')
  return tenantId && objectId ? { tenantId, objectId } : undefined
}

function toEndedSessions(value: unknown): readonly EndedSession[] {
  const list: unknown = JSON.parse(text(value) ?? '[]')
  return Array.isArray(list)
    ? list.filter(isRecord).map(({ sid, at }) => ({ sid: String(sid), at: String(at) }))
    : []
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

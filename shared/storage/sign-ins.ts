import type { ResourceId } from '../kernel/ids.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { ActivityWrites } from './activity.ts'
import { linkKey, loginKey, sessionKey, userKey } from './keys.ts'
import { codeWrite, type NewCode } from './one-time-codes.ts'
import type { Store } from './store.ts'
import type { Values, Write } from './table.ts'
import { commit } from './transaction.ts'
import { signInValues, type EntraAccount, type UserSignIn } from './user-sign-in.ts'
import { findPointedUser } from './user-lookups.ts'
import type { StoredUser } from './users.ts'

/** Everything that a completed sign-in leaves, in one transaction. */
export interface SignIn {
  /** As it was read for the decision: a change since, a deactivation above all, refuses the sign-in. */
  readonly user: StoredUser
  /** Of the login that the browser began; it completes once. */
  readonly loginId: string
  readonly at: Date
  /** Links this person of Entra's to the user; absent where the link is there. */
  readonly link?: EntraAccount
  readonly loginHint?: string | undefined
  /** Entra's session, by which it will tell us of a sign-out. */
  readonly session?: { readonly sid: string; readonly expires: Date } | undefined
  /** For a client of the platform: what it will redeem. */
  readonly code?: NewCode | undefined
}

/** The user that a person of Entra's is linked to. One storage request. */
export function findLink(
  store: Store,
  tenant: Tenant,
  account: EntraAccount,
): Promise<ResourceId | undefined> {
  return findPointedUser(store, tenant, linkKey(tenant, account))
}

/** `replayed`: the login is completed already. `changed`: read and decide again. One storage request. */
export async function commitSignIn(
  store: Store,
  tenant: Tenant,
  signIn: SignIn,
  activity: ActivityWrites,
): Promise<'replayed' | 'changed' | undefined> {
  const { user, loginId, at, link, session, code } = signIn
  const expires = new Date(at.getTime() + LIMITS.loginMs).toISOString()
  const writes: readonly Write[] = [
    { kind: 'insert', key: loginKey(tenant, loginId), values: { exp: expires } },
    { kind: 'merge', key: userKey(user.id), values: mergedValues(signIn), etag: user.etag },
    ...(link === undefined ? [] : [insertLink(tenant, link, user.id)]),
    ...(session === undefined ? [] : [putSession(tenant, session, user.id)]),
    ...(code === undefined ? [] : [codeWrite(tenant, code)]),
    ...activity,
  ]
  const refusal = await commit(store, tenant, writes, activity[0].key)
  if (refusal === undefined) return undefined
  return refusal.index === 0 ? 'replayed' : 'changed'
}

/** For a login that signs nobody in, such as a test: completes it, once. One storage request. */
export async function completeLogin(
  store: Store,
  tenant: Tenant,
  loginId: string,
  at: Date,
): Promise<'replayed' | undefined> {
  const values = { exp: new Date(at.getTime() + LIMITS.loginMs).toISOString() }
  const write: Write = { kind: 'insert', key: loginKey(tenant, loginId), values }
  const { refusal, resent } = await store.table(tenant.account, 'directory').batch(tenant.connector, [write])
  // What was sent twice may have been refused because of itself: nobody is signed in by it.
  return refusal && !resent ? 'replayed' : undefined
}

function mergedValues({ user, at, link, loginHint }: SignIn): Values {
  return signInValues({
    ...user.signIn,
    account: link ?? user.signIn.account,
    lastSignIn: at.toISOString(),
    loginHint: loginHint ?? user.signIn.loginHint,
  })
}

function insertLink(tenant: Tenant, account: EntraAccount, id: ResourceId): Write {
  return { kind: 'insert', key: linkKey(tenant, account), values: { id } }
}

function putSession(tenant: Tenant, session: { sid: string; expires: Date }, id: ResourceId): Write {
  const values = { id, exp: session.expires.toISOString() }
  return { kind: 'put', key: sessionKey(tenant, session.sid), values }
}

/** Whose session at Entra this is. One storage request. */
export function findSessionUser(store: Store, tenant: Tenant, sid: string): Promise<ResourceId | undefined> {
  return findPointedUser(store, tenant, sessionKey(tenant, sid))
}

/** Changes what sign-in keeps of a user that is unchanged since it was read. One storage request. */
export async function changeSignIn(
  store: Store,
  tenant: Tenant,
  change: { user: StoredUser; after: UserSignIn },
  activity: ActivityWrites,
): Promise<'changed' | undefined> {
  const { user, after } = change
  const { account } = user.signIn
  const isUnlinked = account !== undefined && after.account === undefined
  const writes: readonly Write[] = [
    // A merge cannot take a column away: an empty one reads as none.
    { kind: 'merge', key: userKey(user.id), values: { ...CLEARED, ...signInValues(after) }, etag: user.etag },
    ...(isUnlinked ? [{ kind: 'delete', key: linkKey(tenant, account) } as const] : []),
    ...activity,
  ]
  const refusal = await commit(store, tenant, writes, activity[0].key)
  return refusal && 'changed'
}

const CLEARED: Values = { oi: '', sv: '', es: '[]', ls: '', lh: '' }

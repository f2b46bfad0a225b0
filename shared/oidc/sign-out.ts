import { activityRows, type Caller } from '../activity/activity.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { readGrant } from '../provider/grant.ts'
import { hashOfSession, SESSION_MS, type PortalSession } from '../session/portal-session.ts'
import { endFamily, listFamilies } from '../storage/refresh-families.ts'
import { changeSignIn, findSessionUser } from '../storage/sign-ins.ts'
import type { Store } from '../storage/store.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import { withEndedSession, type UserSignIn } from '../storage/user-sign-in.ts'
import { findUser } from '../storage/users.ts'
import type { ResourceId } from '../kernel/ids.ts'

export interface SignOutContext {
  readonly store: Store
  readonly tenant: Tenant
  readonly caller: Caller
  readonly now: Date
}

/** Ends one session, so that a copy of its cookie is worth nothing either. Two storage requests. */
export async function signOut(context: SignOutContext, session: PortalSession): Promise<void> {
  await change(context, session.user, 'user.signOut', (before) => end(before, session.id, context.now))
}

/** Ends every session and every grant of the person. Two storage requests. */
export async function signOutEverywhere(context: SignOutContext, user: ResourceId): Promise<void> {
  await change(context, user, 'user.signOutEverywhere', (before) => ({
    ...before,
    endedSessions: [],
    validFrom: context.now.toISOString(),
  }))
}

/**
 * Ends what a person began in a session of Entra's that has ended there; `undefined` where nobody did. The list of ended
 * sessions forgets after the life of a portal session, so that clients' grants, which live longer, end at once.
 */
export async function endEntraSession(context: SignOutContext, sid: string): Promise<ResourceId | undefined> {
  const user = await findSessionUser(context.store, context.tenant, sid)
  if (user === undefined) return undefined
  await change(context, user, 'user.signOutAtEntra', (before) => end(before, sid, context.now))
  await endGrants(context, user, hashOfSession(sid))
  return user
}

async function endGrants({ store, tenant }: SignOutContext, user: ResourceId, sid: string): Promise<void> {
  const families = await listFamilies(store, tenant, user)
  const ended = families.filter(({ grant }) => readGrant(grant).sid === sid)
  await Promise.all(ended.map(({ id }) => endFamily(store, tenant, { user, id })))
}

function end(before: UserSignIn, session: string, now: Date): UserSignIn {
  const sid = hashOfSession(session)
  if (before.endedSessions.some((ended) => ended.sid === sid)) return before
  return withEndedSession(before, { sid, at: now.toISOString() }, new Date(now.getTime() - SESSION_MS))
}

/** What is ended already, or belongs to somebody who is gone, needs no change. */
async function change(
  { store, tenant, caller, now }: SignOutContext,
  id: ResourceId,
  operation: string,
  edit: (before: UserSignIn) => UserSignIn,
): Promise<void> {
  const activity = { operation, resource: { type: 'User', id }, status: 200 }
  await retryWhileChanged(async () => {
    const user = await findUser(store, tenant, id)
    const after = user && edit(user.signIn)
    if (user === undefined || after === undefined || after === user.signIn) return 'done'
    const refusal = await changeSignIn(
      store,
      tenant,
      { user, after },
      activityRows(caller, activity, now, id),
    )
    return refusal === undefined ? 'done' : undefined
  })
}

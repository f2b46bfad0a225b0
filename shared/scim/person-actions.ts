import { activityRows, type Activity } from '../activity/activity.ts'
import { fail } from '../kernel/failure.ts'
import type { ResourceId } from '../kernel/ids.ts'
import type { ActivityWrites } from '../storage/activity.ts'
import { endEverything, endGrant } from '../storage/person-changes.ts'
import { listFamilies } from '../storage/refresh-families.ts'
import { changeSignIn } from '../storage/sign-ins.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import { findUser, replaceUser, type StoredUser } from '../storage/users.ts'
import type { PeopleContext } from './people-context.ts'

/** Ends every session and every grant of a person. 404 where there is none. Two rounds of storage requests. */
export async function endAllSessions(context: PeopleContext, id: ResourceId): Promise<void> {
  const { store, tenant } = context
  await retryWhileChanged(async () => {
    const [user, families] = await Promise.all([requireUser(context, id), listFamilies(store, tenant, id)])
    const at = context.now()
    const rows = rowsOf(context, id, { operation: 'user.signOutEverywhere', status: 200 }, at)
    return isDone(await endEverything(store, tenant, { user, families, at }, rows))
  })
}

/** Ends one grant of a person; one that is over already is ended. One storage request. */
export async function endPersonGrant(context: PeopleContext, id: ResourceId, grant: string): Promise<void> {
  // Only what can be part of a key of ours.
  if (!/^[0-9a-z]{1,40}$/.test(grant)) return
  const rows = rowsOf(context, id, { operation: 'user.endGrant', status: 200 }, context.now())
  await endGrant(context.store, context.tenant, { user: id, family: grant }, rows)
}

/**
 * Forgets which person in Entra signs in as this user, and ends what that person began: the next sign-in finds its user
 * anew. 404 where there is none. Two storage requests.
 */
export async function unlinkPerson(context: PeopleContext, id: ResourceId): Promise<void> {
  const { store, tenant } = context
  await retryWhileChanged(async () => {
    const user = await requireUser(context, id)
    if (user.signIn.account === undefined) return 'done'
    const at = context.now()
    const after = {
      ...user.signIn,
      account: undefined,
      loginHint: undefined,
      endedSessions: [],
      validFrom: at.toISOString(),
    }
    const rows = rowsOf(context, id, { operation: 'user.unlink', status: 200 }, at)
    return isDone(await changeSignIn(store, tenant, { user, after }, rows))
  })
}

/**
 * Lets somebody else have the login e-mail of a person who is deactivated; SCIM goes on to show it. When the person is
 * next written, the address is claimed again if it is still free. 404 without the person, 409 while they are active.
 */
export async function freeEmail(context: PeopleContext, id: ResourceId): Promise<void> {
  await retryWhileChanged(async () => {
    const user = await requireUser(context, id)
    if (user.index.active)
      fail({ code: 'conflict', detail: 'This person is active. Deactivate them in Entra first.' })
    if (user.index.uniqueEmail === undefined) return 'done'
    const after = { ...user, index: { ...user.index, uniqueEmail: undefined } }
    const activity = { operation: 'user.freeEmail', status: 200, attributes: ['emails'] }
    const rows = rowsOf(context, id, activity, context.now())
    const refusal = await replaceUser(context.store, context.tenant, { before: user, after }, rows)
    return refusal === undefined ? 'done' : undefined
  })
}

const isDone = (refusal: 'changed' | undefined): 'done' | undefined =>
  refusal === undefined ? 'done' : undefined

function rowsOf(
  { caller }: PeopleContext,
  id: ResourceId,
  activity: Omit<Activity, 'resource'>,
  at: Date,
): ActivityWrites {
  return activityRows(caller, { ...activity, resource: { type: 'User', id } }, at, id)
}

async function requireUser({ store, tenant }: PeopleContext, id: ResourceId): Promise<StoredUser> {
  return (await findUser(store, tenant, id)) ?? fail({ code: 'not_found', detail: 'No user has this id.' })
}

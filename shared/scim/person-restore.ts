import { activityRows } from '../activity/activity.ts'
import { fail } from '../kernel/failure.ts'
import { randomText, type ResourceId } from '../kernel/ids.ts'
import { findGroup } from '../storage/groups.ts'
import { addMembers } from '../storage/memberships.ts'
import { findTombstone, purgeUser, restoreUser, type Tombstone } from '../storage/tombstones.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import { findUser, type UserState } from '../storage/users.ts'
import type { PeopleContext } from './people-context.ts'
import { indexOf } from './user.ts'

/** What became of the groups that a restored person was in. */
export interface Restored {
  readonly joined: number
  /** Groups that are gone, or for which the time of the request did not suffice. */
  readonly left: number
}

/**
 * Brings a deleted person back as it was, under its old id; the groups that still exist are joined again. Who in Entra
 * signs in is not kept, and no earlier session holds. 404 where nothing is left of the person, 409 where the user name
 * or the login e-mail belongs to somebody else by now.
 */
export async function restorePerson(context: PeopleContext, id: ResourceId): Promise<Restored> {
  const { store, tenant, caller, now } = context
  const { rest, wanted, there } = await retryWhileChanged(async () => {
    const tombstone = await requireTombstone(context, id)
    const found = await Promise.all(tombstone.groups.map((group) => findGroup(store, tenant, group)))
    const groups = found.flatMap((group) => (group === undefined ? [] : [group.id]))
    const at = now()
    const activity = {
      operation: 'user.restore',
      resource: { type: 'User', id },
      status: 200,
      note: `${groups.length} of ${tombstone.groups.length} groups still exist`,
    }
    const restoration = { tombstone, state: stateOf(context, tombstone, at), groups, at }
    const outcome = await restoreUser(store, tenant, restoration, activityRows(caller, activity, at, id))
    if (outcome === 'changed') return undefined
    if ('taken' in outcome) return refuseTaken(outcome.taken)
    return { rest: outcome, wanted: tombstone.groups.length, there: groups.length }
  })
  let joined = there - rest.length
  for (const group of rest) if (await join(context, group, id)) joined += 1
  return { joined, left: wanted - joined }
}

/**
 * Takes what is left of a deleted person away for good: the old resource, the person's own log and grants. Lines of the
 * connector's log stay, which hold the id alone. 404 where nothing is left, 409 while the person is there.
 */
export async function purgePerson(context: PeopleContext, id: ResourceId): Promise<'done' | 'unfinished'> {
  const { store, tenant, caller, now, deadline } = context
  return retryWhileChanged(async () => {
    const tombstone = await requireTombstone(context, id)
    const activity = { operation: 'user.purge', resource: { type: 'User', id }, status: 200 }
    const rows = activityRows(caller, activity, now())
    const refusal = await purgeUser(store, tenant, { tombstone, until: deadline }, rows)
    return refusal === 'changed' ? undefined : (refusal ?? 'done')
  })
}

async function requireTombstone({ store, tenant }: PeopleContext, id: ResourceId): Promise<Tombstone> {
  const [tombstone, user] = await Promise.all([findTombstone(store, tenant, id), findUser(store, tenant, id)])
  if (user !== undefined)
    fail({ code: 'conflict', detail: 'This person is not deleted. Delete them in Entra first.' })
  return tombstone ?? fail({ code: 'not_found', detail: 'Nothing is left of this person.' })
}

function stateOf({ rules }: PeopleContext, { attributes, created }: Tombstone, at: Date): UserState {
  return {
    attributes,
    index: indexOf(attributes, rules),
    created,
    modified: at.toISOString(),
    version: randomText(10),
    origin: undefined,
  }
}

/** One group beyond those that fitted beside the person; false where it is gone or the time is over. */
async function join(context: PeopleContext, group: ResourceId, id: ResourceId): Promise<boolean> {
  const { store, tenant, caller, now, deadline } = context
  if (Date.now() >= deadline) return false
  const at = now()
  const activity = {
    operation: 'group.members',
    resource: { type: 'Group', id: group },
    status: 200,
    note: 'a restored person joined again',
  }
  const touch = { modified: at.toISOString(), version: randomText(10) }
  const change = { group, touch, members: [{ id, kind: 'User' }] } as const
  return (await addMembers(store, tenant, change, activityRows(caller, activity, at))) === undefined
}

function refuseTaken(taken: 'userName' | 'email'): never {
  const [what, attribute] = taken === 'userName' ? ['user name', 'userName'] : ['login e-mail', 'emails']
  return fail({
    code: 'not_unique',
    attributes: [attribute],
    detail: `The ${what} belongs to somebody else by now. Change or delete that person in Entra first.`,
  })
}

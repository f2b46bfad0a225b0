import type { ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { ActivityWrites } from './activity.ts'
import { toChunks } from './chunks.ts'
import { groupRemovalWrites, type StoredGroup } from './groups.ts'
import { sweepKey, tombstoneKey } from './keys.ts'
import { listMembers, listMemberships, pairDeletes, sweepGroup } from './memberships.ts'
import type { Store } from './store.ts'
import type { Write } from './table.ts'
import { commit, tidy } from './transaction.ts'
import { removalWrites, type StoredUser } from './users.ts'

/** Membership pairs that fit into the transaction of a DELETE beside the resource's own rows. */
const PAIRS_WITH_USER = 24
const PAIRS_WITH_GROUP = 44
const PAIRS_ALONE = 50

/**
 * Deletes a user with its index rows and memberships, and leaves `t.{id}` with the old resource and its groups, from
 * which it can be restored. The memberships are read after the user: an add that comes between changes the user's
 * row, so the conditional delete fails and nothing dangles. Comes back with `changed` where it has to be tried again, with the
 * same `left`: the groups that were left before the user could go, for the tombstone.
 */
export async function removeUser(
  store: Store,
  tenant: Tenant,
  removal: { user: StoredUser; at: Date; left: Set<ResourceId> },
  activity: ActivityWrites,
): Promise<'changed' | undefined> {
  const { user, at, left } = removal
  const groups = user.grouped ? await listMemberships(store, tenant, user.id) : []
  for (let i = PAIRS_WITH_USER; i < groups.length; i += PAIRS_ALONE) {
    const some = groups.slice(i, i + PAIRS_ALONE)
    const pairs = some.map((group) => [group, user.id] as const)
    if (!(await removePairs(store, tenant, pairs))) return 'changed'
    for (const group of some) left.add(group)
  }
  const refusal = await commit(
    store,
    tenant,
    [
      ...removalWrites(tenant, user),
      ...groups.slice(0, PAIRS_WITH_USER).flatMap((group) => pairDeletes(group, user.id)),
      {
        kind: 'put',
        key: tombstoneKey(user.id),
        values: tombstone(user, [...new Set([...groups, ...left])], at),
      },
      ...activity,
    ],
    activity[0].key,
  )
  return refusal && 'changed'
}

/**
 * Deletes a group: it is gone with the one transaction, which takes the first members' rows along; the other rows are
 * swept until `until` (ms since 1970), and `z.g.{id}` tells whoever meets it that some are left.
 */
export async function removeGroup(
  store: Store,
  tenant: Tenant,
  removal: { group: StoredGroup; until: number },
  activity: ActivityWrites,
): Promise<'changed' | undefined> {
  const { group, until } = removal
  const members = group.populated ? await listMembers(store, tenant, group.id, PAIRS_WITH_GROUP + 1) : []
  const parents = group.grouped ? await listMemberships(store, tenant, group.id) : []
  if (
    !(await removePairs(
      store,
      tenant,
      parents.map((parent) => [parent, group.id] as const),
    ))
  )
    return 'changed'
  const unfinished = members.length > PAIRS_WITH_GROUP
  const refusal = await commit(
    store,
    tenant,
    [
      ...groupRemovalWrites(tenant, group),
      ...members.slice(0, PAIRS_WITH_GROUP).flatMap((member) => pairDeletes(group.id, member.id)),
      ...(unfinished ? [{ kind: 'insert', key: sweepKey(group.id), values: {} } as const] : []),
      ...activity,
    ],
    activity[0].key,
  )
  if (refusal !== undefined) return 'changed'
  if (unfinished) await tidy(sweepGroup(store, tenant, group.id, until))
  return undefined
}

/** Deletes memberships, 50 at a time; false where one was gone already. */
async function removePairs(
  store: Store,
  tenant: Tenant,
  pairs: readonly (readonly [group: ResourceId, member: ResourceId])[],
): Promise<boolean> {
  const table = store.table(tenant.account, 'directory')
  for (let i = 0; i < pairs.length; i += PAIRS_ALONE) {
    const writes = pairs
      .slice(i, i + PAIRS_ALONE)
      .flatMap(([group, member]): readonly Write[] => pairDeletes(group, member))
    const { refusal } = await table.batch(tenant.connector, writes)
    if (refusal !== undefined) return false
  }
  return true
}

/** UTF-16 units of the list of groups: what fits beside a resource of the largest size. */
const TOMBSTONE_GROUPS = 60_000

function tombstone(user: StoredUser, groups: readonly ResourceId[], at: Date): Record<string, string> {
  return {
    ...toChunks('j', JSON.stringify(user.attributes)),
    ...toChunks('g', groups.join(' ').slice(0, TOMBSTONE_GROUPS)),
    un: user.index.userName,
    ca: user.created,
    at: at.toISOString(),
  }
}

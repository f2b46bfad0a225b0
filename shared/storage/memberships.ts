import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { ActivityWrites } from './activity.ts'
import {
  groupKey,
  memberKey,
  memberPrefix,
  membershipKey,
  membershipPrefix,
  prefixEnd,
  SWEEP_PREFIX,
  sweepKey,
  userKey,
  type ResourceKind,
} from './keys.ts'
import type { Store } from './store.ts'
import type { Refusal, Row, Write } from './table.ts'
import { commit } from './transaction.ts'

export interface Member {
  readonly id: ResourceId
  readonly kind: ResourceKind
}

/** Members added in one transaction: three writes each beside the group's touch and the activity. */
export const ADDED_AT_ONCE = 32
/** Members removed in one transaction: two writes each. */
export const REMOVED_AT_ONCE = 48
const SWEPT_AT_ONCE = 50

/** What a change of members writes to the group's row. */
export interface GroupTouch {
  /** The group must still be as it was read: only where the client made that a condition. */
  readonly etag?: string | undefined
  readonly modified: string
  readonly version: string
}

export type MembersRefusal = 'group missing' | 'group changed' | 'member missing'

/**
 * Adds at most 32 members. The same transaction touches the group and each member, which fails where one does not
 * exist: a membership can never dangle. Members that are in already stay in.
 */
export async function addMembers(
  store: Store,
  tenant: Tenant,
  change: { group: ResourceId; touch: GroupTouch; members: readonly Member[] },
  activity: ActivityWrites,
): Promise<MembersRefusal | undefined> {
  const { group, touch, members } = change
  const writes = members.flatMap(({ id, kind }): readonly Write[] => [
    { kind: 'merge', key: kind === 'User' ? userKey(id) : groupKey(id), values: { mv: true } },
    { kind: 'put', key: memberKey(group, id), values: kind === 'Group' ? { t: 'Group' } : {} },
    { kind: 'put', key: membershipKey(id, group), values: {} },
  ])
  const refusal = await commit(
    store,
    tenant,
    [touchWrite(group, touch), ...writes, ...activity],
    activity[0].key,
  )
  return refusal && toMembersRefusal(refusal)
}

/** Removes at most 48 members, all of which must be in; `member missing` leaves everything as it was. */
export async function removeMembers(
  store: Store,
  tenant: Tenant,
  change: { group: ResourceId; touch: GroupTouch; members: readonly ResourceId[] },
  activity: ActivityWrites,
): Promise<MembersRefusal | undefined> {
  const { group, touch, members } = change
  const writes = [touchWrite(group, touch), ...members.flatMap((id) => pairDeletes(group, id)), ...activity]
  const refusal = await commit(store, tenant, writes, activity[0].key)
  return refusal && toMembersRefusal(refusal)
}

/** The group's touch is the first write; all others are about members. */
function toMembersRefusal({ index, reason }: Refusal): MembersRefusal {
  if (index > 0) return 'member missing'
  return reason === 'missing' ? 'group missing' : 'group changed'
}

/** Those of the ids that are in the group: one point read each. */
export async function findMembers(
  store: Store,
  tenant: Tenant,
  group: ResourceId,
  ids: readonly ResourceId[],
): Promise<readonly Member[]> {
  const table = store.table(tenant.account, 'directory')
  const rows = await Promise.all(ids.map((id) => table.get(tenant.connector, memberKey(group, id))))
  return ids.flatMap((id, i) => {
    const row = rows[i]
    return row === undefined ? [] : [{ id, kind: kindOf(row) }]
  })
}

/** What kind of resource each id is; ids of nothing are left out. */
export async function findKinds(
  store: Store,
  tenant: Tenant,
  ids: readonly ResourceId[],
): Promise<readonly Member[]> {
  const table = store.table(tenant.account, 'directory')
  const found = await Promise.all(
    ids.map(async (id): Promise<Member | undefined> => {
      if (await table.get(tenant.connector, userKey(id))) return { id, kind: 'User' }
      return (await table.get(tenant.connector, groupKey(id))) && { id, kind: 'Group' }
    }),
  )
  return found.filter((member) => member !== undefined)
}

/** All members of a group, by id: one storage request per thousand. */
export async function listMembers(
  store: Store,
  tenant: Tenant,
  group: ResourceId,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<readonly Member[]> {
  const prefix = memberPrefix(group)
  const range = { from: prefix, to: prefixEnd(prefix), limit }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return rows.flatMap((row) => {
    const id = parseResourceId(row.key.slice(prefix.length))
    return id === undefined ? [] : [{ id, kind: kindOf(row) }]
  })
}

function kindOf(row: Row): ResourceKind {
  return row.values['t'] === 'Group' ? 'Group' : 'User'
}

/** Every group that a user or group is in, deleted groups whose rows still wait for their sweep included. */
export async function listMemberships(
  store: Store,
  tenant: Tenant,
  member: ResourceId,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<readonly ResourceId[]> {
  const prefix = membershipPrefix(member)
  const range = { from: prefix, to: prefixEnd(prefix), limit }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return rows.map((row) => parseResourceId(row.key.slice(prefix.length))).filter((id) => id !== undefined)
}

/** Deleted groups whose membership rows are not all gone yet. */
export async function listSweeps(store: Store, tenant: Tenant): Promise<readonly ResourceId[]> {
  const range = { from: SWEEP_PREFIX, to: prefixEnd(SWEEP_PREFIX), limit: 1_000 }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return rows
    .map((row) => parseResourceId(row.key.slice(SWEEP_PREFIX.length)))
    .filter((id) => id !== undefined)
}

/** Deletes what a deleted group left, until all is gone (true) or `until` (ms since 1970) has come. */
export async function sweepGroup(
  store: Store,
  tenant: Tenant,
  group: ResourceId,
  until: number,
): Promise<boolean> {
  const table = store.table(tenant.account, 'directory')
  while (Date.now() < until) {
    const members = await listMembers(store, tenant, group, SWEPT_AT_ONCE * 20)
    if (members.length === 0) {
      await table.batch(tenant.connector, [{ kind: 'delete', key: sweepKey(group) }])
      return true
    }
    for (let i = 0; i < members.length && Date.now() < until; i += SWEPT_AT_ONCE) {
      const some = members.slice(i, i + SWEPT_AT_ONCE).map((member) => member.id)
      const result = await table.batch(
        tenant.connector,
        some.flatMap((id) => pairDeletes(group, id)),
      )
      // A member that is deleted at the same time takes its pair along: the next round reads what is left.
      if (result.refusal !== undefined) break
    }
  }
  return false
}

export function pairDeletes(group: ResourceId, member: ResourceId): readonly Write[] {
  return [
    { kind: 'delete', key: memberKey(group, member) },
    { kind: 'delete', key: membershipKey(member, group) },
  ]
}

function touchWrite(group: ResourceId, touch: GroupTouch): Write {
  const values = { ma: touch.modified, op: touch.version, hm: true }
  const touched = { kind: 'merge', key: groupKey(group), values } as const
  return touch.etag === undefined ? touched : { ...touched, etag: touch.etag }
}

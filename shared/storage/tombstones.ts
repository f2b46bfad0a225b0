import { fail } from '../kernel/failure.ts'
import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { ActivityWrites } from './activity.ts'
import { fromChunks } from './chunks.ts'
import { countWrite } from './counters.ts'
import {
  familyPrefix,
  groupKey,
  loginEmailKey,
  memberKey,
  membershipKey,
  prefixEnd,
  tombstoneKey,
  userKey,
  userNameKey,
} from './keys.ts'
import type { Store } from './store.ts'
import type { Row, Write } from './table.ts'
import { commit } from './transaction.ts'
import { ownedRows, userValues, type UserRefusal, type UserState } from './users.ts'

/** What DELETE left of a user. */
export interface Tombstone {
  readonly id: ResourceId
  readonly etag: string
  readonly userName: string
  readonly attributes: JsonObject
  /** The groups that the user was in; some may be gone since. */
  readonly groups: readonly ResourceId[]
  readonly created: string
  readonly deletedAt: string
}

/** One storage request. */
export async function findTombstone(
  store: Store,
  tenant: Tenant,
  id: ResourceId,
): Promise<Tombstone | undefined> {
  const row = await store.table(tenant.account, 'directory').get(tenant.connector, tombstoneKey(id))
  return row && toTombstone(id, row)
}

const TOMBSTONES = 't.'

/** Deleted users in the order of their ids, from right behind a cursor. One storage request. */
export async function listTombstones(
  store: Store,
  tenant: Tenant,
  page: { readonly after: ResourceId | undefined; readonly count: number },
): Promise<readonly Tombstone[]> {
  const from = page.after === undefined ? TOMBSTONES : `${tombstoneKey(page.after)}.`
  const range = { from, to: prefixEnd(TOMBSTONES), limit: page.count }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return rows.flatMap((row) => {
    const id = parseResourceId(row.key.slice(TOMBSTONES.length))
    return id === undefined ? [] : [toTombstone(id, row)]
  })
}

const MOST_WRITES = 100
const WRITES_PER_GROUP = 3

export interface Restoration {
  readonly tombstone: Tombstone
  readonly state: UserState
  /** Groups that are there, in which the user shall be again. */
  readonly groups: readonly ResourceId[]
  readonly at: Date
}

/**
 * Brings a user back under its old id, with its index rows and as many of its groups as fit beside them, in the
 * transaction that takes the tombstone away. Nothing that began before holds again. Comes back with the groups that are
 * still to be joined, or why nothing was done.
 */
export async function restoreUser(
  store: Store,
  tenant: Tenant,
  { tombstone, state, groups, at }: Restoration,
  activity: ActivityWrites,
): Promise<readonly ResourceId[] | UserRefusal> {
  const { id } = tombstone
  const time = at.toISOString()
  const signIn = {
    account: undefined,
    validFrom: time,
    endedSessions: [],
    lastSignIn: undefined,
    loginHint: undefined,
  }
  const values = { ...userValues(state), sv: time, ...(groups.length > 0 ? { mv: true } : {}) }
  const own: readonly Write[] = [
    // First, so that who restores at the same time learns that, and not that the name is taken.
    { kind: 'delete', key: tombstoneKey(id), etag: tombstone.etag },
    ...ownedRows(tenant, { id, index: state.index, signIn }),
    { kind: 'insert', key: userKey(id), values },
    countWrite('User', id, 1),
  ]
  const room = Math.floor((MOST_WRITES - own.length - activity.length) / WRITES_PER_GROUP)
  const joined = groups.slice(0, room).flatMap((group) => joinWrites(group, id, state))
  const writes = [...own, ...joined, ...activity]
  const refusal = await commit(store, tenant, writes, activity[0].key)
  if (refusal === undefined) return groups.slice(room)
  const key = refusal.reason === 'exists' ? writes[refusal.index]?.key : undefined
  if (key === userNameKey(tenant, state.index.userName)) return { taken: 'userName' }
  const email = state.index.uniqueEmail
  return email !== undefined && key === loginEmailKey(tenant, email) ? { taken: 'email' } : 'changed'
}

/** The first of them must exist: a group that went meanwhile refuses all. */
function joinWrites(group: ResourceId, user: ResourceId, { modified, version }: UserState): readonly Write[] {
  return [
    { kind: 'merge', key: groupKey(group), values: { ma: modified, op: version, hm: true } },
    { kind: 'put', key: memberKey(group, user), values: {} },
    { kind: 'put', key: membershipKey(user, group), values: {} },
  ]
}

/**
 * Takes away for good what is left of a deleted user: the lines of its own log, its grants, and with the last step the
 * tombstone. `unfinished` at `until` (ms since 1970): then it can be done again.
 */
export async function purgeUser(
  store: Store,
  tenant: Tenant,
  { tombstone, until }: { tombstone: Tombstone; until: number },
  activity: ActivityWrites,
): Promise<'changed' | 'unfinished' | undefined> {
  for (const prefix of [`b.${tombstone.id}.`, familyPrefix(tombstone.id)])
    if (!(await removeUnder(store, tenant, prefix, until))) return 'unfinished'
  const last: Write = { kind: 'delete', key: tombstoneKey(tombstone.id), etag: tombstone.etag }
  const refusal = await commit(store, tenant, [last, ...activity], activity[0].key)
  return refusal && 'changed'
}

async function removeUnder(store: Store, tenant: Tenant, prefix: string, until: number): Promise<boolean> {
  const table = store.table(tenant.account, 'directory')
  while (Date.now() < until) {
    const range = { from: prefix, to: prefixEnd(prefix), limit: MOST_WRITES }
    const rows = await table.range(tenant.connector, range)
    if (rows.length === 0) return true
    await table.batch(
      tenant.connector,
      rows.map(({ key }): Write => ({ kind: 'delete', key })),
    )
  }
  return false
}

function toTombstone(id: ResourceId, { etag, values }: Row): Tombstone {
  const attributes: unknown = JSON.parse(fromChunks('j', values))
  if (!isRecord(attributes)) return fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
  const deletedAt = String(values['at'])
  return {
    id,
    etag,
    userName: String(values['un']),
    attributes,
    // The list may have been cut within an id.
    groups: fromChunks('g', values)
      .split(' ')
      .map(parseResourceId)
      .filter((group) => group !== undefined),
    created: String(values['ca'] ?? deletedAt),
    deletedAt,
  }
}

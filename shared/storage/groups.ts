import { fail } from '../kernel/failure.ts'
import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { ActivityWrites } from './activity.ts'
import { fromChunks, toChunks } from './chunks.ts'
import { countWrite, foldCountsSometimes } from './counters.ts'
import { groupExternalIdKey, groupKey, groupNameGuardKey, prefixEnd } from './keys.ts'
import type { Store } from './store.ts'
import type { Refusal, Row, Values, Write } from './table.ts'
import { commit } from './transaction.ts'

export interface GroupState {
  /** SCIM attributes as stored: without id, schemas, meta and members. */
  readonly attributes: JsonObject
  readonly displayName: string
  readonly externalId: string | undefined
  readonly created: string
  readonly modified: string
  readonly version: string
}

export interface StoredGroup extends GroupState {
  readonly id: ResourceId
  readonly etag: string
  /** Has ever had members, and has ever been a member itself: only then the membership rows are worth a request. */
  readonly populated: boolean
  readonly grouped: boolean
}

export type GroupRefusal =
  { readonly taken: 'displayName' | 'externalId'; readonly by: ResourceId | undefined } | 'changed'

/*
 * Who may use a display name: two groups may share one if both have an externalId (those are unique), since two Entra
 * groups may have one name. The guard row of a name is `shared` by groups with an externalId or `owned` by the one
 * group without. A shared guard stays behind when its last group goes; the next group takes it over.
 */
type GuardMode = 'shared' | 'owned'
const modeOf = (group: GroupState): GuardMode => (group.externalId === undefined ? 'owned' : 'shared')

export async function findGroup(
  store: Store,
  tenant: Tenant,
  id: ResourceId,
): Promise<StoredGroup | undefined> {
  const row = await store.table(tenant.account, 'directory').get(tenant.connector, groupKey(id))
  return row && toGroup(row)
}

export async function findGroupIdByExternalId(
  store: Store,
  tenant: Tenant,
  value: string,
): Promise<ResourceId | undefined> {
  const row = await store
    .table(tenant.account, 'directory')
    .get(tenant.connector, groupExternalIdKey(tenant, value))
  return row && parseResourceId(row.values['id'])
}

/** The groups of a name, compared folded. One storage request. */
export async function findGroupIdsByName(
  store: Store,
  tenant: Tenant,
  displayName: string,
): Promise<readonly ResourceId[]> {
  return (await readName(store, tenant, displayName)).holders
}

export async function insertGroup(
  store: Store,
  tenant: Tenant,
  group: { id: ResourceId; state: GroupState },
  activity: ActivityWrites,
): Promise<GroupRefusal | undefined> {
  const { id, state } = group
  const refusal = await writeNamed(store, tenant, { id, state, activity }, [
    ...groupRows(tenant, { ...state, id }),
    { kind: 'insert', key: groupKey(id), values: toValues(state) },
    countWrite('Group', id, 1),
    ...activity,
  ])
  if (refusal === undefined) await foldCountsSometimes(store, tenant, 'Group', id)
  return refusal
}

/** Replaces a group that is unchanged since it was read, with its name and externalId rows. */
export async function replaceGroup(
  store: Store,
  tenant: Tenant,
  change: { before: StoredGroup; after: GroupState },
  activity: ActivityWrites,
): Promise<GroupRefusal | undefined> {
  const { before, after } = change
  const { id } = before
  const oldGuard = groupNameGuardKey(tenant, before.displayName)
  const newGuard = groupNameGuardKey(tenant, after.displayName)
  const renamed = oldGuard !== newGuard
  const writes: readonly Write[] = [
    ...(before.externalId === after.externalId
      ? []
      : [...externalIdDelete(tenant, before), ...externalIdInsert(tenant, id, after)]),
    ...(renamed ? nameDelete(oldGuard, before) : []),
    ...(renamed ? [{ kind: 'insert', key: `${newGuard}.${id}`, values: {} } as const] : []),
    {
      kind: 'replace',
      key: groupKey(id),
      values: { ...toValues(after), ...flags(before) },
      etag: before.etag,
    },
    ...activity,
  ]
  if (renamed || modeOf(before) !== modeOf(after))
    return writeNamed(store, tenant, { id, state: after, activity }, writes)
  const refusal = await commit(store, tenant, writes, activity[0].key)
  return refusal && meaning(tenant, after, writes, refusal)
}

/** The rows that a group has beside its own, the guard of its name apart, as they are first written. */
export function groupRows(tenant: Tenant, group: GroupState & { readonly id: ResourceId }): readonly Write[] {
  return [
    ...externalIdInsert(tenant, group.id, group),
    { kind: 'insert', key: `${groupNameGuardKey(tenant, group.displayName)}.${group.id}`, values: {} },
  ]
}

/** The writes that take a group's own rows away: part of the transaction of DELETE. */
export function groupRemovalWrites(tenant: Tenant, group: StoredGroup): readonly Write[] {
  return [
    { kind: 'delete', key: groupKey(group.id), etag: group.etag },
    ...nameDelete(groupNameGuardKey(tenant, group.displayName), group),
    ...externalIdDelete(tenant, group),
    countWrite('Group', group.id, -1),
  ]
}

/**
 * Commits writes that take a display name. The usual name is free, so the guard is inserted unread; only where that is
 * refused is the name read and the guard taken over, shared or refused.
 */
async function writeNamed(
  store: Store,
  tenant: Tenant,
  group: { id: ResourceId; state: GroupState; activity: ActivityWrites },
  writes: readonly Write[],
): Promise<GroupRefusal | undefined> {
  const { id, state, activity } = group
  const key = groupNameGuardKey(tenant, state.displayName)
  const values = { mode: modeOf(state) }
  const first: readonly Write[] = [{ kind: 'insert', key, values }, ...writes]
  const refusal = await commit(store, tenant, first, activity[0].key)
  if (refusal === undefined) return undefined
  if (first[refusal.index]?.key !== key) return meaning(tenant, state, first, refusal)

  const name = await readName(store, tenant, state.displayName)
  const others = name.holders.filter((holder) => holder !== id)
  if (others.length > 0 && (values.mode === 'owned' || name.guard?.values['mode'] === 'owned'))
    return { taken: 'displayName', by: others[0] }
  if (name.guard === undefined) return 'changed'
  const second: readonly Write[] = [{ kind: 'replace', key, values, etag: name.guard.etag }, ...writes]
  const again = await commit(store, tenant, second, activity[0].key)
  return again && meaning(tenant, state, second, again)
}

async function readName(
  store: Store,
  tenant: Tenant,
  displayName: string,
): Promise<{ guard: Row | undefined; holders: readonly ResourceId[] }> {
  const key = groupNameGuardKey(tenant, displayName)
  const range = { from: key, to: prefixEnd(`${key}.`), limit: 1_000 }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  const holders = rows
    .map((row) => parseResourceId(row.key.slice(key.length + 1)))
    .filter((id) => id !== undefined)
  return { guard: rows.find((row) => row.key === key), holders }
}

/** The guard goes only with the group that owns it: a shared one may serve others. */
function nameDelete(guard: string, group: StoredGroup): readonly Write[] {
  const holder: Write = { kind: 'delete', key: `${guard}.${group.id}` }
  return modeOf(group) === 'owned' ? [holder, { kind: 'delete', key: guard }] : [holder]
}

function externalIdInsert(tenant: Tenant, id: ResourceId, state: GroupState): readonly Write[] {
  if (state.externalId === undefined) return []
  return [{ kind: 'insert', key: groupExternalIdKey(tenant, state.externalId), values: { id } }]
}

function externalIdDelete(tenant: Tenant, group: GroupState): readonly Write[] {
  return group.externalId === undefined
    ? []
    : [{ kind: 'delete', key: groupExternalIdKey(tenant, group.externalId) }]
}

function meaning(
  tenant: Tenant,
  state: GroupState,
  writes: readonly Write[],
  refusal: Refusal,
): GroupRefusal {
  const key = state.externalId === undefined ? undefined : groupExternalIdKey(tenant, state.externalId)
  const taken = refusal.reason === 'exists' && writes[refusal.index]?.key === key
  return taken ? { taken: 'externalId', by: undefined } : 'changed'
}

export function toGroup(row: Row): StoredGroup {
  const { values } = row
  const stored: unknown = JSON.parse(fromChunks('j', values))
  const id = parseResourceId(row.key.slice('g.'.length))
  if (!isRecord(stored) || id === undefined)
    return fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
  return {
    id,
    etag: row.etag,
    attributes: stored,
    displayName: String(values['dn']),
    externalId: typeof values['xi'] === 'string' ? values['xi'] : undefined,
    created: String(values['ca']),
    modified: String(values['ma']),
    version: String(values['op']),
    populated: values['hm'] === true,
    grouped: values['mv'] === true,
  }
}

function flags(group: StoredGroup): Values {
  return { ...(group.populated ? { hm: true } : {}), ...(group.grouped ? { mv: true } : {}) }
}

function toValues(state: GroupState): Values {
  return {
    ...toChunks('j', JSON.stringify(state.attributes)),
    dn: state.displayName,
    ca: state.created,
    ma: state.modified,
    op: state.version,
    ...(state.externalId === undefined ? {} : { xi: state.externalId }),
  }
}

import { fail } from '../kernel/failure.ts'
import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import { isRecord, type JsonObject, textOf } from '../kernel/json.ts'
import { parseRole, type Role } from '../kernel/roles.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { ActivityWrites } from './activity.ts'
import { fromChunks, toChunks } from './chunks.ts'
import { countWrite, foldCountsSometimes } from './counters.ts'
import {
  emailPrefix,
  loginEmailKey,
  searchKey,
  linkKey,
  userExternalIdPrefix,
  userKey,
  userNameKey,
} from './keys.ts'
import type { Store } from './store.ts'
import type { Refusal, Row, Values, Write } from './table.ts'
import { commit } from './transaction.ts'
import { signInAfter, signInValues, toUserSignIn, type UserSignIn } from './user-sign-in.ts'

/** What is looked up, must be unique, or is read without parsing the resource. */
export interface UserIndex {
  readonly userName: string
  readonly externalId: string | undefined
  readonly emails: readonly string[]
  /** The address that no other user may have; `undefined` while the connector does not ask for that. */
  readonly uniqueEmail: string | undefined
  /** Texts that "begins with" finds. */
  readonly search: readonly string[]
  readonly active: boolean
  readonly role: Role | undefined
}

export interface UserState {
  /** SCIM attributes as stored: without id, schemas, meta and groups. */
  readonly attributes: JsonObject
  readonly index: UserIndex
  readonly created: string
  readonly modified: string
  /** Changes with every write of the resource. */
  readonly version: string
  /** `platform`: imported through the management API. */
  readonly origin: string | undefined
}

export interface StoredUser extends UserState {
  readonly id: ResourceId
  readonly etag: string
  /** Has ever been a member of a group, so that its membership rows are worth a request. */
  readonly grouped: boolean
  readonly signIn: UserSignIn
}

/** A refusal put into words of the domain: the unique value that is taken, or a row that changed under our hands. */
export type UserRefusal = { readonly taken: 'userName' | 'email' } | 'changed'

export async function findUser(
  store: Store,
  tenant: Tenant,
  id: ResourceId,
): Promise<StoredUser | undefined> {
  const row = await store.table(tenant.account, 'directory').get(tenant.connector, userKey(id))
  return row && toUser(row)
}

/** Creates the user with its index rows, counter and activity in one transaction. */
export async function insertUser(
  store: Store,
  tenant: Tenant,
  user: { id: ResourceId; state: UserState },
  activity: ActivityWrites,
): Promise<UserRefusal | undefined> {
  const { id, state } = user
  const writes: readonly Write[] = [
    ...userRows(tenant, { id, index: state.index }),
    { kind: 'insert', key: userKey(id), values: userValues(state) },
    countWrite('User', id, 1),
    ...activity,
  ]
  const refusal = await commit(store, tenant, writes, activity[0].key)
  if (refusal === undefined) await foldCountsSometimes(store, tenant, 'User', id)
  return refusal && meaning(tenant, state.index, writes, refusal)
}

/** Replaces the user if it is unchanged, and moves its index rows, in one transaction. */
export async function replaceUser(
  store: Store,
  tenant: Tenant,
  change: { before: StoredUser; after: UserState },
  activity: ActivityWrites,
): Promise<UserRefusal | undefined> {
  const { before, after } = change
  const signIn = signInAfter(before.signIn, after.index.externalId, after.modified)
  const values = {
    ...userValues(after),
    ...signInValues(signIn),
    ...(before.grouped ? { mv: true } : {}),
  }
  const writes: readonly Write[] = [
    ...moved(tenant, before, after.index),
    ...(signIn.account === before.signIn.account ? [] : linkDeletes(tenant, before.signIn)),
    { kind: 'replace', key: userKey(before.id), values, etag: before.etag },
    ...activity,
  ]
  const refusal = await commit(store, tenant, writes, activity[0].key)
  return refusal && meaning(tenant, after.index, writes, refusal)
}

/** The writes that take a user's own rows away: part of the transaction of DELETE. */
export function removalWrites(tenant: Tenant, user: StoredUser): readonly Write[] {
  return [
    { kind: 'delete', key: userKey(user.id), etag: user.etag },
    ...[...uniqueRows(tenant, user.index).keys()].map((key): Write => ({ kind: 'delete', key })),
    ...indexKeys(tenant, user.id, user.index).map((key): Write => ({ kind: 'delete', key })),
    ...linkDeletes(tenant, user.signIn),
    countWrite('User', user.id, -1),
  ]
}

export function toUser(row: Row): StoredUser {
  const { values } = row
  const stored: unknown = JSON.parse(fromChunks('j', values))
  if (!isRecord(stored)) return fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
  return {
    id: requireId(row.key.slice('u.'.length)),
    etag: row.etag,
    attributes: stored,
    index: {
      userName: String(values['un']),
      externalId: textOf(values['xi']),
      emails: texts('em', values),
      uniqueEmail: textOf(values['we']),
      search: texts('se', values),
      active: values['act'] === true,
      role: parseRole(String(values['role'] ?? '')),
    },
    created: String(values['ca']),
    modified: String(values['ma']),
    version: String(values['op']),
    origin: textOf(values['org']),
    grouped: values['mv'] === true,
    signIn: toUserSignIn(values),
  }
}

/** The user's own columns; `j` holds the resource, the others repeat what indexes and sign-in need. */
export function userValues(state: UserState): Values {
  const { index } = state
  return {
    ...toChunks('j', JSON.stringify(state.attributes)),
    un: index.userName,
    ...toChunks('em', JSON.stringify(index.emails)),
    ...toChunks('se', JSON.stringify(index.search)),
    act: index.active,
    ca: state.created,
    ma: state.modified,
    op: state.version,
    ...optional('xi', index.externalId),
    ...optional('we', index.uniqueEmail),
    ...optional('role', index.role),
    ...optional('org', state.origin),
  }
}

function optional(name: string, value: string | undefined): Values {
  return value === undefined ? {} : { [name]: value }
}

/** Rows of which one connector holds only one: key → the attribute that they guard. */
function uniqueRows(tenant: Tenant, index: UserIndex): ReadonlyMap<string, 'userName' | 'email'> {
  const rows = new Map<string, 'userName' | 'email'>([[userNameKey(tenant, index.userName), 'userName']])
  if (index.uniqueEmail !== undefined) rows.set(loginEmailKey(tenant, index.uniqueEmail), 'email')
  return rows
}

/** Rows that hold the user's id in their key, so that several users may share a value. */
function indexKeys(tenant: Tenant, id: ResourceId, index: UserIndex): readonly string[] {
  const keys = new Set<string>()
  if (index.externalId !== undefined) keys.add(userExternalIdPrefix(tenant, index.externalId) + id)
  for (const email of index.emails) keys.add(emailPrefix(tenant, email) + id)
  for (const term of index.search) keys.add(searchKey(term, id))
  return [...keys]
}

/** The rows that a user has beside its own. */
export function ownedRows(
  tenant: Tenant,
  user: Pick<StoredUser, 'id' | 'index' | 'signIn'>,
): readonly Write[] {
  const { id, signIn } = user
  const link: readonly Write[] =
    signIn.account === undefined
      ? []
      : [{ kind: 'insert', key: linkKey(tenant, signIn.account), values: { id } }]
  return [...userRows(tenant, user), ...link]
}

function linkDeletes(tenant: Tenant, { account }: UserSignIn): readonly Write[] {
  return account === undefined ? [] : [{ kind: 'delete', key: linkKey(tenant, account) }]
}

function userRows(tenant: Tenant, { id, index }: Pick<StoredUser, 'id' | 'index'>): readonly Write[] {
  return [
    ...[...uniqueRows(tenant, index).keys()].map((key): Write => ({ kind: 'insert', key, values: { id } })),
    ...indexKeys(tenant, id, index).map((key): Write => ({ kind: 'put', key, values: {} })),
  ]
}

/** Index rows to insert and to delete when a user changes; rows that stay are not touched. */
function moved(tenant: Tenant, { id, index: before }: StoredUser, after: UserIndex): readonly Write[] {
  const uniqueBefore = changedUniqueRows(tenant, before, after)
  const uniqueAfter = changedUniqueRows(tenant, after, before)
  const keysBefore = new Set(changedIndexKeys(tenant, id, before, after))
  const keysAfter = new Set(changedIndexKeys(tenant, id, after, before))
  const gone = [...uniqueBefore.keys(), ...keysBefore].filter(
    (key) => !uniqueAfter.has(key) && !keysAfter.has(key),
  )
  return [
    ...[...uniqueAfter.keys()]
      .filter((key) => !uniqueBefore.has(key))
      .map((key): Write => ({ kind: 'insert', key, values: { id } })),
    ...[...keysAfter]
      .filter((key) => !keysBefore.has(key))
      .map((key): Write => ({ kind: 'put', key, values: {} })),
    ...gone.map((key): Write => ({ kind: 'delete', key })),
  ]
}

/** Most changes leave what is looked up alone, and a key that stays need not be hashed: only what differs from the other. */
function changedUniqueRows(tenant: Tenant, index: UserIndex, other: UserIndex): ReadonlyMap<string, unknown> {
  const isSame = index.userName === other.userName && index.uniqueEmail === other.uniqueEmail
  return isSame ? new Map() : uniqueRows(tenant, index)
}

function changedIndexKeys(
  tenant: Tenant,
  id: ResourceId,
  index: UserIndex,
  other: UserIndex,
): readonly string[] {
  return indexKeys(tenant, id, {
    ...index,
    externalId: index.externalId === other.externalId ? undefined : index.externalId,
    emails: isSameList(index.emails, other.emails) ? [] : index.emails,
    search: isSameList(index.search, other.search) ? [] : index.search,
  })
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, i) => item === right[i])
}

function meaning(tenant: Tenant, index: UserIndex, writes: readonly Write[], refusal: Refusal): UserRefusal {
  const guarded = uniqueRows(tenant, index).get(writes[refusal.index]?.key ?? '')
  return guarded !== undefined && refusal.reason === 'exists' ? { taken: guarded } : 'changed'
}

/** An id in a row of ours; anything else is a store that cannot be trusted now. */
export function requireId(value: unknown): ResourceId {
  return parseResourceId(value) ?? fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
}

function texts(name: string, values: Values): readonly string[] {
  const list: unknown = JSON.parse(fromChunks(name, values) || '[]')
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}

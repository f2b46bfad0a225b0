import type { Tenant } from '../../shared/kernel/tenant.ts'
import { toGroup, type StoredGroup } from '../../shared/storage/groups.ts'
import {
  emailPrefix,
  groupExternalIdKey,
  groupNameGuardKey,
  loginEmailKey,
  searchKey,
  userExternalIdPrefix,
  userNameKey,
} from '../../shared/storage/keys.ts'
import type { Store } from '../../shared/storage/store.ts'
import type { Row } from '../../shared/storage/table.ts'
import { toUser, type StoredUser } from '../../shared/storage/users.ts'

/*
 * What must be true of a connector's partition at rest, whatever raced in it. The checks read rows only; nothing of the
 * writing code is asked but the names of the keys.
 */

interface Snapshot {
  readonly tenant: Tenant
  readonly rows: ReadonlyMap<string, Row>
  readonly users: ReadonlyMap<string, StoredUser>
  readonly groups: ReadonlyMap<string, StoredGroup>
}

type Violations = readonly string[]

const KNOWN = /^(?:[unwxesgdymrtab]\.|c\.[ug](?:\.|$)|z\.g\.)/
const ACTIVITY = /^(?:a|b\.[0-9a-f-]{36})\.\d{13}\.[0-9a-z]{8}$/
const DELTA = /^c\.[ug]\.[0-9a-f]{3}[0-9a-z]{10}$/

/** Every rule that the rows of a connector break, in words; none where all is well. */
export async function checkDirectory(store: Store, tenant: Tenant): Promise<Violations> {
  const range = { from: '', to: '\uffff', limit: Number.MAX_SAFE_INTEGER }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  const snapshot: Snapshot = {
    tenant,
    rows: new Map(rows.map((row) => [row.key, row])),
    users: new Map(under(rows, 'u.').map((row) => [row.key.slice(2), toUser(row)])),
    groups: new Map(under(rows, 'g.').map((row) => [row.key.slice(2), toGroup(row)])),
  }
  return [
    ...rows.filter(({ key }) => !KNOWN.test(key)).map(({ key }) => `${key} is no row of ours`),
    ...checkUserRows(snapshot),
    ...checkGroupRows(snapshot),
    ...checkNames(snapshot),
    ...checkMemberships(snapshot),
    ...checkCounts(snapshot, 'u'),
    ...checkCounts(snapshot, 'g'),
    ...checkLeftovers(snapshot),
  ]
}

/** Each user has exactly the index rows of its values, and each index row is some user's. */
function checkUserRows({ tenant, rows, users }: Snapshot): Violations {
  const wanted = new Map<string, string | undefined>()
  const violations: string[] = []
  for (const { id, index } of users.values()) {
    const keys: readonly (readonly [string, string?])[] = [
      [userNameKey(tenant, index.userName), id],
      ...(index.uniqueEmail === undefined ? [] : [[loginEmailKey(tenant, index.uniqueEmail), id] as const]),
      ...(index.externalId === undefined
        ? []
        : [[userExternalIdPrefix(tenant, index.externalId) + id] as const]),
      ...index.emails.map((email) => [emailPrefix(tenant, email) + id] as const),
      ...index.search.map((text) => [searchKey(text, id)] as const),
    ]
    for (const [key, owner] of keys) {
      if (owner !== undefined && wanted.has(key)) violations.push(`${key} belongs to two users`)
      wanted.set(key, owner)
    }
  }
  return [...violations, ...compare(rows, ['n.', 'w.', 'x.', 'e.', 's.'], wanted)]
}

function checkGroupRows({ tenant, rows, groups }: Snapshot): Violations {
  const wanted = new Map<string, string | undefined>()
  for (const { id, externalId } of groups.values())
    if (externalId !== undefined) wanted.set(groupExternalIdKey(tenant, externalId), id)
  const withExternalId = [...groups.values()].filter(({ externalId }) => externalId !== undefined)
  const shared = withExternalId.length === wanted.size ? [] : ['two groups have one externalId']
  return [...shared, ...compare(rows, ['y.'], wanted)]
}

/** A name has one group without an externalId or any number with one, and its guard says which. */
function checkNames({ tenant, rows, groups }: Snapshot): Violations {
  const violations: string[] = []
  const holders = new Map<string, StoredGroup[]>()
  for (const group of groups.values()) {
    const guard = groupNameGuardKey(tenant, group.displayName)
    holders.set(guard, [...(holders.get(guard) ?? []), group])
    if (!rows.has(`${guard}.${group.id}`)) violations.push(`group ${group.id} has no row for its name`)
  }
  for (const [guard, held] of holders) {
    const isOwned = held.some(({ externalId }) => externalId === undefined)
    if (isOwned && held.length > 1) violations.push(`${guard} is owned and has ${held.length} groups`)
    const mode = rows.get(guard)?.values['mode']
    if (mode !== (isOwned ? 'owned' : 'shared')) violations.push(`${guard} is ${String(mode)}`)
  }
  return [...violations, ...checkNameRows(rows, holders)]
}

function checkNameRows(
  rows: ReadonlyMap<string, Row>,
  holders: ReadonlyMap<string, readonly StoredGroup[]>,
): Violations {
  const violations: string[] = []
  for (const { key, values } of under([...rows.values()], 'd.')) {
    const [, hash = '', id] = key.split('.')
    const held = holders.get(`d.${hash}`) ?? []
    if (id === undefined && held.length === 0 && values['mode'] !== 'shared')
      violations.push(`${key} is owned by nobody`)
    if (id !== undefined && !held.some((group) => group.id === id))
      violations.push(`${key} is the name of no group`)
  }
  return violations
}

/** Both rows of a membership or none; both ends exist, unless a sweep is under way; and each end knows of it. */
function checkMemberships({ rows, users, groups }: Snapshot): Violations {
  const violations: string[] = []
  for (const { key, group, member, counterpart } of membershipsIn(rows)) {
    const found = users.get(member) ?? groups.get(member)
    const rules: readonly (readonly [boolean, string])[] = [
      [rows.has(counterpart), 'has no counterpart'],
      [found !== undefined, 'has a member that does not exist'],
      [found?.grouped !== false, 'has a member that does not know of it'],
      [groups.has(group) || rows.has(`z.g.${group}`), 'has no group'],
      [groups.get(group)?.populated !== false, 'has a group that does not know of it'],
    ]
    violations.push(...rules.filter(([holds]) => !holds).map(([, what]) => `${key} ${what}`))
  }
  return violations
}

function membershipsIn(rows: ReadonlyMap<string, Row>) {
  return [...rows.keys()].flatMap((key) => {
    const [kind, left = '', right = ''] = key.split('.')
    if (kind === 'm') return [{ key, group: left, member: right, counterpart: `r.${right}.${left}` }]
    if (kind === 'r') return [{ key, group: right, member: left, counterpart: `m.${right}.${left}` }]
    return []
  })
}

function checkCounts({ rows, users, groups }: Snapshot, kind: 'u' | 'g'): Violations {
  const counted = new Map<number, number>()
  const violations: string[] = []
  let total = 0
  for (const [key, { values }] of rows) {
    const packed = values['b']
    if (key === `c.${kind}` && packed instanceof Uint8Array) {
      total += Number(values['n'])
      const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
      for (let i = 0; i < 4_096; i++) raise(counted, i, view.getInt16(i * 2, true))
    } else if (key.startsWith(`c.${kind}.`)) {
      if (!DELTA.test(key)) violations.push(`${key} is no delta`)
      total += Number(values['d'])
      raise(counted, Number.parseInt(key.slice(4, 7), 16), Number(values['d']))
    }
  }
  const ids = [...(kind === 'u' ? users : groups).keys()]
  if (total !== ids.length) violations.push(`${ids.length} rows ${kind}. are counted as ${total}`)
  for (const id of ids) raise(counted, Number.parseInt(id.slice(0, 3), 16), -1)
  for (const [bucket, rest] of counted)
    if (rest !== 0) violations.push(`bucket ${bucket} of ${kind}. is off by ${rest}`)
  return violations
}

/** The log's keys, what deleted users left, and sweeps of groups that are gone. */
function checkLeftovers({ rows, users, groups }: Snapshot): Violations {
  const violations: string[] = []
  for (const [key, row] of rows) {
    const [kind, ...rest] = key.split('.')
    const isLog = kind === 'a' || kind === 'b'
    if (isLog && !ACTIVITY.test(key)) violations.push(`${key} is no place in the log`)
    if (kind === 'b' && !rows.has(`a.${rest.slice(1).join('.')}`))
      violations.push(`${key} is not in the connector's log`)
    if (kind === 't' && (users.has(rest.join()) || row.values['at'] === undefined))
      violations.push(`${key} has no time or is of a user that exists`)
    if (kind === 'z' && groups.has(String(rest[1]))) violations.push(`${key} is of a group that exists`)
  }
  return violations
}

/** The rows under some prefixes against those that there should be; a value is the id that the row points to. */
function compare(
  rows: ReadonlyMap<string, Row>,
  prefixes: readonly string[],
  wanted: ReadonlyMap<string, string | undefined>,
): Violations {
  const violations: string[] = []
  for (const [key, id] of wanted) {
    const row = rows.get(key)
    if (row === undefined) violations.push(`${key} is missing`)
    else if (id !== undefined && row.values['id'] !== id)
      violations.push(`${key} points to ${String(row.values['id'])}`)
  }
  for (const key of rows.keys())
    if (prefixes.some((prefix) => key.startsWith(prefix)) && !wanted.has(key))
      violations.push(`${key} is an orphan`)
  return violations
}

function under(rows: readonly Row[], prefix: string): readonly Row[] {
  return rows.filter(({ key }) => key.startsWith(prefix))
}

function raise(counts: Map<number, number>, key: number, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

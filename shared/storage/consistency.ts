import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { groupRows, toGroup } from './groups.ts'
import { groupKey, memberKey, membershipKey, sweepKey, userKey } from './keys.ts'
import type { Store } from './store.ts'
import type { Row, Table, Write } from './table.ts'
import { ownedRows, toUser } from './users.ts'

/*
 * Every row of a connector has its owner, and every owner its rows. The transactions keep that true; this is how an
 * operator can see it, and mend what a fault of ours or a hand in the tables has broken.
 */

interface Finding {
  /** The row that is missing or has no owner. Of a search row, only its owner: its key holds letters of a name. */
  readonly row: string
  readonly problem: 'missing' | 'orphan'
  readonly repaired: boolean
}

export interface Verified {
  readonly checked: number
  readonly findings: readonly Finding[]
  /** Where the next slice begins; `undefined` at the end. */
  readonly next: string | undefined
}

/** A finding with what would mend it; the writes hold only if nothing has moved meanwhile. */
interface Fault {
  readonly row: string
  readonly problem: Finding['problem']
  readonly repair: readonly Write[]
}

const SLICE = 200
/** Rows that refer to others: activities, tombstones, counters and sweeps do not. */
const FIRST = 'd.'
const LAST = 'y.~'
const AT_ONCE = 16

/** Checks one connector's rows from `from` on, in the order of their keys, until the end or `until` (ms since 1970). */
export async function verifyRows(
  store: Store,
  tenant: Tenant,
  slice: { from: string | undefined; repair: boolean; until: number },
): Promise<Verified> {
  const table = store.table(tenant.account, 'directory')
  const findings: Finding[] = []
  let checked = 0
  let next: string | undefined = slice.from ?? FIRST
  while (next !== undefined && Date.now() < slice.until) {
    const rows: readonly Row[] = await table.range(tenant.connector, { from: next, to: LAST, limit: SLICE })
    for (let i = 0; i < rows.length; i += AT_ONCE) {
      const some = rows.slice(i, i + AT_ONCE).map((row) => verifyRow(table, tenant, row, slice.repair))
      findings.push(...(await Promise.all(some)).flat())
    }
    checked += rows.length
    const last: string | undefined = rows[SLICE - 1]?.key
    // The least key behind it: "-" sorts before every character of ours.
    next = last && `${last}-`
  }
  return { checked, findings, next }
}

/** A write of ours between two reads looks like a fault, so what seems broken is looked at once more, with the row read afresh. */
async function verifyRow(
  table: Table,
  tenant: Tenant,
  row: Row,
  repair: boolean,
): Promise<readonly Finding[]> {
  if ((await faultsOf(table, tenant, row)).length === 0) return []
  const again = await table.get(tenant.connector, row.key)
  const faults = again === undefined ? [] : await faultsOf(table, tenant, again)
  return Promise.all(
    faults.map(async (fault) => {
      const { refusal } = repair ? await table.batch(tenant.connector, fault.repair) : { refusal: true }
      return { row: shown(fault.row), problem: fault.problem, repaired: refusal === undefined }
    }),
  )
}

async function faultsOf(table: Table, tenant: Tenant, row: Row): Promise<readonly Fault[]> {
  const [kind = ''] = row.key.split('.')
  if (kind === 'u' || kind === 'g') return missingRows(table, tenant, row, kind)
  if (kind === 'm' || kind === 'r') return membershipFaults(table, tenant, row, kind)
  if (['n', 'w', 'x', 'e', 's', 'o', 'd', 'y'].includes(kind)) return orphanFaults(table, tenant, row, kind)
  return []
}

/** Rows that a user or group should have and has not. */
async function missingRows(
  table: Table,
  tenant: Tenant,
  row: Row,
  kind: 'u' | 'g',
): Promise<readonly Fault[]> {
  const wanted = kind === 'u' ? ownedRows(tenant, toUser(row)) : groupRows(tenant, toGroup(row))
  const found = await Promise.all(wanted.map(({ key }) => table.get(tenant.connector, key)))
  return wanted
    .filter((_, i) => found[i] === undefined)
    .map((write) => ({
      row: write.key,
      problem: 'missing',
      repair: [write, { kind: 'merge', key: row.key, values: {}, etag: row.etag }],
    }))
}

/** An index row that no user or group claims. */
async function orphanFaults(table: Table, tenant: Tenant, row: Row, kind: string): Promise<readonly Fault[]> {
  const isGroupRow = kind === 'd' || kind === 'y'
  const id = parseResourceId(row.values['id'] ?? row.key.split('.')[2])
  // The guard of a shared name has no owner by design.
  if (id === undefined && kind === 'd') return []
  const owner = id && (await table.get(tenant.connector, isGroupRow ? groupKey(id) : userKey(id)))
  const claimed = owner && (isGroupRow ? groupRows(tenant, toGroup(owner)) : ownedRows(tenant, toUser(owner)))
  return claimed?.some(({ key }) => key === row.key) === true ? [] : [orphan(row)]
}

/** The group's side decides: its row without a counterpart gets one, a counterpart alone goes. */
async function membershipFaults(
  table: Table,
  tenant: Tenant,
  row: Row,
  kind: 'm' | 'r',
): Promise<readonly Fault[]> {
  const [, left, right] = row.key.split('.')
  const [group, member] = (kind === 'm' ? [left, right] : [right, left]).map(parseResourceId)
  if (group === undefined || member === undefined) return [orphan(row)]
  const counterpart = kind === 'm' ? membershipKey(member, group) : memberKey(group, member)
  const [hasGroup, isSwept, hasMember, hasCounterpart] = await Promise.all([
    exists(table, tenant, groupKey(group)),
    exists(table, tenant, sweepKey(group)),
    isResource(table, tenant, member),
    exists(table, tenant, counterpart),
  ])
  if (isSwept) return []
  if (!hasGroup || !hasMember || (kind === 'r' && !hasCounterpart)) return [orphan(row)]
  if (hasCounterpart) return []
  return [
    { row: counterpart, problem: 'missing', repair: [{ kind: 'insert', key: counterpart, values: {} }] },
  ]
}

async function exists(table: Table, tenant: Tenant, key: string): Promise<boolean> {
  return (await table.get(tenant.connector, key)) !== undefined
}

async function isResource(table: Table, tenant: Tenant, id: ResourceId): Promise<boolean> {
  return (await exists(table, tenant, userKey(id))) || exists(table, tenant, groupKey(id))
}

function orphan({ key, etag }: Row): Fault {
  return { row: key, problem: 'orphan', repair: [{ kind: 'delete', key, etag }] }
}

function shown(key: string): string {
  return key.startsWith('s.') ? `s.….${key.slice(key.lastIndexOf('.') + 1)}` : key
}

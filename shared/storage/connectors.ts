import {
  connectorIdOf,
  connectorParts,
  parseOrganizationId,
  type ConnectorId,
  type OrganizationId,
} from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { ActivityWrites } from './activity.ts'
import { connectorValues, toConnectorState, type ConnectorState } from './config-connector-row.ts'
import { flushOutbox } from './config-outbox.ts'
import { CONNECTOR_PREFIX, configTable, connectorKey, connectorNumberOf } from './config-table.ts'
import { prefixEnd } from './keys.ts'
import { organizationWrite, type StoredOrganization } from './organizations.ts'
import type { Store } from './store.ts'
import type { Row, Write } from './table.ts'

export interface StoredConnector extends ConnectorState {
  readonly id: ConnectorId
  readonly etag: string
}

/** A connector and what its earlier changes still have to bring into its activity. */
export interface ConnectorAndOutbox {
  readonly connector: StoredConnector
  readonly outbox: readonly Row[]
}

/** Of one connector: the handle under which its directory is stored. */
export function tenantOf(connector: StoredConnector): Tenant {
  return { connector: connector.id, account: connector.account }
}

/** The row as it is, whatever its state. One storage request. */
export async function findConnector(store: Store, id: ConnectorId): Promise<StoredConnector | undefined> {
  const { organization, number } = connectorParts(id)
  const row = await configTable(store).get(organization, connectorKey(number))
  return row && toConnector(id, row)
}

/** The connector with its outbox, in one storage request: `c.{n}.…` sorts right behind `c.{n}` and before `c.{n}0`. */
export async function findConnectorAndOutbox(
  store: Store,
  id: ConnectorId,
): Promise<ConnectorAndOutbox | undefined> {
  const { organization, number } = connectorParts(id)
  const key = connectorKey(number)
  const range = { from: key, to: prefixEnd(`${key}.`), limit: 1_000 }
  const [row, ...outbox] = await configTable(store).range(organization, range)
  return row?.key === key ? { connector: toConnector(id, row), outbox } : undefined
}

/** Every connector of an organization, deleted ones included, in the order of their keys. */
export async function listStoredConnectors(
  store: Store,
  organization: OrganizationId,
): Promise<readonly StoredConnector[]> {
  const range = { from: CONNECTOR_PREFIX, to: prefixEnd(CONNECTOR_PREFIX), limit: 20_000 }
  const rows = await configTable(store).range(organization, range)
  return rows.flatMap((row) => {
    const number = connectorNumberOf(row.key)
    return number === undefined ? [] : [toConnector(connectorIdOf(organization, number), row)]
  })
}

/** All connectors of all organizations. It reads the whole table: for maintenance only. */
export async function* scanConnectors(store: Store): AsyncIterable<StoredConnector> {
  for await (const { partition, row } of configTable(store).scan(
    CONNECTOR_PREFIX,
    prefixEnd(CONNECTOR_PREFIX),
  )) {
    const organization = parseOrganizationId(partition)
    const number = connectorNumberOf(row.key)
    if (organization !== undefined && number !== undefined)
      yield toConnector(connectorIdOf(organization, number), row)
  }
}

/**
 * Adds a connector under the number that the organization's row gives next; the same transaction moves that number on,
 * so no two connectors ever get one. `changed` where the organization is not as it was read.
 */
export async function insertConnector(
  store: Store,
  organization: StoredOrganization,
  state: ConnectorState,
  activity: ActivityWrites,
): Promise<'changed' | undefined> {
  const number = organization.nextConnector
  const tenant = { connector: connectorIdOf(organization.id, number), account: state.account }
  const after = { ...organization, nextConnector: number + 1 }
  return commitChange(store, tenant, activity, [
    organizationWrite(organization, after),
    { kind: 'insert', key: connectorKey(number), values: connectorValues(state) },
  ])
}

/** Replaces a connector that is unchanged since it was read, together with the activity that says so. */
export async function replaceConnector(
  store: Store,
  before: StoredConnector,
  after: ConnectorState,
  activity: ActivityWrites,
): Promise<'changed' | undefined> {
  return commitChange(store, tenantOf(before), activity, [replaceWrite(before, after)])
}

/** The same without an activity: for what nobody decided, such as marks and the time of a last use. */
export async function touchConnector(
  store: Store,
  before: StoredConnector,
  after: ConnectorState,
): Promise<'changed' | undefined> {
  const { organization } = connectorParts(before.id)
  const { refusal } = await configTable(store).batch(organization, [replaceWrite(before, after)])
  return refusal && 'changed'
}

/** Takes the connector's rows in `config` away, the connector itself last: nothing may be left to find them by. */
export async function removeConnector(store: Store, id: ConnectorId): Promise<void> {
  const { organization, number } = connectorParts(id)
  const found = await findConnectorAndOutbox(store, id)
  for (const { key } of found?.outbox ?? [])
    await configTable(store).batch(organization, [{ kind: 'delete', key }])
  await configTable(store).batch(organization, [{ kind: 'delete', key: connectorKey(number) }])
}

/**
 * A change lives in table `config` and the connector's log in table `directory`, which no transaction spans: the
 * activity is committed with the change under `c.{n}.a.{place}` and copied to the log afterwards.
 */
async function commitChange(
  store: Store,
  tenant: Tenant,
  activity: ActivityWrites,
  change: readonly Write[],
): Promise<'changed' | undefined> {
  const { organization, number } = connectorParts(tenant.connector)
  const prefix = `${connectorKey(number)}.`
  const outbox = activity.map((write): Write => ({ ...write, key: prefix + write.key }))
  const table = configTable(store)
  const { refusal, resent } = await table.batch(organization, [...change, ...outbox])
  if (refusal !== undefined && !(resent && (await isCommitted(store, tenant, activity[0].key))))
    return 'changed'
  const rows = outbox.flatMap((write) => ('values' in write ? [{ etag: '', ...write }] : []))
  await flushOutbox(store, tenant, rows)
  return undefined
}

/** Whether the activity stands in the outbox, or in the log already because somebody else was quick to copy it. */
async function isCommitted(store: Store, tenant: Tenant, activityKey: string): Promise<boolean> {
  const { organization, number } = connectorParts(tenant.connector)
  const waiting = await configTable(store).get(organization, `${connectorKey(number)}.${activityKey}`)
  if (waiting !== undefined) return true
  const copied = await store.table(tenant.account, 'directory').get(tenant.connector, activityKey)
  return copied !== undefined
}

function replaceWrite(before: StoredConnector, after: ConnectorState): Write {
  const key = connectorKey(connectorParts(before.id).number)
  return { kind: 'replace', key, values: connectorValues(after), etag: before.etag }
}

function toConnector(id: ConnectorId, row: Row): StoredConnector {
  return { id, etag: row.etag, ...toConnectorState(row) }
}

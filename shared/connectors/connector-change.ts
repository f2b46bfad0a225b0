import { activityRows, type Activity } from '../activity/activity.ts'
import { fail } from '../kernel/failure.ts'
import { connectorParts, type ConnectorId } from '../kernel/ids.ts'
import type { ConnectorState } from '../storage/config-connector-row.ts'
import { flushOutbox } from '../storage/config-outbox.ts'
import {
  findConnectorAndOutbox,
  replaceConnector,
  tenantOf,
  type StoredConnector,
} from '../storage/connectors.ts'
import type { Store } from '../storage/store.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import type { ConnectorsContext } from './context.ts'
import { getOrganization } from './organization.ts'

/** The connector, its log brought up to date; 404 where there is none or it is deleted. */
export async function getConnector(store: Store, id: ConnectorId): Promise<StoredConnector> {
  const found = await findConnectorAndOutbox(store, id)
  if (found === undefined || found.connector.life === 'deleted')
    return fail({ code: 'not_found', detail: 'There is no connector with this id.' })
  await flushOutbox(store, tenantOf(found.connector), found.outbox)
  return found.connector
}

/**
 * Changes a connector and logs that in the same transaction. `change` may run again where somebody else was faster; it
 * refuses by failing, and `undefined` from it means that everything is as wanted already. 404 where there is none.
 */
export async function changeConnector(
  context: ConnectorsContext,
  id: ConnectorId,
  activity: Omit<Activity, 'resource'>,
  change: (before: StoredConnector) => ConnectorState | undefined,
): Promise<StoredConnector> {
  const { store, caller, now, forget } = context
  const resource = { type: 'Connector', id }
  return retryWhileChanged(async () => {
    const before = await getConnector(store, id)
    const after = change(before)
    if (after === undefined) return before
    const rows = activityRows(caller, { ...activity, resource }, now())
    if ((await replaceConnector(store, before, after, rows)) !== undefined) return undefined
    forget(id)
    return after.life === 'deleted' ? before : getConnector(store, id)
  })
}

/**
 * Adding and editing connectors needs the enterprise plan: 403 otherwise. A downgraded organization's connectors keep
 * being provisioned and can be read, deleted, and have their secrets revoked: nobody may be kept from closing a door.
 */
export async function requireEditable(context: ConnectorsContext, id: ConnectorId): Promise<void> {
  const organization = await getOrganization(context.store, connectorParts(id).organization)
  if (organization.plan === 'standard') fail({ code: 'plan_required', contact: context.salesContact })
}

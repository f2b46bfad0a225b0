import { failureOf } from '../kernel/failure.ts'
import { connectorParts } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { configTable, connectorKey } from './config-table.ts'
import type { Store } from './store.ts'
import type { Row, Write } from './table.ts'

/** Rows copied in one transaction. */
const COPIED_AT_ONCE = 100

/**
 * Brings waiting activity into the connector's log and takes it out of the outbox. The place in the log was chosen with
 * the change, so copying again writes the same row. The change itself is committed: where the log's account does not
 * answer, the activity just waits for whoever reads the connector next.
 */
export async function flushOutbox(
  store: Store,
  tenant: Tenant,
  waiting: readonly Pick<Row, 'key' | 'values'>[],
): Promise<void> {
  try {
    for (let i = 0; i < waiting.length; i += COPIED_AT_ONCE)
      await copy(store, tenant, waiting.slice(i, i + COPIED_AT_ONCE))
  } catch (error) {
    if (failureOf(error)?.code !== 'storage_unavailable') throw error
  }
}

async function copy(
  store: Store,
  tenant: Tenant,
  rows: readonly Pick<Row, 'key' | 'values'>[],
): Promise<void> {
  const { organization, number } = connectorParts(tenant.connector)
  const { length } = `${connectorKey(number)}.`
  const copies = rows.map(({ key, values }): Write => ({ kind: 'put', key: key.slice(length), values }))
  await store.table(tenant.account, 'directory').batch(tenant.connector, copies)
  const done = rows.map(({ key }): Write => ({ kind: 'delete', key }))
  // Refused as a whole where somebody else copied one at the same time: what is left waits for the next reader.
  await configTable(store).batch(organization, done)
}

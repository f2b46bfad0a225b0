import type { ConnectorId } from '../kernel/ids.ts'
import { tenantOf } from '../storage/connectors.ts'
import { verifyRows, type Verified } from '../storage/consistency.ts'
import { getConnector } from './connector-change.ts'
import type { ConnectorsContext } from './context.ts'

/** Looks whether every row of a connector has its owner and every owner its rows, a slice at a time; 404 where there is none. */
export async function verifyConnector(
  { store, deadline }: ConnectorsContext,
  id: ConnectorId,
  slice: { from: string | undefined; repair: boolean },
): Promise<Verified> {
  return verifyRows(store, tenantOf(await getConnector(store, id)), { ...slice, until: deadline })
}

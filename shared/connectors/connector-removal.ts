import type { ConnectorId } from '../kernel/ids.ts'
import { changeConnector } from './connector-change.ts'
import type { ConnectorsContext } from './context.ts'

/**
 * Deletes a connector: from now on its SCIM requests are answered 401; its rows are purged later. Allowed on every
 * plan. 404 where there is none.
 */
export async function deleteConnector(context: ConnectorsContext, id: ConnectorId): Promise<void> {
  const activity = { operation: 'connector.delete', status: 204 }
  const deletedAt = context.now().toISOString()
  // The secrets go with it: what is deleted needs none, and nothing can be brought back by editing the state.
  await changeConnector(context, id, activity, (before) => ({
    ...before,
    life: 'deleted',
    secrets: [],
    deletedAt,
  }))
}

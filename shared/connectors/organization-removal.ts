import { failureOf } from '../kernel/failure.ts'
import type { ConnectorId, OrganizationId } from '../kernel/ids.ts'
import { readClaims, releaseClaims } from '../storage/config-claims.ts'
import { listStoredConnectors } from '../storage/connectors.ts'
import { claimKeys, replaceOrganization } from '../storage/organizations.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import { deleteConnector } from './connector-removal.ts'
import type { ConnectorsContext } from './context.ts'
import { getOrganization } from './organization.ts'

/**
 * Deletes an organization and all its connectors, whatever its plan. The row goes last, under the ETag from before
 * the connectors were listed: a connector that is created meanwhile changes it, and the round is run again.
 */
export async function deleteOrganization(context: ConnectorsContext, id: OrganizationId): Promise<void> {
  const { store, now } = context
  await retryWhileChanged(async () => {
    const before = await getOrganization(store, id)
    const claims = await readClaims(store, id, claimKeys(before))
    for (const connector of await listStoredConnectors(store, id))
      if (connector.life !== 'deleted') await deleteUnlessGone(context, connector.id)
    const after = { ...before, deletedAt: now().toISOString() }
    if ((await replaceOrganization(store, before, after)) !== undefined) return undefined
    await releaseClaims(store, claims)
    return true
  })
}

/** Somebody else may delete the same connector, or the organization, at the same time. */
async function deleteUnlessGone(context: ConnectorsContext, id: ConnectorId): Promise<void> {
  try {
    await deleteConnector(context, id)
  } catch (error) {
    if (failureOf(error)?.code !== 'not_found') throw error
  }
}

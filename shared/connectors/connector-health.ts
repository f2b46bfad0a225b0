import { getActivityPicture, type ActivityPicture } from '../activity/rollups.ts'
import { tenantOf, type StoredConnector } from '../storage/connectors.ts'
import { readCounts } from '../storage/counters.ts'
import type { Store } from '../storage/store.ts'
import { warningsOf, type Warning } from './warnings.ts'

/** How a connector does: what the first page shows of it. */
export interface ConnectorHealth {
  readonly picture: ActivityPicture
  readonly people: number
  readonly groups: number
  readonly warnings: readonly Warning[]
}

/** One round of storage requests; more where hours or deltas are left to count. */
export async function getConnectorHealth(
  store: Store,
  connector: StoredConnector,
  now: Date,
): Promise<ConnectorHealth> {
  const tenant = tenantOf(connector)
  const [picture, users, groups] = await Promise.all([
    getActivityPicture(store, tenant, now),
    readCounts(store, tenant, 'User'),
    readCounts(store, tenant, 'Group'),
  ])
  const people = users.total
  return { picture, people, groups: groups.total, warnings: warningsOf({ connector, picture, people, now }) }
}

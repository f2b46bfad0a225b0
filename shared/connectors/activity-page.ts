import { listActivity, type ActivityItem } from '../activity/activity.ts'
import { badRequest } from '../kernel/failure.ts'
import type { ConnectorId } from '../kernel/ids.ts'
import { isActivityCursor } from '../storage/activity.ts'
import { tenantOf } from '../storage/connectors.ts'
import type { Store } from '../storage/store.ts'
import { getConnector } from './connector-change.ts'

/**
 * One page of a connector's log, newest first and strictly older than the cursor `before`; what waits in the outbox is
 * brought in first. 400 for a cursor that is none of ours, 404 where there is no such connector.
 */
export async function getActivityPage(
  store: Store,
  id: ConnectorId,
  page: { before: string | undefined; count: number },
): Promise<readonly ActivityItem[]> {
  if (page.before !== undefined && !isActivityCursor(page.before))
    badRequest('invalidValue', 'before must be the cursor of an earlier item.')
  return listActivity(store, tenantOf(await getConnector(store, id)), page)
}

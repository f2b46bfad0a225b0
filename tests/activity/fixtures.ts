import { activityRows, type Activity, type ActivityItem } from '../../shared/activity/activity.ts'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { newDirectory, type Directory } from '../support/directory-context.ts'

export const NOW = new Date('2026-03-10T12:30:00.000Z')
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

export const ago = (ms: number): Date => new Date(NOW.getTime() - ms)

/** A log that a test writes itself. */
export function newLog(): Directory {
  return newDirectory('memory')
}

/** Writes lines, each of its own moment. */
export async function write(
  { store, tenant, context }: Directory,
  lines: readonly (readonly [at: Date, activity: Partial<Activity>])[],
  person?: ResourceId,
): Promise<void> {
  const table = store.table(tenant.account, 'directory')
  const writes = lines.flatMap(([at, activity]) =>
    activityRows(context.caller, { operation: 'user.update', status: 200, ...activity }, at, person),
  )
  for (let i = 0; i < writes.length; i += 100) await table.batch(tenant.connector, writes.slice(i, i + 100))
}

export function line(overrides: Partial<ActivityItem> = {}): ActivityItem {
  return {
    cursor: '0000000000000.00000000',
    at: NOW.toISOString(),
    operation: 'user.update',
    status: 200,
    actor: 'scim:1',
    correlationId: 'request-1',
    clientRequestId: undefined,
    ...overrides,
  }
}

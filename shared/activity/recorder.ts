import { failureOf } from '../kernel/failure.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { Store } from '../storage/store.ts'
import { activityRows, type Activity, type Caller } from './activity.ts'

/** Writes activities that belong to no transaction: authenticated requests that failed, or that changed nothing but left something out. */
export interface ActivityRecorder {
  /** At most 60 a minute per connector, so that a client in a loop cannot fill the log. Comes back once written; an outage is swallowed. */
  record(tenant: Tenant, caller: Caller, activity: Activity): Promise<void>
}

const MINUTE_MS = 60_000
/** Connectors remembered; beyond that the count starts anew, which lets a few more rows through. */
const REMEMBERED = 1_000

export function createActivityRecorder(store: Store, now: () => Date): ActivityRecorder {
  let minute = 0
  const written = new Map<string, number>()
  return {
    async record(tenant, caller, activity) {
      const at = now()
      const current = Math.floor(at.getTime() / MINUTE_MS)
      if (current !== minute || written.size > REMEMBERED) written.clear()
      minute = current
      const count = (written.get(tenant.connector) ?? 0) + 1
      written.set(tenant.connector, count)
      if (count > LIMITS.failureActivityPerMinute) return
      try {
        const table = store.table(tenant.account, 'directory')
        await table.batch(tenant.connector, activityRows(caller, activity, at))
      } catch (error) {
        // The answer to the client matters more than this row.
        if (failureOf(error)?.code !== 'storage_unavailable') throw error
      }
    },
  }
}

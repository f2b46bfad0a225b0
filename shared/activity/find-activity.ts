import type { Tenant } from '../kernel/tenant.ts'
import { isActivityCursor } from '../storage/activity.ts'
import type { Store } from '../storage/store.ts'
import { kindOf, resultOf, type ActivityKind, type ActivityResult } from './activity-kind.ts'
import { listActivity, type ActivityItem } from './activity.ts'

export interface ActivityQuery {
  /** `next` of the page before; anything that is none begins at the newest line. */
  readonly before?: string | undefined
  /** Lines from before this moment are not looked at. */
  readonly since: Date
  readonly kind?: ActivityKind | undefined
  readonly result?: ActivityResult | undefined
  readonly count: number
}

export interface FoundActivity {
  readonly items: readonly ActivityItem[]
  /** Where to go on; absent once the period is searched to its end. */
  readonly next: string | undefined
  /**
   * Set where the search stopped before the page was full because it had looked at 2,000 lines: the page says up to when
   * it has searched, and `next` searches on.
   */
  readonly searchedTo: string | undefined
}

/** Lines read for one page where not all are wanted: two requests of Table Storage's largest size. */
const SCANNED = 2_000

/** One page of a connector's log, newest first. One storage request of the table, two of Azure's where lines are sought. */
export async function findActivity(
  store: Store,
  tenant: Tenant,
  query: ActivityQuery,
): Promise<FoundActivity> {
  const { since, kind, result, count } = query
  const before = query.before !== undefined && isActivityCursor(query.before) ? query.before : undefined
  const isFiltered = kind !== undefined || result !== undefined
  const limit = isFiltered ? SCANNED : count + 1
  const read = await listActivity(store, tenant, { before, count: limit })
  const period = read.filter(({ at }) => Date.parse(at) >= since.getTime())
  const wanted = period.filter(
    (item) =>
      (kind === undefined || kindOf(item) === kind) && (result === undefined || resultOf(item) === result),
  )
  const items = wanted.slice(0, count)
  if (wanted.length > count) return { items, next: items.at(-1)?.cursor, searchedTo: undefined }
  if (period.length < limit) return { items, next: undefined, searchedTo: undefined }
  const last = period.at(-1)
  return { items, next: last?.cursor, searchedTo: last?.at }
}

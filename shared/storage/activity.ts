import { randomText, type ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { prefixEnd, reversedTime, timeOfReversed } from './keys.ts'
import type { Store } from './store.ts'
import type { Row, Values, Write } from './table.ts'

/** One line of the log: property names of docs/storage.md, absent where they do not apply. */
export type ActivityValues = Values

export interface ActivityRow {
  /** Place in the log; `before` of the next page. */
  readonly cursor: string
  readonly at: Date
  readonly values: ActivityValues
}

/** Rows that the activity of a change adds to its transaction; the first one's key is new and proves the commit. */
export type ActivityWrites = readonly [Write, ...Write[]]

/** 36 ** 4 microseconds are 1.7 s: within one millisecond the digits fall, but for one millisecond in 1,700. */
const MICROSECONDS = 36n ** 4n

/** Keeps rows of one millisecond in their order, as far as they come from one process. */
function reversedMicroseconds(): string {
  const left = MICROSECONDS - 1n - ((process.hrtime.bigint() / 1_000n) % MICROSECONDS)
  return left.toString(36).padStart(4, '0')
}

/** The row of the log and, where one person is concerned, its copy in that person's own log. */
export function activityWrites(at: Date, values: ActivityValues, person?: ResourceId): ActivityWrites {
  const place = `${reversedTime(at)}.${reversedMicroseconds()}${randomText(4)}`
  const row: Write = { kind: 'insert', key: `a.${place}`, values }
  return person === undefined ? [row] : [row, { kind: 'insert', key: `b.${person}.${place}`, values }]
}

/** The rows of one page, newest first, strictly older than the cursor. One storage request. */
export async function readActivity(
  store: Store,
  tenant: Tenant,
  page: { before: string | undefined; count: number },
): Promise<readonly ActivityRow[]> {
  return readLog(store, tenant, 'a.', page)
}

/** The same of one person's own log. One storage request. */
export async function readPersonActivity(
  store: Store,
  tenant: Tenant,
  person: ResourceId,
  page: { before: string | undefined; count: number },
): Promise<readonly ActivityRow[]> {
  return readLog(store, tenant, `b.${person}.`, page)
}

interface LogPage {
  readonly before: string | undefined
  readonly count: number
  /** Lines from then on, and lines from before then: all where absent. */
  readonly from?: Date
  readonly to?: Date
}

/** Lines of one log, newest first. One storage request. */
export async function readLog(
  store: Store,
  tenant: Tenant,
  prefix: string,
  { before, count, from, to }: LogPage,
): Promise<readonly ActivityRow[]> {
  const newest = to === undefined ? prefix : prefix + reversedTime(new Date(to.getTime() - 1))
  const first = before === undefined ? newest : `${prefix}${before}.`
  const end = prefixEnd(from === undefined ? prefix : prefix + reversedTime(from))
  const range = { from: first, to: end, limit: count }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return rows.map((row) => toActivity(row, prefix))
}

/** Whether a text can be a cursor that we handed out. */
export function isActivityCursor(text: string): boolean {
  return /^\d{13}\.[0-9a-z]{8}$/.test(text)
}

function toActivity(row: Row, prefix: string): ActivityRow {
  const cursor = row.key.slice(prefix.length)
  return { cursor, at: timeOfReversed(cursor.slice(0, 13)), values: row.values }
}

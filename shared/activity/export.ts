import type { Tenant } from '../kernel/tenant.ts'
import type { Store } from '../storage/store.ts'
import { kindOf, resultOf } from './activity-kind.ts'
import { listActivity, type ActivityItem } from './activity.ts'
import { helpFor } from './failure-help.ts'

/** What of the log goes out. */
export interface ExportQuery {
  readonly since: Date
  /** At most so many lines, the newest ones. */
  readonly limit: number
}

const PAGE = 1_000

/** The lines of a period, newest first, read a thousand at a time as they are asked for. */
async function* exported(
  store: Store,
  tenant: Tenant,
  { since, limit }: ExportQuery,
): AsyncIterable<ActivityItem> {
  let before: string | undefined
  let left = limit
  while (left > 0) {
    const count = Math.min(PAGE, left)
    const items = await listActivity(store, tenant, { before, count })
    for (const item of items) {
      if (Date.parse(item.at) < since.getTime()) return
      yield item
    }
    if (items.length < count) return
    left -= count
    before = items.at(-1)?.cursor
  }
}

/** One JSON object a line (NDJSON). */
export async function* exportNdjson(store: Store, tenant: Tenant, query: ExportQuery): AsyncIterable<string> {
  for await (const item of exported(store, tenant, query)) {
    const { cursor: _, ...line } = item
    yield `${JSON.stringify(line)}\n`
  }
}

const COLUMNS: readonly (readonly [name: string, read: (item: ActivityItem) => string | undefined])[] = [
  ['time', (item) => item.at],
  ['kind', kindOf],
  ['operation', (item) => item.operation],
  ['result', resultOf],
  ['status', (item) => String(item.status)],
  ['resource type', (item) => item.resource?.type],
  ['resource id', (item) => item.resource?.id],
  ['attributes', (item) => item.attributes?.join(' ')],
  ['note', (item) => item.note],
  ['cause', (item) => helpFor(item)?.cause],
  ['remedy', (item) => helpFor(item)?.remedy],
  ['actor', (item) => item.actor],
  ['correlation id', (item) => item.correlationId],
  ['client request id', (item) => item.clientRequestId],
]

/** A table for spreadsheets (RFC 4180), in UTF-8 with a mark that Excel knows it by. */
export async function* exportCsv(store: Store, tenant: Tenant, query: ExportQuery): AsyncIterable<string> {
  yield `\ufeff${toCsvLine(COLUMNS.map(([name]) => name))}`
  for await (const item of exported(store, tenant, query))
    yield toCsvLine(COLUMNS.map(([, read]) => read(item) ?? ''))
}

/** Values as one line. What a spreadsheet would take for a formula gets an apostrophe, which makes it text. */
export function toCsvLine(values: readonly string[]): string {
  return `${values.map(toCell).join(',')}\r\n`
}

function toCell(value: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

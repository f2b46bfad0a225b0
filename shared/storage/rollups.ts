import type { Tenant } from '../kernel/tenant.ts'
import { readLog, type ActivityRow } from './activity.ts'
import type { Store } from './store.ts'
import type { Write } from './table.ts'

/** Sums of the activity of one hour or one day (UTC), which are kept once they are made. */
export interface StoredRollup {
  readonly period: RollupPeriod
  readonly start: Date
  readonly etag: string
  /** As JSON. */
  readonly sums: string
  /** The last line that is counted, where not all are yet. */
  readonly counted: string | undefined
}

export type RollupPeriod = 'hour' | 'day'

const PREFIX = { hour: 'h.', day: 'q.' } as const
/** `2026-03-01T12` without what is no digit. */
const DIGITS = { hour: 13, day: 10 } as const

function rollupKey(period: RollupPeriod, start: Date): string {
  const text = start.toISOString().slice(0, DIGITS[period])
  return PREFIX[period] + text.replaceAll(/\D/g, '')
}

function startOf(period: RollupPeriod, key: string): Date {
  const [, year, month, day, hour = '00'] =
    /^(\d{4})(\d{2})(\d{2})(\d{2})?$/.exec(key.slice(PREFIX[period].length)) ?? []
  return new Date(`${year}-${month}-${day}T${hour}:00:00.000Z`)
}

/** What is kept of a time, oldest first. One storage request. */
export async function listRollups(
  store: Store,
  tenant: Tenant,
  period: RollupPeriod,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<readonly StoredRollup[]> {
  const range = { from: rollupKey(period, from), to: rollupKey(period, to), limit: 1_000 }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return rows.map(({ key, etag, values }) => ({
    period,
    start: startOf(period, key),
    etag,
    sums: String(values['j']),
    counted: values['at'] === undefined ? undefined : String(values['at']),
  }))
}

/** A row to keep, in the place of the one that it goes on from. */
export interface RollupChange extends Pick<StoredRollup, 'period' | 'start' | 'sums' | 'counted'> {
  readonly before: StoredRollup | undefined
}

const WRITTEN_AT_ONCE = 100

/**
 * Keeps sums and takes obsolete ones away. Whoever loses a race has made the same sums as the winner, and just stops.
 * One storage request for each hundred.
 */
export async function writeRollups(
  store: Store,
  tenant: Tenant,
  changes: readonly RollupChange[],
  obsolete: readonly StoredRollup[],
): Promise<void> {
  const writes = [
    ...changes.map(toWrite),
    ...obsolete.map(({ period, start, etag }): Write => ({
      kind: 'delete',
      key: rollupKey(period, start),
      etag,
    })),
  ]
  const table = store.table(tenant.account, 'directory')
  const batches: Promise<unknown>[] = []
  for (let i = 0; i < writes.length; i += WRITTEN_AT_ONCE)
    batches.push(table.batch(tenant.connector, writes.slice(i, i + WRITTEN_AT_ONCE)))
  await Promise.all(batches)
}

function toWrite({ period, start, sums, counted, before }: RollupChange): Write {
  const key = rollupKey(period, start)
  const values = { j: sums, ...(counted === undefined ? {} : { at: counted }) }
  return before === undefined
    ? { kind: 'insert', key, values }
    : { kind: 'replace', key, values, etag: before.etag }
}

/** The lines of a time, newest first; `from` is part of it, `to` is not. One storage request for each thousand. */
export async function readActivitySpan(
  store: Store,
  tenant: Tenant,
  span: { readonly from: Date; readonly to: Date; readonly before: string | undefined },
  limit: number,
): Promise<readonly ActivityRow[]> {
  return readLog(store, tenant, 'a.', { ...span, count: limit })
}

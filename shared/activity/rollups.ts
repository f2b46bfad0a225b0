import type { Tenant } from '../kernel/tenant.ts'
import {
  listRollups,
  readActivitySpan,
  writeRollups,
  type RollupChange,
  type StoredRollup,
} from '../storage/rollups.ts'
import type { Store } from '../storage/store.ts'
import { addSums, NO_SUMS, readSums, sumOf, sumsText, type ActivitySums } from './activity-sums.ts'
import { toItem } from './activity.ts'
import { DAY_MS, HOUR_MS, countRun, floorTo, runsOf, type CountedHour } from './rollup-runs.ts'

/** One bar of the picture. */
export interface Bar {
  readonly start: Date
  readonly sums: ActivitySums
  /** `so far`: it goes on, or has more lines than were looked at. `unknown`: not counted yet; the next look goes on. */
  readonly state: 'complete' | 'so far' | 'unknown'
}

export interface ActivityPicture {
  /** The last 24 hours, the running one included, oldest first. */
  readonly hours: readonly Bar[]
  /** The last 30 days (UTC), today included, oldest first. */
  readonly days: readonly Bar[]
}

const HOURS = 24
const DAYS = 30
/** Requests that took long, and clocks that differ, may write a line of an hour after its end. */
const LATE_MS = 300_000
/** Lines of the running hour that are counted at each look. */
const RUNNING_LINES = 1_000
/** Lines of past hours that one look counts: a very busy hour takes several. */
const COUNTED_LINES = 5_000
/** Hours are kept this long; then the sums of their day say enough. */
const KEPT_MS = 48 * HOUR_MS

/**
 * The activity in numbers. Hours that are over are counted once and kept, and so are days of which all hours are counted;
 * each look does a limited part of that. One round of storage requests where nothing is left to count.
 */
export async function getActivityPicture(store: Store, tenant: Tenant, now: Date): Promise<ActivityPicture> {
  const today = floorTo(now, DAY_MS)
  const firstDay = new Date(today.getTime() - (DAYS - 1) * DAY_MS)
  const over = floorTo(new Date(now.getTime() - LATE_MS), HOUR_MS)
  const [days, kept, running] = await Promise.all([
    listRollups(store, tenant, 'day', { from: firstDay, to: today }),
    listRollups(store, tenant, 'hour', { from: new Date(firstDay.getTime() - DAY_MS), to: now }),
    readActivitySpan(
      store,
      tenant,
      { from: over, to: new Date(now.getTime() + LATE_MS), before: undefined },
      RUNNING_LINES,
    ),
  ])
  const hours = new Map(kept.map((row) => [row.start.getTime(), toCounted(row)]))
  const finished = new Map(days.map((row) => [row.start.getTime(), readSums(row.sums)]))
  const counted = await countMissing(
    store,
    tenant,
    missingHours({ now, over, firstDay }, hours, finished),
    hours,
  )
  for (const hour of counted) hours.set(hour.start.getTime(), hour)
  const made = finishedDays({ firstDay, over }, hours, finished)
  for (const [start, sums] of made) finished.set(start, sums)
  await keep(store, tenant, { now, counted, made, kept, finished })
  const live = running.map(toItem)
  const sumsOf = (from: number): ActivitySums =>
    sumOf(live.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < from + HOUR_MS))
  for (let start = over.getTime(); start <= now.getTime(); start += HOUR_MS)
    hours.set(start, { start: new Date(start), sums: sumsOf(start), counted: 'running', before: undefined })
  return { hours: hourBars(now, hours), days: dayBars(firstDay, hours, finished) }
}

interface Times {
  readonly now: Date
  /** From here on hours are not over. */
  readonly over: Date
  readonly firstDay: Date
}
type Hours = ReadonlyMap<number, CountedHour>
type Days = ReadonlyMap<number, ActivitySums>

function toCounted(row: StoredRollup): CountedHour {
  return { start: row.start, sums: readSums(row.sums), counted: row.counted, before: row }
}

const isComplete = (hour: CountedHour | undefined): hour is CountedHour =>
  hour !== undefined && hour.counted === undefined

/** Hours that are over and not counted to their end, of the last 24 and of days that are not finished; newest first. */
function missingHours({ now, over, firstDay }: Times, hours: Hours, days: Days): readonly Date[] {
  const missing: Date[] = []
  const recent = floorTo(now, HOUR_MS).getTime() - (HOURS - 1) * HOUR_MS
  const oldest = Math.min(recent, firstDay.getTime())
  for (let start = over.getTime() - HOUR_MS; start >= oldest; start -= HOUR_MS) {
    const isShown = start >= recent || !days.has(floorTo(new Date(start), DAY_MS).getTime())
    if (isShown && !isComplete(hours.get(start))) missing.push(new Date(start))
  }
  return missing
}

async function countMissing(
  store: Store,
  tenant: Tenant,
  missing: readonly Date[],
  hours: Hours,
): Promise<readonly CountedHour[]> {
  let left = COUNTED_LINES
  const counted: CountedHour[] = []
  for (const run of runsOf(missing, (start) => hours.get(start.getTime()))) {
    if (left <= 0) break
    const limit = left
    const rows = await readActivitySpan(store, tenant, run, limit)
    left -= rows.length
    counted.push(...countRun(run, rows.map(toItem), rows.length < limit))
  }
  return counted
}

/** Days that are over and of which all hours are counted now. */
function finishedDays(
  { firstDay, over }: Pick<Times, 'firstDay' | 'over'>,
  hours: Hours,
  days: Days,
): ReadonlyMap<number, ActivitySums> {
  const made = new Map<number, ActivitySums>()
  for (let day = firstDay.getTime(); day + DAY_MS <= over.getTime(); day += DAY_MS) {
    const own = hoursOf(day).map((start) => hours.get(start))
    if (!days.has(day) && own.every(isComplete)) made.set(day, addSums(own.map(({ sums }) => sums)))
  }
  return made
}

const hoursOf = (day: number): readonly number[] => Array.from({ length: 24 }, (_, i) => day + i * HOUR_MS)

interface Kept {
  readonly now: Date
  readonly counted: readonly CountedHour[]
  readonly made: Days
  readonly kept: readonly StoredRollup[]
  readonly finished: Days
}

/** Old hours of finished days are neither kept nor left. */
async function keep(
  store: Store,
  tenant: Tenant,
  { now, counted, made, kept, finished }: Kept,
): Promise<void> {
  const isObsolete = ({ start }: { readonly start: Date }): boolean =>
    start.getTime() < now.getTime() - KEPT_MS && finished.has(floorTo(start, DAY_MS).getTime())
  const hours = counted
    .filter((hour) => !isObsolete(hour))
    .map(({ start, sums, counted: last, before }): RollupChange => ({
      period: 'hour',
      start,
      sums: sumsText(sums),
      counted: last,
      before,
    }))
  const days = [...made].map(([start, sums]): RollupChange => ({
    period: 'day',
    start: new Date(start),
    sums: sumsText(sums),
    counted: undefined,
    before: undefined,
  }))
  await writeRollups(store, tenant, [...days, ...hours], kept.filter(isObsolete))
}

function hourBars(now: Date, hours: Hours): readonly Bar[] {
  const last = floorTo(now, HOUR_MS).getTime()
  return Array.from({ length: HOURS }, (_, i) => toBar(last - (HOURS - 1 - i) * HOUR_MS, hours))
}

function toBar(start: number, hours: Hours): Bar {
  const hour = hours.get(start)
  const state = isComplete(hour) ? 'complete' : hour === undefined ? 'unknown' : 'so far'
  return { start: new Date(start), sums: hour?.sums ?? NO_SUMS, state }
}

function dayBars(firstDay: Date, hours: Hours, days: Days): readonly Bar[] {
  return Array.from({ length: DAYS }, (_, i): Bar => {
    const start = firstDay.getTime() + i * DAY_MS
    const finished = days.get(start)
    if (finished !== undefined) return { start: new Date(start), sums: finished, state: 'complete' }
    const own = hoursOf(start).flatMap((hour) => hours.get(hour) ?? [])
    const sums = addSums(own.map((hour) => hour.sums))
    return { start: new Date(start), sums, state: own.length === 0 ? 'unknown' : 'so far' }
  })
}

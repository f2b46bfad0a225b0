import type { StoredRollup } from '../storage/rollups.ts'
import { addSums, NO_SUMS, sumOf, type ActivitySums } from './activity-sums.ts'
import type { ActivityItem } from './activity.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/** The beginning of the hour or day (UTC) that a moment lies in. */
export function floorTo(time: Date, ms: number): Date {
  return new Date(Math.floor(time.getTime() / ms) * ms)
}

/** An hour with its sums. */
export interface CountedHour {
  readonly start: Date
  readonly sums: ActivitySums
  /** The last line that is counted, where not all are yet; `running` while more may come. */
  readonly counted: string | undefined
  /** The row that is kept of it. */
  readonly before: StoredRollup | undefined
}

/** Hours one behind the other, which one request can read; newest first. */
export interface Run {
  readonly hours: readonly Date[]
  readonly from: Date
  readonly to: Date
  /** Where counting the newest of them stopped. */
  readonly before: string | undefined
  readonly known: CountedHour | undefined
}

/** Missing hours, newest first, as runs; an hour that is counted in part begins a new one. */
export function runsOf(
  missing: readonly Date[],
  find: (start: Date) => CountedHour | undefined,
): readonly Run[] {
  const runs: Date[][] = []
  for (const start of missing) {
    const run = runs.at(-1)
    const isNext = run?.at(-1)?.getTime() === start.getTime() + HOUR_MS
    if (run !== undefined && isNext && find(start) === undefined) run.push(start)
    else runs.push([start])
  }
  return runs.flatMap((hours) => {
    const [newest, oldest] = [hours[0], hours.at(-1)]
    if (newest === undefined || oldest === undefined) return []
    const known = find(newest)
    const to = new Date(newest.getTime() + HOUR_MS)
    return [{ hours, from: oldest, to, before: known?.counted, known }]
  })
}

/**
 * The hours of a run by its lines, newest first. Where these are not all, the hour of the last line goes on behind it, and
 * older hours are not counted at all.
 */
export function countRun(run: Run, items: readonly ActivityItem[], isWhole: boolean): readonly CountedHour[] {
  const last = isWhole ? undefined : items.at(-1)
  const stopped = last && floorTo(new Date(last.at), HOUR_MS).getTime()
  const lines = Map.groupBy(items, ({ at }) => floorTo(new Date(at), HOUR_MS).getTime())
  return run.hours
    .filter((start) => stopped === undefined || start.getTime() >= stopped)
    .map((start, i): CountedHour => {
      const known = i === 0 ? run.known : undefined
      const sums = addSums([known?.sums ?? NO_SUMS, sumOf(lines.get(start.getTime()) ?? [])])
      const counted = start.getTime() === stopped ? last?.cursor : undefined
      return { start, sums, counted, before: known?.before }
    })
}

import type { CycleContext, ProvisioningFailure, Tally } from './cycle-context.ts'
import type { Quarantine } from './ledger.ts'
import type { CallKind, CallRecord } from './scim-client.ts'

export interface CallStatistics {
  readonly kind: CallKind
  readonly count: number
  /** Number of answers by status; 0 stands for none. */
  readonly statuses: Readonly<Record<number, number>>
  /** Latency in milliseconds. */
  readonly p50: number
  readonly p95: number
  readonly max: number
}

export interface CycleSummary extends Readonly<
  Pick<
    Tally,
    'created' | 'matched' | 'updated' | 'disabled' | 'deleted' | 'membersAdded' | 'membersRemoved' | 'events'
  >
> {
  readonly calls: readonly CallStatistics[]
  readonly requests: number
  /** Requests that change something: POST, PUT, PATCH and DELETE. */
  readonly writes: number
  readonly patches: number
  readonly failures: readonly ProvisioningFailure[]
  readonly quarantined: Quarantine | null
  readonly disabledJob: boolean
  readonly ms: number
}

/** Sums up a cycle from its tally and its calls. */
export function summarize(
  { tally, state }: Pick<CycleContext, 'tally' | 'state'>,
  calls: readonly CallRecord[],
  ms: number,
): CycleSummary {
  const { failures, failedIds: _, quarantine: __, ...counts } = tally
  return {
    ...counts,
    failures,
    calls: callStatistics(calls),
    requests: calls.length,
    writes: calls.filter((call) => call.method !== 'GET').length,
    patches: calls.filter((call) => call.method === 'PATCH').length,
    quarantined: state.quarantine,
    disabledJob: state.disabled,
    ms,
  }
}

/** Counts calls by kind, in the order in which the kinds first occurred. */
export function callStatistics(calls: readonly CallRecord[]): readonly CallStatistics[] {
  return [...Map.groupBy(calls, (call) => call.kind)].map(([kind, same]) => {
    const times = same.map((call) => call.ms).toSorted((a, b) => a - b)
    const statuses: Record<number, number> = {}
    for (const { status } of same) statuses[status] = (statuses[status] ?? 0) + 1
    return {
      kind,
      count: same.length,
      statuses,
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
      max: percentile(times, 1),
    }
  })
}

/** The value below which the given part of sorted numbers lies (nearest rank); 0 of none. */
export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}

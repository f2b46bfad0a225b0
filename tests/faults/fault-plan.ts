import type { Fault } from '../support/fault-proxy.ts'
import type { StorageCall, WriteKind } from './storage-proxy.ts'

/** The kinds of writes of a provisioning cycle. */
export const WRITE_KINDS = [
  'insert user',
  'patch user',
  'delete user',
  'create group',
  'rename group',
  'delete group',
  'add members',
  'remove members',
  'connector mark',
  'activity',
] as const satisfies readonly WriteKind[]

interface FaultCase {
  readonly name: string
  /** What the first writes of the kind meet, one after the other; the client library's retries count. */
  readonly faults: readonly Fault[]
  /** The statuses that the client may see. */
  readonly seen: readonly number[]
}

const GOOD = [200, 201, 204]
const BUSY: Fault = { kind: 'answer', status: 503 }
const SILENCE: Fault = { kind: 'hang' }
const LOST: Fault = { kind: 'lost' }

/** What a storage can do to a write. Whatever passes within the four attempts of a call is never seen by the client. */
export const FAULTS: readonly FaultCase[] = [
  { name: 'a 500', faults: [{ kind: 'answer', status: 500 }], seen: GOOD },
  { name: 'two 503', faults: [BUSY, BUSY], seen: GOOD },
  {
    name: 'a 429 with Retry-After',
    faults: [{ kind: 'answer', status: 429, headers: { 'retry-after': '1' } }],
    seen: GOOD,
  },
  { name: 'a broken connection', faults: [{ kind: 'reset' }], seen: GOOD },
  { name: 'silence', faults: [SILENCE], seen: GOOD },
  { name: 'an answer that is lost after the commit', faults: [LOST], seen: GOOD },
  { name: 'an answer that breaks off', faults: [{ kind: 'cut' }], seen: GOOD },
  { name: 'an outage', faults: [BUSY, BUSY, BUSY, BUSY], seen: [...GOOD, 503] },
  // Entra asks again for what is done already: a DELETE then finds nothing.
  { name: 'a lost answer and then an outage', faults: [LOST, BUSY, BUSY, BUSY], seen: [...GOOD, 404, 503] },
]

/** Too slow for every day: each write of the kind is silent until the whole call is given up. */
export const SLOW_FAULTS: readonly FaultCase[] = [
  { name: 'a long silence', faults: [SILENCE, SILENCE, SILENCE, SILENCE], seen: [...GOOD, 503] },
  {
    name: 'a lost answer and then silence',
    faults: [LOST, SILENCE, SILENCE, SILENCE],
    seen: [...GOOD, 404, 503],
  },
]

interface Armed {
  readonly kind: WriteKind
  readonly faults: readonly Fault[]
}

export interface FaultPlan {
  readonly faultFor: (call: StorageCall) => Fault | undefined
  /** The organization's next writes of the kind meet these faults. */
  arm(organization: string, armed: Armed): void
  /** How often it was met. */
  hits(organization: string): number
}

/** Faults by organization, so that many cycles can run side by side. */
export function newFaultPlan(): FaultPlan {
  const plans = new Map<string, Armed & { met: number }>()
  return {
    faultFor({ organization, write }) {
      const armed = plans.get(organization)
      return armed?.kind === write ? armed?.faults[armed.met++] : undefined
    },
    arm: (organization, armed) => plans.set(organization, { ...armed, met: 0 }),
    hits(organization) {
      const { met = 0, faults = [] } = plans.get(organization) ?? {}
      return Math.min(met, faults.length)
    },
  }
}

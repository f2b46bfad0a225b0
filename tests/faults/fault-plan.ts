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
  /** What the first write of the kind meets, one fault at each attempt. */
  readonly faults: readonly Fault[]
}

/** The client library's: a call that meets a fault at each of them fails. */
const ATTEMPTS = 4
const BUSY: Fault = { kind: 'answer', status: 503 }
const SILENCE: Fault = { kind: 'hang' }
const LOST: Fault = { kind: 'lost' }

/** What a storage can do to a write. Whatever passes within the four attempts of a call is never seen by the client. */
export const FAULTS: readonly FaultCase[] = [
  { name: 'a 500', faults: [{ kind: 'answer', status: 500 }] },
  {
    name: 'a 429 with Retry-After',
    faults: [{ kind: 'answer', status: 429, headers: { 'retry-after': '1' } }],
  },
  { name: 'a broken connection', faults: [{ kind: 'reset' }] },
  { name: 'silence', faults: [SILENCE] },
  { name: 'an answer that is lost after the commit', faults: [LOST] },
  { name: 'an outage', faults: [BUSY, BUSY, BUSY, BUSY] },
  { name: 'a lost answer and then an outage', faults: [LOST, BUSY, BUSY, BUSY] },
]

/** For the long run: variants of those above, and a storage that is silent until the whole call is given up. */
export const MORE_FAULTS: readonly FaultCase[] = [
  { name: 'two 503', faults: [BUSY, BUSY] },
  { name: 'an answer that breaks off', faults: [{ kind: 'cut' }] },
  { name: 'a long silence', faults: [SILENCE, SILENCE, SILENCE, SILENCE] },
  {
    name: 'a lost answer and then silence',
    faults: [LOST, SILENCE, SILENCE, SILENCE],
  },
]

interface Armed {
  readonly kind: WriteKind
  readonly faults: readonly Fault[]
}

export interface FaultPlan {
  readonly faultFor: (call: StorageCall) => Fault | undefined
  /** The organization's next write of the kind meets these faults, one at each attempt. */
  arm(organization: string, armed: Armed): void
  /** How many of them it has met. */
  hits(organization: string): number
}

/** Faults by organization, so that many cycles can run side by side. */
export function newFaultPlan(): FaultPlan {
  const plans = new Map<string, Armed & { met: number; victim: string | undefined }>()
  return {
    faultFor({ organization, write, body }) {
      const plan = plans.get(organization)
      if (plan === undefined || plan.kind !== write) return undefined
      // Other writes of the kind may be under way: all faults are for the one.
      plan.victim ??= body
      if (plan.victim !== body || plan.met >= plan.faults.length) return undefined
      return plan.faults[plan.met++]
    },
    arm: (organization, armed) => plans.set(organization, { ...armed, met: 0, victim: undefined }),
    hits: (organization) => plans.get(organization)?.met ?? 0,
  }
}

/** Every status that the client may and must see in cycles whose write of the kind meets the faults. */
export function expectedStatuses(kind: WriteKind, faults: readonly Fault[]): readonly number[] {
  // A mark and a row of the log are beside the point of a request: it is answered as if they had been written.
  const isSeen = faults.length === ATTEMPTS && kind !== 'connector mark' && kind !== 'activity'
  // Entra asks again for what is done already: a DELETE then finds nothing.
  const isRepeated = isSeen && faults[0]?.kind === 'lost' && kind.startsWith('delete')
  return [200, 201, 204, ...(isRepeated ? [404] : []), ...(isSeen ? [503] : [])]
}

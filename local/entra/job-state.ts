import { isRecord } from './json.ts'
import type { Escrow, Quarantine } from './ledger.ts'

/** What a job remembers about one object of the directory. */
export interface Link {
  /** The id in the target, cached for good once known. */
  targetId: string | null
  /** Version of the object when it was last looked at; 0 asks for another look. */
  evaluated: number
  escrow: Escrow | null
  /** Disabled because its assignment ended: from then on Entra no longer deletes it either. */
  released: boolean
  /** Of a user whose manager was not in the target yet. */
  awaitsManager: boolean
  /** Of a group: the members sent, by object id. Entra trusts its own list and never reads the target's. */
  members: string[]
  /** Of a group: some members were in scope but not in the target yet. */
  awaitsMembers: boolean
}

/** A job between two cycles: plain data that survives JSON. */
export interface JobState {
  /** The directory's version up to which everything has been looked at. */
  watermark: number
  cycles: number
  quarantine: Quarantine | null
  disabled: boolean
  users: Record<string, Link>
  groups: Record<string, Link>
}

/** The state of a job that has not run. */
export function newJobState(): JobState {
  return { watermark: 0, cycles: 0, quarantine: null, disabled: false, users: {}, groups: {} }
}

/** Tells whether parsed JSON is a job's state; meant for files that this code has written. */
export function isJobState(value: unknown): value is JobState {
  return (
    isRecord(value) && typeof value.watermark === 'number' && isRecord(value.users) && isRecord(value.groups)
  )
}

/** What is remembered about an object, made on first sight. */
export function linkOf(links: Record<string, Link>, objectId: string): Link {
  return (links[objectId] ??= {
    targetId: null,
    evaluated: 0,
    escrow: null,
    released: false,
    awaitsManager: false,
    members: [],
    awaitsMembers: false,
  })
}

/** Whether an object is due for a look: changed since the last one, or its time in escrow is over. */
export function isDue(link: Link | undefined, version: number, now: number): boolean {
  if (link === undefined || link.evaluated < version) return true
  return link.escrow !== null && link.escrow.due <= now
}

/**
 * Forgets watermark, escrow and quarantine, so that the next cycle looks at every object. Links stay, apart from those
 * whose resource was found missing, for which a restart is the documented cure; `full` forgets all of them.
 */
export function restartJob(state: JobState, { full }: { full: boolean }): void {
  state.watermark = 0
  state.quarantine = null
  state.disabled = false
  if (full) {
    state.users = {}
    state.groups = {}
  }
  for (const link of [...Object.values(state.users), ...Object.values(state.groups)]) {
    if (link.escrow?.code === 'InvalidAnchor') {
      link.targetId = null
      link.members = []
    }
    link.evaluated = 0
    link.escrow = null
  }
}

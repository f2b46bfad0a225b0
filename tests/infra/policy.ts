import type { Snapshot } from './snapshot.ts'

/** A change for the worse, in the scenario where it would show. */
interface Mistake {
  readonly what: string
  readonly scenario?: string
  readonly make: (snapshot: Snapshot) => void
}

/** Something that holds in every deployment, what breaks it, and what is said then. */
export interface Policy {
  readonly rule: string
  readonly violations: (snapshot: Snapshot) => readonly string[]
  readonly mistakes: readonly Mistake[]
}

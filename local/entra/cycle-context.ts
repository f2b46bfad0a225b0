import type { Refusal } from './answers.ts'
import type { Directory, DirectoryGroup, DirectoryUser } from './directory.ts'
import type { JobState, Link } from './job-state.ts'
import { isGivenUp, toEscrow } from './ledger.ts'
import type { LogCode, QuarantineReason } from './ledger.ts'
import type { AttributeMapping, SourceUser } from './mapping.ts'
import type { PatchMode } from './patch-encoding.ts'
import type { RolesMode } from './roles.ts'
import type { CallKind, ScimClient } from './scim-client.ts'

export type MatchingAttribute = 'userName' | 'externalId'

export interface JobSettings {
  readonly mode: PatchMode
  readonly roles: RolesMode
  readonly matching: readonly MatchingAttribute[]
  readonly userMappings: readonly AttributeMapping<SourceUser>[]
  readonly groupMappings: readonly AttributeMapping<DirectoryGroup>[]
  /** `assigned`: only users and groups assigned to the application are in scope. App roles need it. */
  readonly scope: 'assigned' | 'all'
  readonly groups: boolean
  readonly membersPerPatch: number
  readonly concurrency: number
}

export interface ProvisioningFailure {
  readonly objectId: string
  readonly name: string
  readonly call: CallKind
  readonly code: LogCode
  readonly status: number
  readonly detail: string
  /** Of a manager or membership; these weigh less in the quarantine rules. */
  readonly reference: boolean
}

/** What one cycle has done so far. */
export interface Tally {
  created: number
  matched: number
  updated: number
  disabled: number
  deleted: number
  membersAdded: number
  membersRemoved: number
  events: number
  readonly failures: ProvisioningFailure[]
  readonly failedIds: Set<string>
  /** Set by a failure that concerns the whole job; nothing more is started then. */
  quarantine: QuarantineReason | null
}

export type Phase = 'import' | 'users' | 'managers' | 'groups' | 'memberships' | 'deprovisioning'

export interface Progress {
  readonly phase: Phase
  readonly done: number
  readonly total: number
}

/** Everything the passes of one cycle share. */
export interface CycleContext {
  readonly settings: JobSettings
  readonly directory: Directory
  readonly state: JobState
  readonly client: ScimClient
  readonly now: number
  readonly tally: Tally
  /** Manager ids (null: none) as the target returned them in this cycle, by object id of the user. */
  readonly managersSeen: Map<string, string | null>
  /** The links looked at in this cycle, by object id. */
  readonly visited: Map<string, Link>
  readonly report: (progress: Progress) => void
}

export interface FailedCall {
  readonly objectId: string
  readonly name: string
  readonly call: CallKind
  readonly reference?: true
}

/** A tally of nothing. */
export function newTally(): Tally {
  return {
    created: 0,
    matched: 0,
    updated: 0,
    disabled: 0,
    deleted: 0,
    membersAdded: 0,
    membersRemoved: 0,
    events: 0,
    failures: [],
    failedIds: new Set(),
    quarantine: null,
  }
}

/** Notes a failure and puts the object into escrow. Refused credentials and a wrong URL put the whole job into quarantine. */
export function recordFailure(cycle: CycleContext, link: Link, failed: FailedCall, refusal: Refusal): void {
  const { code, status, detail } = refusal
  const { reference = false, ...object } = failed
  cycle.tally.failures.push({ ...object, code, status, detail, reference })
  // Several failures of one object within a cycle are one visit to escrow.
  if (!cycle.tally.failedIds.has(failed.objectId)) link.escrow = toEscrow(link.escrow, code, cycle.now)
  cycle.tally.failedIds.add(failed.objectId)
  if (isGivenUp(link.escrow ?? toEscrow(null, code, cycle.now), cycle.now)) cycle.state.disabled = true
  if (isSystemic(failed.call, refusal)) cycle.tally.quarantine = 'EncounteredQuarantineException'
}

/** A query that finds nothing is still answered by 200: any other refusal of it says that this is no SCIM endpoint of ours. */
function isSystemic(call: CallKind, { code, status }: Refusal): boolean {
  if (status === 401) return true
  const isQuery = call === 'find user' || call === 'find group'
  return isQuery && (status === 403 || status === 404 || code.endsWith('ServiceIncompatible'))
}

/** Notes that an object has been looked at in the version that it had when the look began. */
export function settle(cycle: CycleContext, link: Link, object: { objectId: string; version: number }): void {
  link.evaluated = object.version
  cycle.visited.set(object.objectId, link)
}

/** Ends a cycle: whatever was looked at and failed nowhere leaves escrow, its references included. */
export function releaseEscrow(cycle: CycleContext): void {
  for (const [objectId, link] of cycle.visited) if (!cycle.tally.failedIds.has(objectId)) link.escrow = null
}

/** Whether a user is provisioned as active. The recycle bin, a lost assignment and a blocked account all end that. */
export function isActive({ settings }: Pick<CycleContext, 'settings'>, user: DirectoryUser): boolean {
  return isInScope(settings, user) && user.accountEnabled
}

/** Whether an object is in the job's scope. */
export function isInScope(settings: JobSettings, object: DirectoryUser | DirectoryGroup): boolean {
  const isAssigned = settings.scope === 'all' || object.assigned
  return isAssigned && (object.deleted === false || object.deleted === 'no')
}

/** Runs a pass over its objects, so many at a time, with progress; ends early if the job goes into quarantine. */
export async function runPass<T>(
  cycle: Pick<CycleContext, 'tally' | 'report'> & { readonly settings: Pick<JobSettings, 'concurrency'> },
  phase: Phase,
  objects: readonly T[],
  visit: (object: T) => Promise<void>,
): Promise<void> {
  const total = objects.length
  const queue = objects.values()
  let done = 0
  cycle.report({ phase, done, total })
  const work = async (): Promise<void> => {
    for (const object of queue) {
      if (cycle.tally.quarantine !== null) return
      await visit(object)
      cycle.report({ phase, done: ++done, total })
    }
  }
  await Promise.all(Array.from({ length: Math.min(cycle.settings.concurrency, total) }, work))
}

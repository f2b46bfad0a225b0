/** The error codes of Entra's provisioning log that an answer can lead to. */
export type LogCode =
  | 'Conflict'
  | 'DuplicateTargetEntries'
  | 'InsufficientRights'
  | 'InternalServerError'
  | 'InvalidAnchor'
  | 'MethodNotAllowed'
  | 'NotImplemented'
  | 'SystemForCrossDomainIdentityManagementMultipleEntriesInResponse'
  | 'SystemForCrossDomainIdentityManagementServiceIncompatible'
  | 'Timeout'
  | 'TooManyRequests'
  | 'Unauthorized'
  | 'UnprocessableEntity'
  | 'WebExceptionProtocolError'

export const INCOMPATIBLE = 'SystemForCrossDomainIdentityManagementServiceIncompatible'
export const MULTIPLE_ENTRIES = 'SystemForCrossDomainIdentityManagementMultipleEntriesInResponse'

/** An object that failed, and when it is tried again. Times are milliseconds since 1970. */
export interface Escrow {
  readonly code: LogCode
  readonly first: number
  readonly count: number
  readonly due: number
}

export type QuarantineReason = 'EncounteredQuarantineException' | 'EncounteredEscrowProportionThreshold'

export interface Quarantine {
  readonly reason: QuarantineReason
  readonly since: number
}

/** What a cycle comes to, as the quarantine rules count it. */
export interface CycleCounts {
  /** Objects and references evaluated, failures among them. */
  readonly events: number
  readonly failures: number
  /** Failures of managers and memberships, a part of `failures`. */
  readonly referenceFailures: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const FIRST_WAITS_MS = [6 * HOUR_MS, 12 * HOUR_MS]
const LONGEST_WAIT_MS = 24 * HOUR_MS
const GIVE_UP_AFTER_MS = 28 * DAY_MS
/** Below so many failures no proportion counts. */
const PROPORTION_COUNTS_FROM = 5_000
const FAILED_PROPORTION = 0.4
const MOST_OBJECT_FAILURES = 40_000
const MOST_FAILURES = 60_000
const INCREMENTAL_INTERVAL_MS = 40 * 60_000

const CODES_OF_STATUS: Readonly<Record<number, LogCode>> = {
  401: 'Unauthorized',
  403: 'InsufficientRights',
  404: 'InvalidAnchor',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  422: 'UnprocessableEntity',
  429: 'TooManyRequests',
  501: 'NotImplemented',
}

/** These pass by themselves, so the next cycle tries again. */
const TRANSIENT = new Set<LogCode>([
  'InternalServerError',
  'Timeout',
  'TooManyRequests',
  'WebExceptionProtocolError',
])

/** The log's code for a status that is no success. A 404 means the cached id, for which alone objects are asked. */
export function codeOfStatus(status: number): LogCode {
  const code = CODES_OF_STATUS[status]
  if (code !== undefined) return code
  return status >= 500 ? 'InternalServerError' : INCOMPATIBLE
}

/** Puts a failed object into escrow, or back: tried again after 6, 12 and then every 24 hours, at once if transient. */
export function toEscrow(previous: Escrow | null, code: LogCode, now: number): Escrow {
  const count = (previous?.count ?? 0) + 1
  const wait = TRANSIENT.has(code) ? 0 : (FIRST_WAITS_MS[count - 1] ?? LONGEST_WAIT_MS)
  return { code, first: previous?.first ?? now, count, due: now + wait }
}

/** After 28 days of failing an object is dropped, and the job disabled. */
export function isGivenUp(escrow: Escrow, now: number): boolean {
  return now - escrow.first > GIVE_UP_AFTER_MS
}

/** Whether a cycle's failures alone put the job into quarantine: too great a part of it, or too many. */
export function hasTooManyFailures({ events, failures, referenceFailures }: CycleCounts): boolean {
  const isProportionTooGreat =
    failures >= PROPORTION_COUNTS_FROM && failures / Math.max(events, 1) > FAILED_PROPORTION
  return (
    isProportionTooGreat || failures - referenceFailures > MOST_OBJECT_FAILURES || failures > MOST_FAILURES
  )
}

/** After four weeks of quarantine the job is disabled. */
export function isQuarantineOver(quarantine: Quarantine, now: number): boolean {
  return now - quarantine.since > GIVE_UP_AFTER_MS
}

/** When Entra would run the next cycle by itself: every 40 minutes, in quarantine once a day. */
export function nextCycleAt(quarantine: Quarantine | null, now: number): number {
  return now + (quarantine === null ? INCREMENTAL_INTERVAL_MS : DAY_MS)
}

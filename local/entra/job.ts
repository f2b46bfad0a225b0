import { testConnection } from './connection-test.ts'
import type { ConnectionTest } from './connection-test.ts'
import { newTally, releaseEscrow } from './cycle-context.ts'
import type { CycleContext, JobSettings, MatchingAttribute, Progress } from './cycle-context.ts'
import type { Directory } from './directory.ts'
import { runGroupDeprovisioning, runGroupPass } from './group-pass.ts'
import type { Transport } from './http-transport.ts'
import { linkOf, newJobState, restartJob } from './job-state.ts'
import type { JobState } from './job-state.ts'
import { hasTooManyFailures, isQuarantineOver } from './ledger.ts'
import type { QuarantineReason } from './ledger.ts'
import { groupMappings, userMappings } from './mapping.ts'
import type { MappingOptions } from './mapping.ts'
import { runMembershipPass } from './membership-pass.ts'
import type { PatchMode } from './patch-encoding.ts'
import { runReferencePass } from './reference-pass.ts'
import type { RolesMode } from './roles.ts'
import { openScimClient, parseTenantUrl } from './scim-client.ts'
import type { ScimClient } from './scim-client.ts'
import { summarize } from './summary.ts'
import type { CycleSummary } from './summary.ts'
import { evaluateUser, runUserDeprovisioning, runUserPass } from './user-pass.ts'

export interface JobOptions {
  readonly directory: Directory
  readonly tenantUrl: string
  readonly secretToken: string
  /** Default: what the tenant URL's flag says, and legacy without one. */
  readonly mode?: PatchMode
  readonly roles?: RolesMode
  readonly matching?: readonly MatchingAttribute[]
  readonly mapping?: MappingOptions
  readonly scope?: 'assigned' | 'all'
  /** Whether groups are provisioned at all. */
  readonly groups?: boolean
  readonly membersPerPatch?: number
  readonly concurrency?: number
  readonly timeoutMs?: number
  /** How a blank travels in a query. */
  readonly blank?: '+' | '%20'
  readonly accept?: string
  readonly transport?: Transport
  /** State of an earlier job, to continue it. */
  readonly state?: JobState
  readonly now?: () => number
}

export interface ProvisioningJob {
  /** Kept up to date; plain data that can be stored between two cycles. */
  readonly state: JobState
  testConnection(): Promise<ConnectionTest>
  /** Runs an initial or incremental cycle over what is due. A disabled job does nothing until it is restarted. */
  cycle(options?: { readonly onProgress?: (progress: Progress) => void }): Promise<CycleSummary>
  /** Makes the next cycle look at every object again; `full` forgets what is linked to what as well. */
  restart(options?: { readonly full?: boolean }): void
  /** Provisions one user now: always with legacy PATCH bodies and without roles, and never deleting. */
  provisionOnDemand(objectId: string): Promise<CycleSummary>
  close(): void
}

const CONCURRENCY = 4
const MEMBERS_PER_PATCH = 100

/** Sets up the provisioning of a directory into one SCIM target, as an enterprise application's job does. */
export function createProvisioningJob(options: JobOptions): ProvisioningJob {
  const settings = toSettings(options)
  const state = options.state ?? newJobState()
  const client = openClient(options, settings)
  const { directory, now = Date.now } = options
  const open = (chosen: JobSettings, report: CycleContext['report']): CycleContext =>
    openCycle({ settings: chosen, directory, state, client, now: now(), report })
  return {
    state,
    testConnection: () =>
      testConnection(client, { matching: settings.matching[0] ?? 'userName', groups: settings.groups }),
    cycle: async ({ onProgress = () => undefined } = {}) => measure(open(settings, onProgress), runCycle),
    restart: ({ full = false } = {}) => restartJob(state, { full }),
    provisionOnDemand: (objectId) =>
      measure(
        open({ ...settings, mode: 'legacy', roles: 'none' }, () => undefined),
        (cycle) => provisionOne(cycle, objectId),
      ),
    close: () => client.close(),
  }
}

async function provisionOne(cycle: CycleContext, objectId: string): Promise<void> {
  const user = cycle.directory.users[objectId]
  if (user === undefined) throw new Error(`The directory has no user ${objectId}.`)
  const link = linkOf(cycle.state.users, objectId)
  const { evaluated } = link
  await evaluateUser(cycle, user)
  await runReferencePass(cycle)
  releaseEscrow(cycle)
  // The next cycle still has to look, for instance at the roles.
  link.evaluated = evaluated
}

function toSettings(options: JobOptions): JobSettings {
  return {
    mode: options.mode ?? parseTenantUrl(options.tenantUrl).mode,
    roles: options.roles ?? 'none',
    matching: options.matching ?? ['userName'],
    userMappings: userMappings(options.mapping),
    groupMappings: groupMappings(),
    scope: options.scope ?? 'assigned',
    groups: options.groups ?? true,
    membersPerPatch: options.membersPerPatch ?? MEMBERS_PER_PATCH,
    concurrency: options.concurrency ?? CONCURRENCY,
  }
}

function openClient(options: JobOptions, { concurrency }: JobSettings): ScimClient {
  const { tenantUrl, secretToken, transport, timeoutMs, blank, accept } = options
  return openScimClient({
    tenantUrl,
    secretToken,
    concurrency,
    ...(transport === undefined ? {} : { transport }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(blank === undefined ? {} : { blank }),
    ...(accept === undefined ? {} : { accept }),
  })
}

function openCycle(parts: Omit<CycleContext, 'tally' | 'managersSeen' | 'visited'>): CycleContext {
  return { ...parts, tally: newTally(), managersSeen: new Map(), visited: new Map() }
}

async function measure(
  cycle: CycleContext,
  run: (cycle: CycleContext) => Promise<void>,
): Promise<CycleSummary> {
  const started = performance.now()
  // Calls made before, such as a connection test, belong to no cycle.
  cycle.client.takeCalls()
  await run(cycle)
  return summarize(cycle, cycle.client.takeCalls(), performance.now() - started)
}

/** Users come before their managers and before the groups that hold them, and departures come last. */
async function runCycle(cycle: CycleContext): Promise<void> {
  const { directory, settings, state, now } = cycle
  if (state.quarantine !== null && isQuarantineOver(state.quarantine, now)) state.disabled = true
  if (state.disabled) return
  const upTo = directory.version
  await runUserPass(cycle)
  await runReferencePass(cycle)
  if (settings.groups) {
    await runGroupPass(cycle)
    await runMembershipPass(cycle)
  }
  await runUserDeprovisioning(cycle)
  if (settings.groups) await runGroupDeprovisioning(cycle)
  releaseEscrow(cycle)
  state.cycles++
  const reason = quarantineReason(cycle)
  state.quarantine = reason === null ? null : { reason, since: state.quarantine?.since ?? now }
  if (reason === null) state.watermark = upTo
}

function quarantineReason({ tally }: CycleContext): QuarantineReason | null {
  if (tally.quarantine !== null) return tally.quarantine
  const { events, failures } = tally
  const referenceFailures = failures.filter((failure) => failure.reference).length
  const isTooMuch = hasTooManyFailures({ events, failures: failures.length, referenceFailures })
  return isTooMuch ? 'EncounteredEscrowProportionThreshold' : null
}

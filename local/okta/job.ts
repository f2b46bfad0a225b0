import type { ConnectionTest } from '../entra/connection-test.ts'
import { newTally } from '../entra/cycle-context.ts'
import type { Progress } from '../entra/cycle-context.ts'
import type { Directory } from '../entra/directory.ts'
import type { Transport } from '../entra/http-transport.ts'
import { newJobState, restartJob } from '../entra/job-state.ts'
import type { JobState } from '../entra/job-state.ts'
import { openScimClient } from '../entra/scim-client.ts'
import { summarize } from '../entra/summary.ts'
import type { CycleSummary } from '../entra/summary.ts'
import { testConnection } from './connection-test.ts'
import { deleteGroups, pushGroups } from './group-push.ts'
import type { PushContext } from './push-context.ts'
import { importUsers } from './user-import.ts'
import { deactivateUsers, pushUsers } from './user-push.ts'

interface OktaJobOptions {
  readonly directory: Directory
  readonly tenantUrl: string
  readonly secretToken: string
  readonly concurrency?: number
  readonly membersPerPatch?: number
  readonly transport?: Transport
  /** State of an earlier job, to continue it. */
  readonly state?: JobState
}

export interface OktaJob {
  /** Kept up to date; plain data that can be stored between two cycles. */
  readonly state: JobState
  testConnection(): Promise<ConnectionTest>
  /** Pushes what changed; the first cycle imports the target's accounts before. */
  cycle(options?: { readonly onProgress?: (progress: Progress) => void }): Promise<CycleSummary>
  /** Makes the next cycle compare everybody again; `full` forgets what is linked to what, and imports anew. */
  restart(options?: { readonly full?: boolean }): void
  close(): void
}

const CONCURRENCY = 4
const MEMBERS_PER_PATCH = 100

/** Sets up the provisioning of a directory into one SCIM target, as an app integration of Okta does it. */
export function createOktaJob(options: OktaJobOptions): OktaJob {
  const { directory, tenantUrl, secretToken, transport } = options
  const { concurrency = CONCURRENCY, membersPerPatch = MEMBERS_PER_PATCH } = options
  const state = options.state ?? newJobState()
  const client = openScimClient({
    tenantUrl,
    secretToken,
    concurrency,
    blank: '%20',
    accept: 'application/scim+json',
    userAgent: 'Okta SCIM Client 1.0.0',
    ...(transport === undefined ? {} : { transport }),
  })
  const settings = { concurrency, membersPerPatch }
  return {
    state,
    testConnection: () => testConnection(client),
    cycle: ({ onProgress: report = () => undefined } = {}) =>
      measure({ settings, directory, state, client, tally: newTally(), report }),
    restart({ full = false } = {}) {
      restartJob(state, { full })
      if (full) state.cycles = 0
    },
    close: () => client.close(),
  }
}

async function measure(push: PushContext): Promise<CycleSummary> {
  const started = performance.now()
  // Calls made before, such as a connection test, belong to no cycle.
  push.client.takeCalls()
  await runSteps(push)
  return summarize(push, push.client.takeCalls(), performance.now() - started)
}

/** Users come before the groups that hold them, and departures come last. */
async function runSteps(push: PushContext): Promise<void> {
  const { directory, state, tally } = push
  const upTo = directory.version
  const steps = [pushUsers, pushGroups, deactivateUsers, deleteGroups]
  if (state.cycles === 0) steps.unshift(importUsers)
  for (const step of steps) if (tally.quarantine === null) await step(push)
  if (tally.quarantine === null) state.cycles++
  if (tally.failures.length === 0) state.watermark = upTo
}

import type { Refusal } from '../entra/answers.ts'
import type { Progress, ProvisioningFailure, Tally } from '../entra/cycle-context.ts'
import type { Directory, DirectoryUser } from '../entra/directory.ts'
import type { JobState } from '../entra/job-state.ts'
import type { ScimClient } from '../entra/scim-client.ts'

/** Everything the steps of one cycle share. */
export interface PushContext {
  readonly settings: { readonly concurrency: number; readonly membersPerPatch: number }
  readonly directory: Directory
  readonly state: JobState
  readonly client: ScimClient
  readonly tally: Tally
  readonly report: (progress: Progress) => void
}

/** Whether somebody is assigned to the application and may sign in; everybody else is deactivated in the target. */
export function isProvisioned({ assigned, accountEnabled, deleted }: DirectoryUser): boolean {
  return assigned && accountEnabled && deleted === 'no'
}

/** Notes a failed task, which the next cycle tries again. Refused credentials end the cycle. */
export function noteFailure(
  { tally }: PushContext,
  failed: Pick<ProvisioningFailure, 'objectId' | 'name' | 'call'>,
  { code, status, detail }: Refusal,
): void {
  tally.failures.push({ ...failed, code, status, detail, reference: failed.call.endsWith('members') })
  tally.failedIds.add(failed.objectId)
  if (status === 401) tally.quarantine = 'EncounteredQuarantineException'
}

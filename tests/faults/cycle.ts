import {
  addMembers,
  deleteGroup,
  disableUser,
  hardDeleteUser,
  removeMembers,
  renameGroup,
  renameUser,
} from '../../local/entra/directory-changes.ts'
import { createDirectory, type Directory } from '../../local/entra/directory.ts'
import { createProvisioningJob, type ProvisioningJob } from '../../local/entra/job.ts'
import type { CycleSummary } from '../../local/entra/summary.ts'
import type { Answer } from '../support/gatehouse.ts'

/** What a cycle needs to know of a connector, in this process or in another one. */
export interface CycleTarget {
  readonly scimUrl: string
  readonly password: string
  scim(method: string, path: string, body?: unknown): Promise<Answer>
}

export interface CycleOutcome {
  /** Every status that the client has seen; 0 stands for no answer. */
  readonly statuses: readonly number[]
  readonly failures: readonly string[]
  /** Two, and one more for each time that something failed. */
  readonly cycles: number
  /** What differs between the tenant and the connector in the end. */
  readonly differences: readonly string[]
}

const MOST_CYCLES = 8
const DAY_MS = 86_400_000

/**
 * A first cycle, and one after changes of every kind, each repeated until nothing fails. Days pass between them, so that
 * whatever is in escrow is due. The changes wait for that: like Entra, the simulator does not take back what it does not
 * know that it has done.
 */
export async function runFaultyCycles(
  target: CycleTarget,
  { seed, users = 4 }: { seed: number; users?: number },
): Promise<CycleOutcome> {
  const directory = createDirectory({ users, groups: 3, seed })
  let now = Date.parse('2026-11-24T09:00:00Z')
  const job = createProvisioningJob({
    directory,
    tenantUrl: target.scimUrl,
    secretToken: target.password,
    roles: 'assertive',
    now: () => now,
  })
  const cyclesUntilDone = async (): Promise<CycleSummary[]> => {
    const summaries: CycleSummary[] = []
    do {
      now += DAY_MS
      summaries.push(await job.cycle())
    } while ((summaries.at(-1)?.failures.length ?? 0) > 0 && summaries.length < MOST_CYCLES)
    return summaries
  }
  try {
    const summaries = await cyclesUntilDone()
    await refusedRequest(target, directory)
    change(directory)
    summaries.push(...(await cyclesUntilDone()))
    return {
      statuses: [...new Set(summaries.flatMap(statusesOf))].toSorted((a, b) => a - b),
      failures: summaries.flatMap(({ failures }) =>
        failures.map(({ call, status, code, detail }) => `${call} ${status} ${code} ${detail}`),
      ),
      cycles: summaries.length,
      differences: await differences(target, job, directory),
    }
  } finally {
    job.close()
  }
}

function statusesOf({ calls }: CycleSummary): readonly number[] {
  return calls.flatMap(({ statuses }) => Object.keys(statuses).map(Number))
}

/** Leaves an activity row that belongs to no transaction. */
async function refusedRequest(target: CycleTarget, directory: Directory): Promise<void> {
  const [first] = Object.values(directory.users)
  await target.scim('POST', '/Users', { userName: first?.userPrincipalName, emails: [], name: {} })
}

function change(directory: Directory): void {
  const [renamed = '', disabled = '', deleted = '', ...others] = Object.keys(directory.users)
  const [everybody = '', some = '', gone = ''] = Object.keys(directory.groups)
  renameUser(directory, renamed, 'Zoë', 'O’Neill-Łukasz')
  disableUser(directory, disabled)
  hardDeleteUser(directory, deleted)
  renameGroup(directory, some, 'Night shift')
  removeMembers(directory, everybody, [renamed])
  addMembers(directory, some, others)
  deleteGroup(directory, gone)
}

/** Compares both sides by what a client can see; a forced restart finds every attribute that still differs. */
async function differences(
  target: CycleTarget,
  job: ProvisioningJob,
  directory: Directory,
): Promise<readonly string[]> {
  job.restart()
  const { writes } = await job.cycle()
  return [
    ...(writes === 0 ? [] : [`a forced restart still writes ${writes} times`]),
    ...userDifferences(directory, await target.scim('GET', '/Users?count=500')),
    ...groupDifferences(directory, job, await target.scim('GET', '/Groups?count=500')),
  ]
}

function userDifferences(directory: Directory, { json }: Answer): readonly string[] {
  const wanted = Object.values(directory.users)
    .filter(({ deleted }) => deleted === 'no')
    .map(({ userPrincipalName, accountEnabled }) => `${userPrincipalName} ${accountEnabled}`)
  const found: readonly string[] = json.Resources.map(
    ({ userName, active }: { userName: string; active: boolean }) => `${userName} ${active}`,
  )
  return [
    ...compare('users', wanted, found),
    ...(json.totalResults === wanted.length ? [] : [`${json.totalResults} users are counted`]),
  ]
}

function groupDifferences(
  directory: Directory,
  { state }: ProvisioningJob,
  { json }: Answer,
): readonly string[] {
  const groups = Object.values(directory.groups).filter(({ deleted }) => !deleted)
  const members = groups.flatMap(({ objectId, memberIds }) => {
    const wanted = memberIds.map((id) => state.users[id]?.targetId ?? '').filter((id) => id !== '')
    const group = json.Resources.find(({ id }: { id: string }) => id === state.groups[objectId]?.targetId)
    const found = (group?.members ?? []).map(({ value }: { value: string }) => value)
    return compare('members', wanted, found)
  })
  const counted = json.totalResults === groups.length ? [] : [`${json.totalResults} groups are counted`]
  return [...members, ...counted]
}

function compare(what: string, wanted: readonly string[], found: readonly string[]): readonly string[] {
  const [left, right] = [wanted, found].map((list) => list.toSorted().join())
  return left === right ? [] : [`the ${what} are ${right} and not ${left}`]
}

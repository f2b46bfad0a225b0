import { onTestFinished } from 'vitest'
import { createDirectory } from '../../local/entra/directory.ts'
import type { Directory, DirectoryGroup, DirectoryUser } from '../../local/entra/directory.ts'
import { createProvisioningJob } from '../../local/entra/job.ts'
import type { JobOptions, ProvisioningJob } from '../../local/entra/job.ts'
import { startFakeTarget } from './entra-fake-target.ts'
import type { FakeTarget, SeenRequest } from './entra-fake-target.ts'

export const HOUR_MS = 3_600_000
export const START = Date.UTC(2026, 10, 24)

export interface Scene {
  readonly target: FakeTarget
  readonly directory: Directory
  readonly job: ProvisioningJob
  /** The n-th user and group of the directory, as they are now. */
  readonly user: (n: number) => DirectoryUser
  readonly group: (n: number) => DirectoryGroup
  /** What the target holds of a user. */
  readonly resource: (n: number) => Record<string, unknown>
  /** Requests since they were last asked for. */
  readonly requests: () => readonly SeenRequest[]
  readonly clock: { now: number }
}

/** A directory, an empty target and a job between them, torn down with the test. */
export async function setUp(options: Partial<JobOptions> & { users?: number } = {}): Promise<Scene> {
  const target = await startFakeTarget()
  const { users = 6, ...jobOptions } = options
  const directory = options.directory ?? createDirectory({ users, groups: 2 })
  const clock = { now: START }
  const job = createProvisioningJob({
    directory,
    tenantUrl: target.url,
    secretToken: 'secret',
    now: () => clock.now,
    ...jobOptions,
  })
  onTestFinished(async () => {
    job.close()
    await target.close()
  })
  return { target, directory, job, clock, ...readers(target, directory) }
}

function readers(
  target: FakeTarget,
  directory: Directory,
): Pick<Scene, 'user' | 'group' | 'resource' | 'requests'> {
  const user = (n: number): DirectoryUser => present(Object.values(directory.users)[n])
  return {
    user,
    group: (n) => present(Object.values(directory.groups)[n]),
    resource: (n) =>
      present([...target.users.values()].find((found) => found.externalId === user(n).objectId)),
    requests: () => target.seen.splice(0),
  }
}

/** What must be there. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('missing')
  return value
}

/** Requests as method and path below the tenant URL. */
export const lines = (requests: readonly SeenRequest[]): readonly string[] =>
  requests.map(({ method, url }) => `${method} ${url.replace('/scim/v2/org-1', '')}`)
/** The operations of a PATCH. */
export const operations = (request: SeenRequest | undefined): unknown => request?.body?.Operations

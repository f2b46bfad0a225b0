import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { moveUser } from '../../local/entra/directory-changes.ts'
import { listUsers } from '../../local/entra/directory.ts'
import { createProvisioningJob } from '../../local/entra/job.ts'
import { openTenant } from '../../local/entra/tenant-file.ts'
import type { Server } from './server.ts'
import type { StorageProcess } from './storage.ts'
import { newConnector } from './tenant.ts'

/** A whole provisioning cycle of the local Entra tenant. */
export interface CycleFigure {
  readonly name: string
  readonly requests: number
  readonly seconds: number
  /** CPU of the server in seconds. */
  readonly cpu: number
  readonly storageRequests: number
}

const CHANGED = 100

/** A first cycle of that many people and groups, one without a change, and one in which some people changed. */
export async function measureCycles(
  server: Server,
  storage: StorageProcess,
  { users, groups }: { users: number; groups: number },
): Promise<readonly CycleFigure[]> {
  const { url, password } = await newConnector(server.url)
  const file = join(tmpdir(), `${randomUUID()}.json`)
  const tenant = openTenant(file, url, { users, groups, seed: 7 })
  const job = createProvisioningJob({
    directory: tenant.directory,
    tenantUrl: url,
    secretToken: password,
    roles: 'assertive',
    concurrency: 8,
    state: tenant.state,
  })
  const run = async (name: string): Promise<CycleFigure> => {
    const [cpu, asked, started] = [server.cpu(), await storage.requests(), performance.now()]
    const summary = await job.cycle()
    if (summary.failures.length > 0) throw new Error(`${name}: ${summary.failures.length} failures`)
    return {
      name,
      requests: summary.requests,
      seconds: (performance.now() - started) / 1_000,
      cpu: (server.cpu() - cpu) / 1_000,
      storageRequests: (await storage.requests()) - asked,
    }
  }
  const first = await run(`initial: ${users.toLocaleString('en')} users, ${groups} groups`)
  const second = await run('incremental, nothing changed')
  for (const { objectId } of listUsers(tenant.directory).slice(0, CHANGED))
    moveUser(tenant.directory, objectId, 'Navigation')
  const third = await run(`incremental, ${CHANGED} people changed`)
  job.close()
  rmSync(file, { force: true })
  return [first, second, third]
}

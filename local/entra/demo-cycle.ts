import { progressPrinter, reportLines } from './cycle-report.ts'
import { createProvisioningJob, type ProvisioningJob } from './job.ts'
import type { CycleSummary } from './summary.ts'
import { openTenant, saveTenant } from './tenant-file.ts'

export interface DemoCycleOptions {
  readonly url: string
  readonly token: string
  readonly stateFile: string
  readonly users: number
  readonly groups: number
  readonly print: (line: string) => void
}

/** A first cycle into a new connector: Test Connection, then everything, with progress and a closing table. */
export async function runDemoCycle({
  url,
  token,
  stateFile,
  users,
  groups,
  print,
}: DemoCycleOptions): Promise<void> {
  const tenant = openTenant(stateFile, url, { users, groups, seed: undefined })
  const job = createProvisioningJob({
    directory: tenant.directory,
    tenantUrl: url,
    secretToken: token,
    roles: 'assertive',
    state: tenant.state,
  })
  try {
    await runCycle(job, print)
  } finally {
    job.close()
    saveTenant(stateFile, tenant)
  }
}

/** Test Connection and one cycle, both reported; `undefined` where the connection test failed. */
export async function runCycle(
  job: Pick<ProvisioningJob, 'testConnection' | 'cycle'>,
  print: (line: string) => void,
): Promise<CycleSummary | undefined> {
  const test = await job.testConnection()
  for (const { path, message } of test.checks) print(`  Test Connection ${path.padEnd(8)} ${message}`)
  if (!test.ok) return undefined
  const output = process.stdout.isTTY
    ? process.stdout
    : { write: (text: string): void => print(text.trimEnd()) }
  const summary = await job.cycle({ onProgress: progressPrinter(output) })
  for (const line of reportLines(summary)) print(line)
  return summary
}

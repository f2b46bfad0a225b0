import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runCycle } from './entra/demo-cycle.ts'
import { disableUser, enableUser, findUserByName, hardDeleteUser } from './entra/directory-changes.ts'
import type { Directory } from './entra/directory.ts'
import { createProvisioningJob } from './entra/job.ts'
import { openTenant, saveTenant } from './entra/tenant-file.ts'
import { readRunFile } from './run-file.ts'

/*
 * npm run cycle: another provisioning cycle of the local tenant, into what `npm start` serves or into --url.
 * --users N --groups M --seed S   the size of the directory; it only grows
 * --disable NAME, --enable NAME, --delete NAME   change a person first (user principal name)
 * --restart [--full]   look at everything again; with --full, forget what is linked to what
 * --mode legacy|compliant, --concurrency 4, --data DIR, --url URL --token SECRET
 */
const { values: flags } = parseArgs({
  options: {
    users: { type: 'string' },
    groups: { type: 'string' },
    seed: { type: 'string' },
    disable: { type: 'string' },
    enable: { type: 'string' },
    delete: { type: 'string' },
    restart: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    mode: { type: 'string', default: 'legacy' },
    concurrency: { type: 'string', default: '4' },
    data: { type: 'string', default: '.local' },
    url: { type: 'string' },
    token: { type: 'string' },
  },
})

const directory = resolve(dirname(import.meta.dirname), flags.data)
const target = readTarget()
const stateFile = join(directory, 'entra.json')
const tenant = openTenant(stateFile, target.url, {
  users: count('users', flags.users),
  groups: count('groups', flags.groups),
  seed: count('seed', flags.seed),
})
if (flags.disable !== undefined) change(tenant.directory, flags.disable, disableUser)
if (flags.enable !== undefined) change(tenant.directory, flags.enable, enableUser)
if (flags.delete !== undefined) change(tenant.directory, flags.delete, hardDeleteUser)

const job = createProvisioningJob({
  directory: tenant.directory,
  tenantUrl: target.url,
  secretToken: target.password,
  roles: 'assertive',
  mode: flags.mode === 'compliant' ? 'compliant' : 'legacy',
  concurrency: count('concurrency', flags.concurrency) ?? 4,
  state: tenant.state,
})
if (flags.restart || flags.full) job.restart({ full: flags.full })
const summary = await runCycle(job, (line) => console.log(line))
job.close()
saveTenant(stateFile, tenant)
if (summary === undefined || summary.failures.length > 0) process.exitCode = 1

function readTarget(): { readonly url: string; readonly password: string } {
  if (flags.url !== undefined && flags.token !== undefined) return { url: flags.url, password: flags.token }
  return (
    readRunFile(directory)?.scim ??
    stop(`Run npm start first (or give --url and --token): there is no connector in ${flags.data}/run.json.`)
  )
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return /^\d{1,7}$/.test(text) ? Number(text) : stop(`--${name} must be a whole number.`)
}

function change(
  people: Directory,
  userName: string,
  apply: (people: Directory, objectId: string) => void,
): void {
  const user = findUserByName(people, userName) ?? stop(`The directory has no user ${userName}.`)
  apply(people, user.objectId)
}

function stop(sentence: string): never {
  console.error(sentence)
  return process.exit(1)
}

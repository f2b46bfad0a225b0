import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runCycle } from './entra/demo-cycle.ts'
import { disableUser, enableUser, findUserByName, hardDeleteUser } from './entra/directory-changes.ts'
import type { Directory } from './entra/directory.ts'
import { createProvisioningJob } from './entra/job.ts'
import type { ProvisioningJob } from './entra/job.ts'
import type { PatchMode } from './entra/patch-encoding.ts'
import { openTenant, saveTenant } from './entra/tenant-file.ts'
import { createOktaJob } from './okta/job.ts'
import type { OktaJob } from './okta/job.ts'
import { findOrCreateDemo } from './demo-connector.ts'
import { readRunFile, writeRunFile, type RunFile } from './run-file.ts'

/*
 * npm run cycle: another provisioning cycle of the local tenant, into what `npm start` serves or into --url.
 * --client entra|okta   whose requests are sent; each has its own connector, directory and state
 * --users N --groups M --seed S   the size of the directory; it only grows
 * --disable NAME, --enable NAME, --delete NAME   change a person first (user principal name)
 * --restart [--full]   look at everything again; with --full, forget what is linked to what
 * --mode legacy|compliant (default: what the URL's aadOptscim062020 says), --concurrency 4
 * --data DIR, --state FILE, --url URL --token SECRET
 */
const flags = readFlags()
const isOkta = readClient() === 'okta'
const directory = resolve(dirname(import.meta.dirname), flags.data)
const target = await readTarget()
const stateFile =
  flags.state === undefined ? join(directory, isOkta ? 'okta.json' : 'entra.json') : resolve(flags.state)
const tenant = openTenant(stateFile, target.url, {
  users: count('users', flags.users),
  groups: count('groups', flags.groups),
  seed: count('seed', flags.seed),
})
if (flags.disable !== undefined) change(tenant.directory, flags.disable, disableUser)
if (flags.enable !== undefined) change(tenant.directory, flags.enable, enableUser)
if (flags.delete !== undefined) change(tenant.directory, flags.delete, hardDeleteUser)

const job = openJob()
if (flags.restart || flags.full) job.restart({ full: flags.full })
const summary = await runCycle(job, (line) => console.log(line))
job.close()
saveTenant(stateFile, tenant)
if (summary === undefined)
  console.error(`No cycle was run. Is ${new URL(target.url).origin} the right server, and up?`)
if (summary === undefined || summary.failures.length > 0 || summary.disabledJob) process.exitCode = 1

function openJob(): ProvisioningJob | OktaJob {
  const concurrency = Math.max(1, count('concurrency', flags.concurrency) ?? 1)
  const secretToken = target.password
  const common = { ...tenant, tenantUrl: target.url, secretToken, concurrency }
  return isOkta
    ? createOktaJob(common)
    : createProvisioningJob({ ...common, roles: 'assertive', ...patchMode() })
}

function readClient(): 'entra' | 'okta' {
  const { client } = flags
  return client === 'entra' || client === 'okta' ? client : stop('--client is entra or okta.')
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        client: { type: 'string', default: 'entra' },
        users: { type: 'string' },
        groups: { type: 'string' },
        seed: { type: 'string' },
        disable: { type: 'string' },
        enable: { type: 'string' },
        delete: { type: 'string' },
        restart: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
        mode: { type: 'string' },
        concurrency: { type: 'string', default: '4' },
        data: { type: 'string', default: '.local' },
        state: { type: 'string' },
        url: { type: 'string' },
        token: { type: 'string' },
      },
    }).values
  } catch (error) {
    // A mistyped flag, which parseArgs names in a sentence.
    if (error instanceof TypeError) return stop(error.message)
    throw error
  }
}

interface Target {
  readonly url: string
  readonly password: string
}

async function readTarget(): Promise<Target> {
  const { url, token } = flags
  if ((url === undefined) !== (token === undefined)) stop('Give --url and --token together, or neither.')
  if (url !== undefined && token !== undefined) {
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) stop(`--url is no web address: ${url}`)
    return { url, password: token }
  }
  const run = readRunFile(directory)
  const none = `Run npm start first (or give --url and --token): there is no connector in ${flags.data}/run.json.`
  if (run?.scim === undefined) return stop(none)
  return isOkta ? ownConnector(run) : run.scim
}

/** Okta has a connector of its own: two services that provision one directory would undo each other's work. */
async function ownConnector({ url, functionKey }: RunFile): Promise<Target> {
  const own = join(directory, 'okta')
  mkdirSync(own, { recursive: true })
  const demo = await findOrCreateDemo(url, functionKey, readRunFile(own))
  writeRunFile(own, { url, functionKey, ...demo })
  return demo.scim
}

function patchMode(): { mode?: PatchMode } {
  const { mode } = flags
  if (mode === undefined) return {}
  return mode === 'legacy' || mode === 'compliant' ? { mode } : stop('--mode is legacy or compliant.')
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

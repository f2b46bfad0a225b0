import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { newRandom, type Random } from '../fuzz/random.ts'
import { entraGroup, entraUser, patchOp, send, type Answer } from '../support/gatehouse.ts'
import { startAzuriteProcess, startProductProcess, type Process } from './processes.ts'
import type { Sample } from './sampler.ts'

/*
 * node tests/faults/soak.ts --minutes 10: mixed requests as fast as they are answered, against the built product and
 * Azurite in processes of their own, and what the product's memory and handles do meanwhile. The number of users stays
 * within bounds, so that nothing but a leak can grow; the emulator keeps its log of activities, which is its own affair.
 */

const { values: flags } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
})
const minutes = Number(flags.minutes)
const random = newRandom(Number(flags.seed), 0)

const WORKERS = 8
const TENANTS = 4
const USERS_PER_TENANT = 60
const SAMPLES = 12
/** Of the heap after a collection, from the first third of the run to the last: less is noise. */
const FLAT_PART = 0.1
const FLAT_MIB = 4
const FLAT_HANDLES = 16

interface Tenant {
  readonly url: string
  readonly headers: Record<string, string>
  readonly group: string
  readonly users: string[]
}

interface Row extends Sample {
  readonly second: number
  readonly requests: number
}

const counts = { requests: 0, statuses: new Map<number, number>() }

async function ask(tenant: Tenant, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await send(tenant.url + path, { method, body, headers: tenant.headers })
  counts.requests++
  counts.statuses.set(answer.status, (counts.statuses.get(answer.status) ?? 0) + 1)
  return answer
}

async function newTenant(url: string): Promise<Tenant> {
  const post = async (path: string, body: unknown): Promise<Answer> =>
    send(`${url}/management/${path}`, { method: 'POST', body })
  const { json } = await post('organizations', { name: 'Contoso', plan: 'enterprise' })
  const connector = await post(`organizations/${json.id}/connectors`, { type: 'entra' })
  const tenant: Tenant = {
    url: `${url}/scim/v2/${connector.json.id}`,
    headers: {
      authorization: `Bearer ${connector.json.scim.password}`,
      'content-type': 'application/scim+json',
    },
    group: '',
    users: [],
  }
  const group = await ask(tenant, 'POST', '/Groups', entraGroup())
  return { ...tenant, group: group.json.id }
}

type Step = (tenant: Tenant, id: string) => Promise<unknown>

/** What Entra does, and a little of what others do; refusals are part of it. */
const STEPS: readonly Step[] = [
  (tenant, id) => ask(tenant, 'GET', `/Users/${id}`),
  (tenant, id) => ask(tenant, 'GET', `/Users?filter=${encodeURIComponent(`userName eq "${id}"`)}`),
  (tenant) => ask(tenant, 'GET', '/Users?startIndex=1&count=20'),
  (tenant, id) => ask(tenant, 'PATCH', `/Users/${id}`, replace('title', `Title ${random.index(1_000)}`)),
  (tenant, id) => ask(tenant, 'PATCH', `/Users/${id}`, replace('active', random.chance(0.5))),
  (tenant, id) =>
    ask(tenant, 'PATCH', `/Users/${id}`, replace('userName', `${id}.${random.index(3)}@x.example`)),
  (tenant, id) => ask(tenant, 'PATCH', `/Groups/${tenant.group}`, members('Add', id)),
  (tenant, id) => ask(tenant, 'PATCH', `/Groups/${tenant.group}`, members('Remove', id)),
  (tenant) => ask(tenant, 'GET', `/Groups/${tenant.group}`),
  (tenant) => ask(tenant, 'POST', '/Users', { userName: 'incomplete' }),
  (tenant) => ask(tenant, 'GET', `/Users/${crypto.randomUUID()}`),
  (tenant) => send(`${tenant.url}/Users`, { method: 'GET', headers: { authorization: 'Bearer wrong' } }),
]

const replace = (path: string, value: unknown): unknown => patchOp({ op: 'Replace', path, value })
const members = (op: string, value: string): unknown => patchOp({ op, path: 'members', value: [{ value }] })

async function step(tenant: Tenant, choice: Random): Promise<void> {
  const { users } = tenant
  if (users.length < USERS_PER_TENANT || choice.chance(0.05)) {
    const created = await ask(tenant, 'POST', '/Users', entraUser())
    if (created.status === 201) users.push(created.json.id)
  }
  if (users.length > USERS_PER_TENANT) {
    const [gone] = users.splice(choice.index(users.length), 1)
    if (gone !== undefined) await ask(tenant, 'DELETE', `/Users/${gone}`)
  }
  const id = users.length === 0 ? crypto.randomUUID() : choice.pick(users)
  await choice.pick(STEPS)(tenant, id)
}

async function sample({ child }: Process): Promise<Sample> {
  const answer = once(child, 'message')
  child.send('sample')
  const [told] = await answer
  return told as Sample
}

async function soak(product: Process): Promise<readonly Row[]> {
  const tenants = await Promise.all(Array.from({ length: TENANTS }, () => newTenant(product.address)))
  const started = performance.now()
  const end = started + minutes * 60_000
  const rows: Row[] = []
  const worker = async (number: number): Promise<void> => {
    const choice = newRandom(Number(flags.seed), number + 1)
    while (performance.now() < end) await step(choice.pick(tenants), choice)
  }
  const watch = async (): Promise<void> => {
    for (let i = 1; i <= SAMPLES; i++) {
      const due = started + (i * minutes * 60_000) / SAMPLES
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
      const second = Math.round((performance.now() - started) / 1_000)
      rows.push({ second, requests: counts.requests, ...(await sample(product)) })
    }
  }
  await Promise.all([watch(), ...Array.from({ length: WORKERS }, (_, number) => worker(number))])
  return rows
}

/** The first third of the rows, and so the warming up of caches and code, is what the last third is compared with. */
function verdict(rows: readonly Row[]): readonly string[] {
  const third = Math.max(1, Math.floor(rows.length / 3))
  const mean = (some: readonly Row[], read: (row: Row) => number): number =>
    some.reduce((sum, row) => sum + read(row), 0) / some.length
  const grown = (read: (row: Row) => number): readonly [number, number] => [
    mean(rows.slice(0, third), read),
    mean(rows.slice(-third), read),
  ]
  const [heapBefore, heapAfter] = grown(({ heapMiB }) => heapMiB)
  const [handlesBefore, handlesAfter] = grown(({ handles }) => handles)
  const failed = [...counts.statuses].filter(([status]) => status >= 500)
  return [
    ...(heapAfter - heapBefore > Math.max(FLAT_MIB, heapBefore * FLAT_PART)
      ? [`the heap has grown from ${heapBefore.toFixed(1)} to ${heapAfter.toFixed(1)} MiB`]
      : []),
    ...(handlesAfter - handlesBefore > FLAT_HANDLES
      ? [`the handles have grown from ${handlesBefore.toFixed(0)} to ${handlesAfter.toFixed(0)}`]
      : []),
    ...failed.map(([status, count]) => `${count} requests were answered by ${status}`),
  ]
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

const azurite = await startAzuriteProcess()
const preload = fileURLToPath(new URL('sampler.ts', import.meta.url))
const product = await startProductProcess(azurite.address, ['--expose-gc', '--import', preload])
try {
  const rows = await soak(product)
  print('| second | requests | rss MiB | heap MiB | external MiB | handles |')
  print('|---|---|---|---|---|---|')
  for (const { second, requests, rssMiB, heapMiB, externalMiB, handles } of rows)
    print(
      `| ${second} | ${requests} | ${rssMiB.toFixed(0)} | ${heapMiB.toFixed(1)} | ${externalMiB.toFixed(1)} | ${handles} |`,
    )
  const statuses = [...counts.statuses].toSorted(([a], [b]) => a - b)
  print(`answers: ${statuses.map(([status, count]) => `${status} ×${count}`).join(', ')}`)
  const faults = verdict(rows)
  print(faults.length === 0 ? 'verdict: flat' : `verdict: NOT flat: ${faults.join('; ')}`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await product.kill()
  await azurite.kill()
}

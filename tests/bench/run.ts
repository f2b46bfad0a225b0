import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { measureColdStart } from './cold-start.ts'
import { measureCycles } from './cycle.ts'
import { measure, measureOperation } from './measure.ts'
import { measureMemory } from './memory.ts'
import { measureNeighbours } from './neighbours.ts'
import { groupOperations, USER_OPERATIONS, type Operation } from './operations.ts'
import {
  cpuCell,
  cycleTable,
  machine,
  memoryTable,
  neighbourTable,
  operationTable,
  rateCell,
  splitTable,
  table,
  type Column,
} from './report.ts'
import { call, startFloor, startProduct } from './server.ts'
import { measureSplit } from './split.ts'
import { startStorage } from './storage.ts'
import { newTenant, type Tenant } from './tenant.ts'

/*
 * npm run bench: everything through HTTP on the built bundle, written to docs/benchmarks.md. Half an hour with all sizes. Linux only (/proc).
 * --sizes 1000,10000 users in memory, --azurite 1000 on Azurite, --cycle 10000 and --memory 100000 users, --requests 10000
 */
const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000,1000000' },
    azurite: { type: 'string', default: '1000,10000' },
    cycle: { type: 'string', default: '10000' },
    memory: { type: 'string', default: '100000' },
    requests: { type: 'string', default: '10000' },
  },
})
const REQUESTS = Number(flags.requests)
const PORT = 7_311
const GROUP_SIZES = [1_000, 10_000, 100_000]
/** Enough for the twin of a million users, which lives in the server's own process. */
const HEAP = ['--max-old-space-size=20000']

const say = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`)
const sizesOf = (text: string): readonly number[] => text.split(',').filter(Boolean).map(Number)
const titleOf = (kind: string, size: number): string => `${kind}, ${size.toLocaleString('en')}`

interface Columns {
  readonly users: Column
  readonly groups: readonly Column[]
}

async function benchStore(kind: string, account: string, size: number, requests: number): Promise<Columns> {
  say(titleOf(kind, size))
  const server = await startProduct(PORT, account, HEAP)
  const tenant = await newTenant(server.url, size, GROUP_SIZES)
  const measureAll = async (operations: readonly Operation[]) => {
    const measured = []
    for (const operation of operations)
      measured.push(await measureOperation(server, tenant, operation, requests))
    return { operations: measured, memory: server.memory().now }
  }
  const users = { title: titleOf(kind, size), ...(await measureAll(USER_OPERATIONS)) }
  const groups: Column[] = []
  for (const members of tenant.groups.keys())
    groups.push({
      title: `${titleOf(kind, size)} users, ${members.toLocaleString('en')} members`,
      ...(await measureAll(groupOperations(members))),
    })
  await server.stop()
  return { users, groups }
}

async function benchFloor() {
  const server = await startFloor(PORT)
  const run = () => call(`${server.url}/x`, 'GET')
  await measure(server, REQUESTS / 5, 16, run)
  const together = await measure(server, REQUESTS, 16, run)
  await server.stop()
  return together
}

/** Storage requests of each operation: the emulator does not count, so the twin behind the same protocol does. */
async function countStorage(): Promise<readonly (readonly string[])[]> {
  say('storage requests')
  const storage = await startStorage('twin')
  const server = await startProduct(PORT, storage.connectionString)
  const tenant = await newTenant(server.url, 1_000, [1_000])
  const rows = []
  for (const { name, run } of [...USER_OPERATIONS, ...groupOperations(1_000)])
    rows.push([name, (await requestsOf(tenant, () => storage.requests(), run)).toFixed(2)])
  await server.stop()
  storage.stop()
  return rows
}

const COUNTED = 200

async function requestsOf(
  tenant: Tenant,
  requests: () => Promise<number>,
  run: Operation['run'],
): Promise<number> {
  const before = await requests()
  for (let i = 0; i < COUNTED; i++) await run(tenant, i)
  return ((await requests()) - before) / COUNTED
}

async function benchCycles() {
  say('cycles')
  const figures = []
  for (const kind of ['twin', 'Azurite'] as const) {
    // The emulator reads all rows for each range: a tenth of the people says as much.
    const users = kind === 'twin' ? Number(flags.cycle) : Math.round(Number(flags.cycle) / 10)
    const storage = await startStorage(kind === 'twin' ? 'twin' : 'Azurite')
    const server = await startProduct(PORT, storage.connectionString)
    const counting = kind === 'twin' ? storage : { ...storage, requests: () => Promise.resolve(0) }
    const cycles = await measureCycles(server, counting, { users, groups: Math.ceil(users / 50) })
    figures.push(...cycles.map((cycle) => ({ ...cycle, name: `${kind}: ${cycle.name}` })))
    await server.stop()
    storage.stop()
  }
  return figures
}

say('floor')
const floor = await benchFloor()
const columns: Columns[] = []
for (const size of sizesOf(flags.sizes)) columns.push(await benchStore('memory', 'memory', size, REQUESTS))
for (const size of sizesOf(flags.azurite)) {
  const azurite = await startStorage('Azurite')
  columns.push(await benchStore('Azurite', azurite.connectionString, size, REQUESTS / 40))
  azurite.stop()
}
const storageRows = await countStorage()
const cycles = await benchCycles()
say('cold start')
const cold = await measureColdStart(PORT, 'memory')
say('profile')
const splits = await measureSplit(PORT, 'memory', REQUESTS)
say('neighbours')
const neighbours = await measureNeighbours(PORT, 'memory')
say('memory')
const memoryUsers = Number(flags.memory)
const memory = await measureMemory(PORT, memoryUsers)

const users = columns.map((column) => column.users)
const groups = columns.flatMap((column) => column.groups)
writeFileSync(
  new URL('../../docs/benchmarks.md', import.meta.url),
  `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine()}. The server is the built bundle in the local
Functions host, in a process of its own; the client runs on the same machine, so rates are lower than the server's own limit. CPU is
what the scheduler counts for the server's process, host included; the best of five rounds, as other work on the machine only adds. "memory" is the in-memory twin of Table Storage inside that process;
"Azurite" is the emulator in another process, whose range queries read all rows of a table: pages and group reads there say nothing
about Azure.

The floor on this machine, \`node:http\` and a Map: ${floor.cpu.toFixed(3)} ms CPU a request, ${Math.round(floor.rate)} requests/s.

## Users: server CPU per request

Milliseconds with 16 requests in flight, as a multiple of the floor; then with one at a time. ✗ marks a missed target.

${operationTable(users, cpuCell(floor.cpu))}

Requests per second, 16 in flight; one at a time:

${operationTable(users, rateCell)}

Resident memory of the server at the end, in MiB (the twin holds the data itself): ${users.map((column) => `${column.title}: ${Math.round(column.memory)}`).join('; ')}.

## Groups: server CPU per request

As above; a group of 100,000 members is read by two requests at a time, not sixteen.

${operationTable(groups, cpuCell(floor.cpu))}

Requests per second, 16 in flight; one at a time:

${operationTable(groups, rateCell)}

## Storage requests per operation

Mean of ${COUNTED} each, a tenant of 1,000, without authentication, which costs one in 30 seconds; the counters that a list folds make a fraction.
\`tests/scim/budget.test.ts\` holds the budget.

${table(['operation', 'storage requests'], storageRows)}

## Provisioning cycles

The local Entra tenant with 8 requests at once.

${cycleTable(cycles)}

## Cold start

Medians of nine: the bundle loads in ${cold.load.toFixed(0)} ms; from the start of the process to the first answer that needed storage, ${cold.start.toFixed(0)} ms.

## Where the CPU goes

Share of the samples of a profile; what Node does for a part counts for that part.

${splitTable(splits)}

## Neighbours

A tenant at Entra's 25 requests a second, alone and beside one at 500: latency from the moment at which a request was due.

${neighbourTable(neighbours)}

## Memory

The store in another process, Node's own limits, the twin behind Table Storage's protocol.

${memoryTable(memoryUsers, memory)}
`,
)
say('docs/benchmarks.md is written')
process.exit(0)

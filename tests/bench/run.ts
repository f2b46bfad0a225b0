import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { startAzurite } from '../../local/azurite.ts'
import { newUser } from './user.ts'
import { call, startFloor, startProduct, type Server } from './server.ts'

/*
 * npm run bench: server CPU per request and requests per second through HTTP on the built bundle, written to
 * docs/benchmarks.md. --sizes 1000,10000,100000 users in memory, --azurite 1000,10000 on Azurite. Linux only (/proc).
 */
const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000' },
    azurite: { type: 'string', default: '1000' },
    requests: { type: 'string', default: '4000' },
  },
})
const REQUESTS = Number(flags.requests)

interface Tenant {
  readonly server: Server
  readonly url: string
  readonly authorization: string
  readonly ids: readonly string[]
  /** A group that everybody is in. */
  readonly group: string
  readonly size: number
}

interface Figure {
  readonly operation: string
  readonly cpu: number
  readonly rate: number
  readonly alone: number
}

type Operation = readonly [name: string, run: (tenant: Tenant, i: number) => Promise<string>, share: number]

const patch = (...Operations: readonly object[]) => ({ Operations })
const scim = ({ url, authorization }: Tenant, method: string, path: string, body?: unknown) =>
  call(url + path, method, body, authorization)
const idOf = ({ ids }: Tenant, i: number) => ids[i % ids.length] ?? ''

const OPERATIONS: readonly Operation[] = [
  [
    'find by userName, miss',
    (tenant, i) => scim(tenant, 'GET', `/Users?filter=userName+eq+%22nobody${i}%22`),
    1,
  ],
  [
    'find by userName, hit',
    (tenant, i) => scim(tenant, 'GET', `/Users?filter=userName+eq+%22user${i % tenant.size}%40x.example%22`),
    1,
  ],
  ['GET user', (tenant, i) => scim(tenant, 'GET', `/Users/${idOf(tenant, i)}?excludedAttributes=groups`), 1],
  [
    'PATCH active',
    (tenant, i) =>
      scim(
        tenant,
        'PATCH',
        `/Users/${idOf(tenant, i)}`,
        patch({ op: 'Replace', path: 'active', value: i < tenant.size ? 'False' : 'True' }),
      ),
    1,
  ],
  [
    'PATCH displayName',
    (tenant, i) =>
      scim(
        tenant,
        'PATCH',
        `/Users/${idOf(tenant, i)}`,
        patch({ op: 'Replace', path: 'displayName', value: `Name ${i} ${Math.random()}` }),
      ),
    1,
  ],
  [
    'page of 100',
    (tenant, i) =>
      scim(tenant, 'GET', `/Users?startIndex=${((i * 97) % Math.max(1, tenant.size - 100)) + 1}&count=100`),
    0.1,
  ],
  [
    'remove a member',
    (tenant, i) =>
      scim(
        tenant,
        'PATCH',
        `/Groups/${tenant.group}`,
        patch({ op: 'Remove', path: 'members', value: [{ value: idOf(tenant, i) }] }),
      ),
    0.2,
  ],
  [
    'add a member',
    (tenant, i) =>
      scim(
        tenant,
        'PATCH',
        `/Groups/${tenant.group}`,
        patch({ op: 'Add', path: 'members', value: [{ value: idOf(tenant, i) }] }),
      ),
    0.2,
  ],
  [
    'GET group without members',
    (tenant) => scim(tenant, 'GET', `/Groups/${tenant.group}?excludedAttributes=members`),
    1,
  ],
  ['POST user', (tenant, i) => scim(tenant, 'POST', '/Users', newUser(`late${i}${Math.random()}`)), 0.5],
]

async function measure(
  tenant: Pick<Tenant, 'server'>,
  operation: string,
  count: number,
  run: (i: number) => Promise<string>,
): Promise<Figure> {
  const alone = await timed(Math.max(50, Math.round(count / 20)), 1, run)
  const before = tenant.server.cpu()
  const ms = await timed(count, 16, run)
  const cpu = (tenant.server.cpu() - before) / count
  return {
    operation,
    cpu,
    rate: (count / ms) * 1_000,
    alone: (Math.max(50, Math.round(count / 20)) / alone) * 1_000,
  }
}

/** Runs `count` requests, `atOnce` in flight; the milliseconds that it took. */
async function timed(count: number, atOnce: number, run: (i: number) => Promise<string>): Promise<number> {
  const started = performance.now()
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) await run(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return performance.now() - started
}

async function newTenant(server: Server, size: number): Promise<Tenant> {
  const organization = JSON.parse(
    await call(`${server.url}/management/organizations`, 'POST', { name: 'Bench', plan: 'enterprise' }),
  ) as { id: string }
  const path = `${server.url}/management/organizations/${organization.id}/connectors`
  const connector = JSON.parse(await call(path, 'POST', { type: 'entra' })) as {
    id: string
    scim: { password: string }
  }
  const partial = {
    server,
    url: `${server.url}/scim/v2/${connector.id}`,
    authorization: `Bearer ${connector.scim.password}`,
    size,
  }
  const ids: string[] = []
  await timed(size, 16, async (i) => {
    const text = await call(`${partial.url}/Users`, 'POST', newUser(`user${i}`), partial.authorization)
    ids.push((JSON.parse(text) as { id: string }).id)
    return text
  })
  const group = JSON.parse(
    await call(`${partial.url}/Groups`, 'POST', { displayName: 'Everybody' }, partial.authorization),
  ) as { id: string }
  for (let i = 0; i < ids.length; i += 1_000) {
    const value = ids.slice(i, i + 1_000).map((id) => ({ value: id }))
    await call(
      `${partial.url}/Groups/${group.id}`,
      'PATCH',
      patch({ op: 'Add', path: 'members', value }),
      partial.authorization,
    )
  }
  return { ...partial, ids, group: group.id }
}

async function benchTenant(
  account: string,
  size: number,
  share: number,
): Promise<{ figures: readonly Figure[]; memory: number }> {
  const server = await startProduct(7_311, account)
  try {
    const tenant = await newTenant(server, size)
    const figures: Figure[] = []
    for (const [name, run, part] of OPERATIONS)
      figures.push(await measure(tenant, name, Math.round(REQUESTS * part * share), (i) => run(tenant, i)))
    return { figures, memory: server.memory() }
  } finally {
    server.stop()
  }
}

async function benchFloor(): Promise<Figure> {
  const server = await startFloor(7_312)
  const figure = await measure({ server }, 'node:http and a Map', REQUESTS * 4, () =>
    call(`${server.url}/x`, 'GET'),
  )
  server.stop()
  return figure
}

const sizesOf = (text: string): readonly number[] => text.split(',').filter(Boolean).map(Number)

const floor = await benchFloor()
const columns: { title: string; figures: readonly Figure[]; memory: number }[] = []
for (const size of sizesOf(flags.sizes)) {
  process.stdout.write(`memory, ${size} users\n`)
  columns.push({ title: `memory, ${size.toLocaleString('en')}`, ...(await benchTenant('memory', size, 1)) })
}
for (const size of sizesOf(flags.azurite)) {
  process.stdout.write(`Azurite, ${size} users\n`)
  const azurite = await startAzurite()
  columns.push({
    title: `Azurite, ${size.toLocaleString('en')}`,
    ...(await benchTenant(azurite.connectionString, size, 0.1)),
  })
  await azurite.close()
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (title: string, cell: (figure: Figure) => string): string =>
  [
    row([title, ...columns.map((column) => column.title)]),
    row(['---', ...columns.map(() => '---:')]),
    ...OPERATIONS.map(([name]) =>
      row([
        name,
        ...columns.map(({ figures }) => cell(figures.find((one) => one.operation === name) as Figure)),
      ]),
    ),
  ].join('\n')

writeFileSync(
  new URL('../../docs/benchmarks.md', import.meta.url),
  `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, Linux.
The server is the built bundle in the local Functions host, in a process of its own; the client runs on the same machine, so rates
are lower than the server's own limit. "memory" is the in-memory twin of Table Storage with so many users, who are all in the group
whose members change; "Azurite" is the emulator in the client's process, whose range queries read all rows of a table: its rates say
nothing about Azure.

The floor on this machine, ${floor.operation}: ${floor.cpu.toFixed(3)} ms CPU a request, ${Math.round(floor.rate)} requests/s.

## Server CPU per request in ms, 16 in flight (and as a multiple of the floor)

${table('operation', ({ cpu }) => `${cpu.toFixed(3)} (${(cpu / floor.cpu).toFixed(1)})`)}

## Requests per second, 16 in flight

${table('operation', ({ rate }) => String(Math.round(rate)))}

## Requests per second, one at a time

${table('operation', ({ alone }) => String(Math.round(alone)))}

Resident memory of the server at the end, in MiB (the in-memory twin holds the data itself): ${columns.map(({ title, memory }) => `${title}: ${Math.round(memory)}`).join('; ')}.
`,
)
process.stdout.write('docs/benchmarks.md is written\n')
process.exit(0)

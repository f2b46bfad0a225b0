import { fork, type ChildProcess } from 'node:child_process'
import { faultOf } from './check.ts'
import { newConnector, type Connector } from './client.ts'
import { GROUPS, USERS } from './corpus.ts'
import { newInput, type Input } from './inputs.ts'
import { AT_ONCE, PER_CONNECTOR, SLOW_MS } from './limits.ts'
import { fill } from './mutate.ts'
import { newRandom } from './random.ts'
import type { Told } from './server.ts'

export interface Report {
  readonly seed: number
  done: number
  readonly kinds: Map<string, number>
  readonly statuses: Map<number, number>
  /** Inputs over the limit at the first time, whatever else went on then. */
  slowOnce: number
  slowest: { readonly ms: number; readonly input: string }
  readonly findings: string[]
}

interface Server {
  readonly url: string
  /** What it told of requests since it was asked last. */
  readonly told: () => Promise<ReadonlyMap<string, Extract<Told, { ms: number }>>>
  readonly stop: () => void
}

/** Sends `count` inputs, a new connector for every so many, and tells what was wrong with the answers. */
export async function fuzz(
  wanted: number,
  seed: number,
  progress: (report: Report) => void,
): Promise<Report> {
  const server = await startServer()
  const report: Report = {
    seed,
    done: 0,
    kinds: new Map(),
    statuses: new Map(),
    slowOnce: 0,
    slowest: { ms: 0, input: '' },
    findings: [],
  }
  while (report.done < wanted) {
    const until = Math.min(report.done + PER_CONNECTOR, wanted)
    await runConnector(server, report, until)
    progress(report)
  }
  server.stop()
  return report
}

async function startServer(): Promise<Server> {
  const child: ChildProcess = fork(new URL('run.ts', import.meta.url), ['--server'])
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the server ended with ${String(code)}`)))
    child.once('message', (told: { url: string }) => resolve(told.url))
  })
  let requests = new Map<string, Extract<Told, { ms: number }>>()
  let answered: (() => void) | undefined
  child.on('message', (told: Told) => {
    if ('ms' in told) requests.set(told.request, told)
    else if ('pong' in told) answered?.()
  })
  child.once('exit', (code, signal) => {
    if (signal !== 'SIGTERM') throw new Error(`the server ended with ${String(code ?? signal)}`)
  })
  return {
    url,
    async told() {
      await new Promise<void>((resolve) => {
        answered = resolve
        child.send('ping')
      })
      const all = requests
      requests = new Map()
      return all
    },
    stop: () => void child.kill('SIGTERM'),
  }
}

/** Ids that exist, or did: new ones take the place of old ones. */
interface Made {
  readonly users: string[]
  readonly groups: string[]
}
const KEPT = 60

async function runConnector(server: Server, report: Report, until: number): Promise<void> {
  const isStrict = Math.floor(report.done / PER_CONNECTOR) % 2 === 1
  const rules = isStrict ? { uniqueEmail: true } : { requiredAttributes: [], uniqueEmail: false }
  const connector = await newConnector(server.url, rules)
  const made: Made = { users: [crypto.randomUUID()], groups: [crypto.randomUUID()] }
  await seedDirectory(connector, made)
  await server.told()
  const sent = new Map<string, Input>()
  const work = async (): Promise<void> => {
    while (report.done < until) await runInput(connector, report, made, sent)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  await judge(server, connector, report, sent)
  for (const problem of await connector.verify()) report.findings.push(`rows that do not fit: ${problem}`)
  connector.close()
}

async function seedDirectory(connector: Connector, made: Made): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const random = newRandom(i, i)
    const [path, shapes] = i % 2 === 0 ? ['/Users', USERS] : ['/Groups', GROUPS]
    const body = fill(JSON.stringify(random.pick(shapes)), random, made)
    const headers = { 'content-type': 'application/scim+json' }
    const { headers: answered } = await connector.send(
      { kind: 'user body', method: 'POST', path, headers, body },
      `seed-${i}`,
    )
    learn(made, answered['location'], i)
  }
}

async function runInput(
  connector: Connector,
  report: Report,
  made: Made,
  sent: Map<string, Input>,
): Promise<void> {
  const number = report.done++
  const input = newInput(newRandom(report.seed, number), made)
  const id = `fuzz-${number}`
  sent.set(id, input)
  try {
    const answer = await connector.send(input, id)
    count(report.kinds, input.kind)
    count(report.statuses, answer.status)
    if (answer.status === 201) learn(made, answer.headers['location'], number)
    const fault = faultOf(input, answer)
    if (fault !== undefined)
      report.findings.push(`${fault}: ${describe(input)} -> ${answer.status} ${answer.text.slice(0, 500)}`)
  } catch (error) {
    report.findings.push(`no answer (${String(error)}): ${describe(input)}`)
  }
}

function learn(made: Made, location: string | undefined, number: number): void {
  const [, kind, id] = /\/(Users|Groups)\/([^/]+)$/.exec(location ?? '') ?? []
  if (id === undefined) return
  const ids = kind === 'Users' ? made.users : made.groups
  if (ids.length < KEPT) ids.push(id)
  else ids[number % KEPT] = id
}

/**
 * What was slow is sent again, alone and up to three times: what is slow each time is the engine's, all else was the
 * garbage collector's or that of the requests beside it. What failed for a reason of ours is told with its place.
 */
async function judge(
  server: Server,
  connector: Connector,
  report: Report,
  sent: ReadonlyMap<string, Input>,
): Promise<void> {
  for (const [id, { ms, error }] of await server.told()) {
    const input = sent.get(id)
    if (error !== undefined)
      report.findings.push(`fault of ours: ${error} ${input === undefined ? id : describe(input)}`)
    if (ms <= SLOW_MS || input === undefined) continue
    report.slowOnce++
    const again = await leastOf(server, connector, input)
    if (again > report.slowest.ms) report.slowest = { ms: again, input: describe(input) }
    if (again > SLOW_MS) report.findings.push(`slow, ${ms} ms and alone ${again} ms: ${describe(input)}`)
  }
}

async function leastOf(server: Server, connector: Connector, input: Input): Promise<number> {
  let least = Infinity
  for (let round = 0; round < 3 && least > SLOW_MS; round++) {
    await connector.send(input, 'again')
    const told = (await server.told()).get('again')
    least = Math.min(least, told?.ms ?? 0)
  }
  return least
}

function count<T>(counts: Map<T, number>, key: T): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function describe({ kind, method, path, headers, body = '' }: Input): string {
  const text = JSON.stringify({ kind, method, path, headers, body: body.slice(0, 2_000) })
  return body.length > 2_000 ? `${text} (${body.length} characters)` : text
}

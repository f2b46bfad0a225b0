import { Agent, request } from 'node:http'
import { parseArgs } from 'node:util'
import { startFunctionsHost } from '../../local/functions-host.ts'
import { newInputs, type Input } from './inputs.ts'

/*
 * npm run fuzz: random and mutated requests over HTTP against the built bundle on the in-memory store.
 * --count 1000000 --seed 1. Ends with 1 if anything was answered 500, not in SCIM's form, or slowly again when repeated alone.
 */
const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
})
const count = Number(flags.count)
const seed = Number(flags.seed)
const SLOW_MS = 10
const AT_ONCE = 16

interface Answer {
  readonly status: number
  readonly type: string | undefined
  readonly text: string
  readonly ms: number
}

let lastMs = 0
const host = await startFunctionsHost({
  root: new URL('../..', import.meta.url).pathname,
  port: 0,
  settings: {
    GATEHOUSE_MODE: 'development',
    PUBLIC_BASE_URL: 'https://gatehouse.example',
    TABLES_ACCOUNTS: 'main=memory',
    SCIM_MAX_RPS: '0',
  },
  log: ({ message }) => {
    lastMs = Number(/"ms":([\d.]+)/.exec(message)?.[1] ?? 0)
  },
})
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
const connector = await newConnector()
const statuses = new Map<number, number>()
const findings: string[] = []
const slow: Input[] = []
let done = 0

process.stdout.write(`seed ${seed}, ${count} inputs\n`)
const inputs = newInputs(seed)
const started = performance.now()
await Promise.all(Array.from({ length: AT_ONCE }, work))
for (const input of slow.slice(0, 200)) await repeat(input)
report()
agent.destroy()
await host.close()
process.exitCode = findings.length === 0 ? 0 : 1

async function work(): Promise<void> {
  while (done < count) {
    done++
    if (done % 50_000 === 0) process.stdout.write(`${done}\n`)
    const input = inputs.next()
    const answer = await send(input)
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    const fault = input.method === 'HEAD' ? undefined : faultOf(answer)
    if (fault !== undefined) findings.push(`${fault}: ${describe(input)} -> ${answer.text.slice(0, 300)}`)
    if (answer.ms > SLOW_MS) slow.push(input)
    inputs.learn(answer.text)
  }
}

/** Alone, and the best of three: what is still slow then is the engine and not the garbage collector. */
async function repeat(input: Input): Promise<void> {
  const times = [(await send(input)).ms, (await send(input)).ms, (await send(input)).ms]
  if (Math.min(...times) > SLOW_MS) findings.push(`slow (${Math.min(...times)} ms): ${describe(input)}`)
}

function faultOf({ status, type, text }: Answer): string | undefined {
  if (status >= 500 && status !== 501) return `status ${status}`
  if (status === 204 || status === 304) return text === '' ? undefined : 'a body where none belongs'
  // The host answers bad escapes in the path before any code of ours.
  if (status === 400 && type === undefined) return undefined
  if (type !== 'application/scim+json') return `content type ${type}`
  return status >= 400 && !isError(text) ? 'no SCIM error' : undefined
}

function isError(text: string): boolean {
  const body: unknown = JSON.parse(text)
  if (typeof body !== 'object' || body === null) return false
  const known = ['schemas', 'status', 'scimType', 'detail']
  return Object.keys(body).every((name) => known.includes(name)) && 'detail' in body
}

function describe({ method, path, headers, body }: Input): string {
  return JSON.stringify({ method, path, headers, body: body?.slice(0, 1_000) })
}

function report(): void {
  const seconds = (performance.now() - started) / 1_000
  const table = [...statuses].toSorted(([a], [b]) => a - b).map(([status, number]) => `${status} ×${number}`)
  process.stdout.write(
    `${done} inputs in ${seconds.toFixed(0)} s (${Math.round(done / seconds)}/s): ${table.join(', ')}\n`,
  )
  process.stdout.write(`${slow.length} answered later than ${SLOW_MS} ms among ${AT_ONCE} at once\n`)
  process.stdout.write(`${findings.length} findings\n${findings.slice(0, 30).join('\n')}\n`)
}

function send({ method, path, headers, body }: Input): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const authorization = `Bearer ${connector.password}`
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const call = request(
      connector.url + path,
      { method, agent, headers: { authorization, ...headers, ...length } },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (text += part))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'],
            text,
            ms: lastMs,
          }),
        )
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}

async function newConnector(): Promise<{ url: string; password: string }> {
  const post = async (path: string, body: object) => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    return (await fetch(`${host.url}/management/${path}`, init)).json() as Promise<{
      id: string
      scim: { password: string }
    }>
  }
  const organization = await post('organizations', { name: 'Fuzz', plan: 'enterprise' })
  const made = await post(`organizations/${organization.id}/connectors`, { type: 'entra' })
  return { url: `${host.url}/scim/v2/${made.id}`, password: made.scim.password }
}

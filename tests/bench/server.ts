import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'

/** A server in a process of its own, whose CPU and memory can be told apart from the client's. */
export interface Server {
  readonly url: string
  /** CPU time of all its threads so far, in milliseconds. */
  cpu(): number
  /** Resident memory in MiB, and the most that it ever was. */
  memory(): { now: number; peak: number }
  /** Ends it as the platform would, and waits. */
  stop(): Promise<void>
}

const root = new URL('../..', import.meta.url).pathname

/** The built bundle in the Functions host; `account` is `memory` or a connection string. `flags` go to Node. */
export function startProduct(port: number, account: string, flags: readonly string[] = []): Promise<Server> {
  const settings = {
    GATEHOUSE_MODE: 'development',
    PUBLIC_BASE_URL: `http://127.0.0.1:${port}`,
    TABLES_ACCOUNTS: `main=${account}`,
    SCIM_MAX_RPS: '0',
  }
  return start([...flags, 'local/host.ts', '--port', String(port)], settings, port)
}

/** The floor: node:http and a Map, which answer a user by its id and nothing else. */
export function startFloor(port: number): Promise<Server> {
  return start(['tests/bench/floor.ts', String(port)], {}, port)
}

async function start(
  args: readonly string[],
  settings: Record<string, string>,
  port: number,
): Promise<Server> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await listening(child)
  return {
    url: `http://127.0.0.1:${port}`,
    cpu: () => cpuOf(child.pid),
    memory: () => ({ now: memoryOf(child.pid, 'VmRSS'), peak: memoryOf(child.pid, 'VmHWM') }),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
    },
  }
}

/** By the scheduler's own count in nanoseconds: the ticks of /proc/PID/stat are 10 ms. Threads that ended are lost, and Node keeps its own. */
function cpuOf(pid: number | undefined): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6
}

function memoryOf(pid: number | undefined, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1_024
}

async function listening(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('the server has no output')
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the server ended before it listened')))
    lines.on('line', (line) => {
      if (line.startsWith('listening')) resolve()
    })
  })
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** One request on a kept connection; an answer from 400 on is thrown. */
export function call(url: string, method: string, body?: unknown, authorization?: string): Promise<string> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/scim+json', 'content-length': String(Buffer.byteLength(text)) }),
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent, headers }, (response) => {
      let answer = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (answer += part))
      response.on('end', () => {
        if ((response.statusCode ?? 500) < 400) resolve(answer)
        else reject(new Error(`${method} ${url}: ${response.statusCode} ${answer}`))
      })
    })
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

/** Runs `count` requests, `atOnce` in flight; the milliseconds that it took. */
export async function timed(
  count: number,
  atOnce: number,
  run: (i: number) => Promise<unknown>,
): Promise<number> {
  const started = performance.now()
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) await run(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return performance.now() - started
}

import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'

/** A server in a process of its own, whose CPU can be told apart from the client's. */
export interface Server {
  readonly url: string
  /** User and system time so far, in milliseconds. */
  cpu(): number
  /** Resident memory in MiB. */
  memory(): number
  stop(): void
}

const MS_PER_TICK = 10
const root = new URL('../..', import.meta.url).pathname

/** The built bundle in the Functions host; `account` is `memory` or a connection string. */
export function startProduct(port: number, account: string): Promise<Server> {
  const settings = {
    GATEHOUSE_MODE: 'development',
    PUBLIC_BASE_URL: `http://127.0.0.1:${port}`,
    TABLES_ACCOUNTS: `main=${account}`,
    SCIM_MAX_RPS: '0',
  }
  return start(['--max-old-space-size=16000', 'local/host.ts', '--port', String(port)], settings, port)
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
    cpu: () => {
      const fields = stat(child).split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
    },
    memory: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024,
    stop: () => void child.kill(),
  }
}

const stat = ({ pid }: ChildProcess): string => readFileSync(`/proc/${pid}/stat`, 'utf8')

async function listening(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('the server has no output')
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the server ended before it listened')))
    createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
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

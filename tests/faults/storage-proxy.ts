import { createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from '../support/fault-proxy.ts'

/** What a transaction is for, told from its rows: each kind has a sequence of its own in docs/storage.md. */
export type WriteKind =
  | 'insert user'
  | 'patch user'
  | 'delete user'
  | 'create group'
  | 'rename group'
  | 'delete group'
  | 'add members'
  | 'remove members'
  | 'connector mark'
  | 'activity'
  | 'other'

export interface StorageCall {
  /** `undefined`: a read. */
  readonly write: WriteKind | undefined
  /** The same for every attempt of one call. */
  readonly body: string
  /** The organization whose rows are meant; '' where the request names none. */
  readonly organization: string
}

interface ProxyOptions {
  /** Asked once for each HTTP request, retries included. */
  readonly faultFor?: (call: StorageCall) => Fault | undefined
  /** A pause before each request is passed on, and before its answer is. */
  readonly delayMs?: () => number
}

export interface StorageProxy {
  /** The same storage, seen through the proxy. */
  readonly connectionString: string
  close(): Promise<void>
}

/** Stands before an Azurite and knows what passes, so that a fault can meet one kind of write of one customer. */
export async function startStorageProxy(
  connectionString: string,
  options: ProxyOptions,
): Promise<StorageProxy> {
  const target = new URL(/TableEndpoint=([^;]+)/.exec(connectionString)?.[1] ?? '')
  const server = createServer((incoming, outgoing) => {
    carry(target, options, incoming, outgoing).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    connectionString: connectionString.replace(target.host, `127.0.0.1:${port}`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function carry(
  target: URL,
  { faultFor, delayMs = () => 0 }: ProxyOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await bytesOf(incoming)
  const fault = faultFor?.(toCall(incoming, body.toString('utf8')))
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'reset') incoming.socket.destroy()
  else if (fault?.kind === 'answer') outgoing.writeHead(fault.status, fault.headers).end(fault.body ?? '')
  else {
    await pause(delayMs())
    const answer = await forward(target, incoming, body)
    const text = await bytesOf(answer)
    await pause(delayMs())
    deliver(fault, outgoing, answer, text)
  }
}

/** Passes the answer on, or as much of it as the fault leaves. */
function deliver(
  fault: Fault | undefined,
  outgoing: ServerResponse,
  { statusCode = 500, headers }: IncomingMessage,
  text: Buffer,
): void {
  if (fault === undefined) outgoing.writeHead(statusCode, headers).end(text)
  else if (fault.kind === 'lost') outgoing.destroy()
  else {
    outgoing.writeHead(statusCode, { ...headers, 'content-length': '1000' })
    outgoing.write('--', () => outgoing.destroy())
  }
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await wait(ms)
}

function forward(target: URL, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { method, url: path, headers } = incoming
  return new Promise((resolve, reject) => {
    const options = { host: target.hostname, port: target.port, method, path, headers }
    request(options, resolve).on('error', reject).end(body)
  })
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function toCall({ method, url = '' }: IncomingMessage, body: string): StorageCall {
  const isWrite = method === 'POST' && url.includes('$batch')
  const text = isWrite ? body : decodeURIComponent(url)
  const [, partition = ''] = /PartitionKey(?:=| eq |":")'?([0-9a-z-]+)/.exec(text) ?? []
  return {
    write: isWrite ? writeKind(body) : undefined,
    body,
    organization: partition.split('-')[0] ?? '',
  }
}

/** `DELETE u`, `POST n` and so on: the method and the kind of row of each part of a transaction. */
function partsOf(body: string): ReadonlySet<string> {
  const parts = new Set<string>()
  let method = ''
  for (const line of body.split('\r\n')) {
    const started = /^(POST|PUT|PATCH|DELETE) \S+?(?:RowKey='([a-z]+)\.[^']*'\))? HTTP/.exec(line)
    if (started !== null) method = started[1] ?? ''
    const kind = started?.[2] ?? /"RowKey":"([a-z]+)\./.exec(line)?.[1]
    if (kind !== undefined) parts.add(`${method} ${kind}`)
  }
  return parts
}

const SIGNS: readonly (readonly [sign: string, kind: WriteKind])[] = [
  ['POST u', 'insert user'],
  ['PUT u', 'patch user'],
  ['DELETE u', 'delete user'],
  ['POST g', 'create group'],
  ['PUT g', 'rename group'],
  ['DELETE g', 'delete group'],
  ['PUT m', 'add members'],
  ['DELETE m', 'remove members'],
]

function writeKind(body: string): WriteKind {
  if (/^\w+ \S+\/config[( ]/m.test(body)) return 'connector mark'
  const parts = partsOf(body)
  const found = SIGNS.find(([sign]) => parts.has(sign))
  if (found !== undefined) return found[1]
  return [...parts].every((part) => part === 'POST a' || part === 'POST b') ? 'activity' : 'other'
}

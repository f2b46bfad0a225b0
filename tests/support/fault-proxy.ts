import { createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What happens to a request instead of being answered by the storage behind the proxy. */
export type Fault =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  /** The connection is torn down before anything is forwarded. */
  | { readonly kind: 'reset' }
  /** Taken and never answered. */
  | { readonly kind: 'hang' }
  /** Carried out, and then the connection is torn down: the client cannot know. */
  | { readonly kind: 'lost' }
  /** Carried out, but the answer breaks off in the middle. */
  | { readonly kind: 'cut' }

export interface FaultProxy {
  /** The same storage, seen through the proxy. */
  readonly connectionString: string
  /** Lets the next requests fail, each fault once or as often as said; `Infinity` is a dead store. */
  fail(fault: Fault, times?: number): void
  /** Requests that have reached the proxy. */
  readonly requests: () => number
  close(): Promise<void>
}

/** Stands before an Azurite at a free port of this machine. Shared keys do not sign the host, so requests stay valid. */
export async function startFaultProxy(connectionString: string): Promise<FaultProxy> {
  const target = new URL(/TableEndpoint=([^;]+)/.exec(connectionString)?.[1] ?? '')
  const faults: { readonly fault: Fault; left: number }[] = []
  let seen = 0
  const server = createServer((incoming, outgoing) => {
    seen++
    const current = faults[0]
    if (current !== undefined && --current.left <= 0) faults.shift()
    handle(target, current?.fault, incoming, outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    connectionString: connectionString.replace(target.host, `127.0.0.1:${port}`),
    fail: (fault, times = 1) => faults.push({ fault, left: times }),
    requests: () => seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function handle(
  target: URL,
  fault: Fault | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  switch (fault?.kind) {
    case 'answer':
      incoming.resume()
      outgoing.writeHead(fault.status, fault.headers).end(fault.body)
      return
    case 'reset':
      incoming.socket.destroy()
      return
    case 'hang':
      incoming.resume()
      return
    default:
      forward(target, fault, incoming, outgoing)
  }
}

function forward(
  target: URL,
  fault: Fault | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const { method, url: path, headers } = incoming
  const forwarded = request({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
    if (fault === undefined) {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
      return
    }
    answer.resume().on('end', () => {
      if (fault.kind === 'cut') {
        outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, 'content-length': '1000' })
        outgoing.write('--', () => incoming.socket.destroy())
      } else incoming.socket.destroy()
    })
  })
  forwarded.on('error', () => incoming.socket.destroy())
  incoming.pipe(forwarded)
}

import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'

interface TransportRequest {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly signal: AbortSignal
}

interface TransportAnswer {
  readonly status: number
  text(): Promise<string>
}

/** Carries one request; the built-in `fetch` has this shape too. A connection that fails rejects. */
export type Transport = (url: string, request: TransportRequest) => Promise<TransportAnswer>

export interface ConnectionPool {
  readonly transport: Transport
  close(): void
}

/**
 * Keep-alive connections that send the given headers and nothing else: as with Entra there is no User-Agent and no
 * Accept, which `fetch` would add. Redirects are not followed.
 */
export function openConnectionPool(connections: number): ConnectionPool {
  const options = { keepAlive: true, maxSockets: connections }
  const plain = new HttpAgent(options)
  const secure = new HttpsAgent(options)
  const transport: Transport = async (url, { method, headers, body, signal }) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const settings = { method, headers: { ...headers, ...length }, signal }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = url.startsWith('https:')
      ? httpsRequest(url, { ...settings, agent: secure }, resolve)
      : httpRequest(url, { ...settings, agent: plain }, resolve)
    outgoing.once('error', reject).end(body)
    const incoming = await promise
    return { status: incoming.statusCode ?? 0, text: () => text(incoming) }
  }
  return {
    transport,
    close() {
      plain.destroy()
      secure.destroy()
    },
  }
}

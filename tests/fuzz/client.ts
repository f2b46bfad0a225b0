import { Agent, request } from 'node:http'
import type { Answer } from './check.ts'
import type { Input } from './inputs.ts'
import { AT_ONCE } from './limits.ts'

/** A connector of the server, and what was made in it. */
export interface Connector {
  readonly send: (input: Input, id: string) => Promise<Answer>
  /** Rows that do not fit together, in words. */
  readonly verify: () => Promise<readonly string[]>
  readonly close: () => void
}

/** A new connector with the rules that are given. */
export async function newConnector(url: string, settings: object): Promise<Connector> {
  const organization = await manage(url, 'POST', 'organizations', { name: 'Fuzz', plan: 'enterprise' })
  const connectors = `organizations/${String(organization['id'])}/connectors`
  const made = await manage(url, 'POST', connectors, { type: 'entra' })
  const path = `${connectors}/${String(made['id'])}`
  await manage(url, 'PATCH', path, settings)
  const { password } = made['scim'] as { password: string }
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const base = `/scim/v2/${String(made['id'])}`
  const { hostname, port } = new URL(url)
  return {
    send: (input, id) => sendTo({ agent, hostname, port, base, password }, input, id),
    verify: () => verify(url, path),
    close: () => agent.destroy(),
  }
}

type Json = Readonly<Record<string, unknown>>

async function manage(url: string, method: string, path: string, body: object): Promise<Json> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/management/${path}`, { method, headers, body: JSON.stringify(body) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} management/${path}: ${response.status} ${text}`)
  return JSON.parse(text) as Json
}

async function verify(url: string, path: string): Promise<readonly string[]> {
  const problems: string[] = []
  let from: unknown
  do {
    const slice = await manage(url, 'POST', `${path}/verification`, {
      repair: false,
      ...(from === undefined ? {} : { from }),
    })
    for (const finding of slice['findings'] as readonly Json[])
      problems.push(`${String(finding['problem'])} ${String(finding['row'])}`)
    from = slice['next']
  } while (from !== undefined)
  return problems
}

interface Target {
  readonly agent: Agent
  readonly hostname: string
  readonly port: string
  readonly base: string
  readonly password: string
}

/** The path and the headers go out as they are, so far as Node lets them. */
function sendTo(target: Target, { method, path, headers, body }: Input, id: string): Promise<Answer> {
  const { agent, hostname, port, base, password } = target
  return new Promise((resolve, reject) => {
    const call = request(
      {
        agent,
        hostname,
        port,
        method,
        path: base + path,
        headers: {
          authorization: `Bearer ${password}`,
          'client-request-id': id,
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const lines = Object.entries(response.headersDistinct).map(([name, values]) => [
            name,
            values?.join(),
          ])
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(lines) as Answer['headers'],
            text: Buffer.concat(chunks).toString(),
          })
        })
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}

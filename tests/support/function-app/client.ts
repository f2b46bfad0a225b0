import { request } from 'node:http'

/** An answer as it stood on the wire. */
export type Answer = {
  readonly status: number
  /** Every line of the name, in order. */
  readonly lines: (name: string) => readonly string[]
  readonly body: string
}

export type Call = {
  readonly method?: string
  /** Names and values in one flat list, sent as they are, repeats and all. */
  readonly headers?: readonly string[]
  readonly body?: string | Uint8Array
  /** Without Content-Length. */
  readonly chunked?: boolean
}

/** Sends a request that neither `fetch` nor a URL parser has tidied up. */
export function send(host: { readonly port: number }, path: string, call: Call = {}): Promise<Answer> {
  const { method = 'GET', headers = [], body, chunked = false } = call
  const length = body === undefined || chunked ? [] : ['Content-Length', String(Buffer.byteLength(body))]
  const coding = chunked ? ['Transfer-Encoding', 'chunked'] : []
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: host.port,
        path,
        method,
        agent: false,
        headers: ['Host', `127.0.0.1:${host.port}`, ...headers, ...length, ...coding],
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const { rawHeaders } = incoming
          const lines = (name: string): string[] =>
            rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)
          resolve({ status: incoming.statusCode ?? 0, lines, body: Buffer.concat(chunks).toString() })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** What the app `echo` tells about the request that reached its handler. */
export type Echo = {
  readonly method: string
  readonly url: string
  readonly params: Readonly<Record<string, string>>
  readonly query: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
  readonly hasBody: boolean
  readonly base64: string
}

/** Sends a request to the app `echo` and reads its answer. */
export async function sendToEcho(host: { readonly port: number }, path: string, call?: Call): Promise<Echo> {
  return JSON.parse((await send(host, path, call)).body) as Echo
}

import type { IncomingMessage } from 'node:http'

const NO_QUERY: Readonly<Record<string, string>> = Object.freeze({})

/**
 * Header names in lower case, repeated ones (`Cookie` too) joined by a comma, empty ones dropped: what the real host
 * makes of them. Node's own `headers` joins cookies by semicolon and drops repeats of some names.
 */
export function joinHeaders(rawHeaders: readonly string[]): Record<string, string> {
  // Without a prototype: a client may send a header named `constructor`.
  const headers: Record<string, string> = Object.create(null)
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const value = rawHeaders[index + 1]
    if (!value) continue
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    const earlier = headers[name]
    headers[name] = earlier === undefined ? value : `${earlier},${value}`
  }
  return headers
}

/** `request.query`: repeated names are joined by a comma, ignoring case, under the name that came last. */
export function joinQuery(query: string): Readonly<Record<string, string>> {
  if (query.length < 2) return NO_QUERY
  const joined = new Map<string, readonly [name: string, value: string]>()
  for (const [name, value] of new URLSearchParams(query)) {
    const key = name.toLowerCase()
    const earlier = joined.get(key)
    joined.set(key, [name, earlier ? `${earlier[1]},${value}` : value])
  }
  return Object.fromEntries(joined.values())
}

/**
 * Exactly `length` bytes of body, or undefined where the client goes away before it has sent them.
 * Node ends the message at Content-Length.
 */
export function readBody(request: IncomingMessage, length: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [only = Buffer.alloc(0)] = chunks
      resolve(chunks.length === 1 ? only : Buffer.concat(chunks, length))
    })
    request.on('close', () => resolve(undefined))
    request.on('error', () => resolve(undefined))
  })
}

import { fail } from '../kernel/failure.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'

/** A JSON answer of Entra's, whatever its status. */
export interface EntraAnswer {
  readonly status: number
  readonly body: JsonObject
}

/** GETs, or POSTs a form. Fails with `entra_unavailable` where no JSON object comes back in time. */
export type EntraFetch = (url: string, form?: URLSearchParams) => Promise<EntraAnswer>

export interface EntraFetchOptions {
  readonly fetch?: typeof fetch
  /** Origins that may be asked over plain http. */
  readonly extraIssuers: readonly string[]
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 5_000
/** A key set of a large tenant has some 30 KiB. */
const ANSWER_BYTES = 262_144

/** The only way out to Entra: bounded in time and size, never redirected, never to an address that is not TLS. */
export function createEntraFetch(options: EntraFetchOptions): EntraFetch {
  const { extraIssuers, timeoutMs = TIMEOUT_MS, fetch: send = fetch } = options
  return async (url, form) => {
    const { protocol, origin } = new URL(url)
    if (protocol !== 'https:' && !extraIssuers.includes(origin)) return outage()
    try {
      const response = await send(url, {
        method: form === undefined ? 'GET' : 'POST',
        headers: { accept: 'application/json' },
        body: form ?? null,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      const body: unknown = JSON.parse(await readText(response))
      return isRecord(body) ? { status: response.status, body } : outage()
    } catch (error) {
      return outage(error)
    }
  }
}

async function readText({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.length
    if (size > ANSWER_BYTES) throw new Error('the answer is too large')
    parts.push(part)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))
}

function outage(cause?: unknown): never {
  return fail({ code: 'entra_unavailable', retryAfterSeconds: 30 }, cause)
}

import { openConnectionPool } from './http-transport.ts'
import type { Transport } from './http-transport.ts'
import type { JsonObject } from './json.ts'
import type { PatchMode } from './patch-encoding.ts'

/** What a call is for; the summary counts by it. */
export type CallKind =
  | 'test connection'
  | 'import users'
  | 'find user'
  | 'get user'
  | 'create user'
  | 'update user'
  | 'set manager'
  | 'disable user'
  | 'enable user'
  | 'delete user'
  | 'find group'
  | 'get group'
  | 'create group'
  | 'update group'
  | 'push members'
  | 'add members'
  | 'remove members'
  | 'change members'
  | 'delete group'

export interface ScimCall {
  readonly kind: CallKind
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the tenant URL, encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: JsonObject
}

export type Answer =
  | {
      readonly outcome: 'answered'
      readonly status: number
      readonly text: string
      /** Undefined if the text is not JSON. */
      readonly json: unknown
    }
  | { readonly outcome: 'timeout' | 'connection failed'; readonly reason: string }

export interface CallRecord {
  readonly kind: CallKind
  readonly method: string
  /** 0 if nothing was answered. */
  readonly status: number
  readonly ms: number
}

export interface ScimClientOptions {
  readonly tenantUrl: string
  readonly secretToken: string
  readonly transport?: Transport
  readonly concurrency: number
  /** Microsoft publishes no number. */
  readonly timeoutMs?: number
  /** How a blank travels in the query; `+` is what logs show. */
  readonly blank?: '+' | '%20'
  /** Some requests have been seen with an Accept header. */
  readonly accept?: string
  /** Sent with every request by clients that name themselves. */
  readonly userAgent?: string
}

export interface ScimClient {
  /** Sends a request and reads the whole answer. Never rejects: failures of the network are answers too. */
  send(call: ScimCall): Promise<Answer>
  /** All calls so far, or since they were last taken. */
  takeCalls(): readonly CallRecord[]
  close(): void
}

const TIMEOUT_MS = 30_000
const COMPLIANT_FLAG = 'aadOptscim062020'

/**
 * Takes a tenant URL apart as an administrator may have typed it: the flag for compliant PATCH bodies in its query is for
 * Entra and never sent on. An unusable URL throws a TypeError.
 */
export function parseTenantUrl(tenantUrl: string): { readonly base: string; readonly mode: PatchMode } {
  const url = new URL(tenantUrl)
  const mode = url.searchParams.has(COMPLIANT_FLAG) ? 'compliant' : 'legacy'
  return { base: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, mode }
}

/** Opens a client for one tenant's target: Bearer secret, form-encoded queries, SCIM's media type on writes only. */
export function openScimClient(options: ScimClientOptions): ScimClient {
  const { base } = parseTenantUrl(options.tenantUrl)
  const pool = options.transport === undefined ? openConnectionPool(options.concurrency) : undefined
  const transport = options.transport ?? pool?.transport ?? fetch
  let calls: CallRecord[] = []
  return {
    async send(call) {
      const started = performance.now()
      const answer = await carry(
        transport,
        `${base}${call.path}${toQuery(call, options.blank)}`,
        call,
        options,
      )
      const status = answer.outcome === 'answered' ? answer.status : 0
      calls.push({ kind: call.kind, method: call.method, status, ms: performance.now() - started })
      return answer
    },
    takeCalls() {
      const taken = calls
      calls = []
      return taken
    },
    close: () => pool?.close(),
  }
}

/** Encodes a query as a form would: blanks as `+`, quotes as `%22`, a plus as `%2B`. */
export function toQuery({ query = {} }: Pick<ScimCall, 'query'>, blank: '+' | '%20' = '+'): string {
  const encoded = new URLSearchParams({ ...query }).toString()
  if (encoded === '') return ''
  return `?${blank === '+' ? encoded : encoded.replaceAll('+', blank)}`
}

async function carry(
  transport: Transport,
  url: string,
  { method, body }: ScimCall,
  { secretToken, accept, userAgent, timeoutMs = TIMEOUT_MS }: ScimClientOptions,
): Promise<Answer> {
  const headers = {
    Authorization: `Bearer ${secretToken}`,
    ...(accept === undefined ? {} : { Accept: accept }),
    ...(userAgent === undefined ? {} : { 'User-Agent': userAgent }),
    ...(body === undefined ? {} : { 'Content-Type': 'application/scim+json; charset=utf-8' }),
  }
  const signal = AbortSignal.timeout(timeoutMs)
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  try {
    const answer = await transport(url, { method, headers, ...content, signal })
    const text = await answer.text()
    return { outcome: 'answered', status: answer.status, text, json: parse(text) }
  } catch (error) {
    // Whatever a connection can die of is a line in the provisioning log, not the end of the job.
    const reason = describe(error)
    return signal.aborted
      ? { outcome: 'timeout', reason: `no answer within ${timeoutMs / 1000} s` }
      : { outcome: 'connection failed', reason }
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && error.message === '' ? String(error.code) : error.message
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

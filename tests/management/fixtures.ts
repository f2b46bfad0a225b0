import { app, HttpRequest, InvocationContext, type HttpFunctionOptions } from '@azure/functions'
import { vi } from 'vitest'

/** What an answer of the management API is to a test. */
export interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly text: string | undefined
  /** The parsed body. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  readonly json: any
}

export interface Api {
  readonly functions: ReadonlyMap<string, HttpFunctionOptions>
  /** Parsed log lines, as the host would get them. */
  readonly lines: readonly Record<string, unknown>[]
  /** A request to a path below `management/`; an object is sent as JSON. */
  manage(method: string, path: string, body?: unknown): Promise<Answer>
}

const FILES = [
  'activity',
  'connectors',
  'openapi',
  'organizations',
  'scim-secrets',
  'setup-links',
  'test-sign-in',
  'users',
  'verification',
]

/** The functions as they register themselves, over a store in memory, with real requests of the Functions library. */
export async function openApi(): Promise<Api> {
  vi.stubEnv('GATEHOUSE_MODE', 'development')
  vi.stubEnv('PUBLIC_BASE_URL', 'https://id.example.com')
  vi.stubEnv('TABLES_ACCOUNTS', 'main=memory')
  vi.stubEnv('SALES_CONTACT', 'sales@example.com')
  const functions = new Map<string, HttpFunctionOptions>()
  vi.spyOn(app, 'http').mockImplementation((name, options) => void functions.set(name, options))
  for (const file of FILES) await import(`../../functions/management-${file}.ts`)
  const lines: Record<string, unknown>[] = []
  const log = (line: unknown): number => lines.push(JSON.parse(String(line)) as Record<string, unknown>)
  return {
    functions,
    lines,
    async manage(method, path, body) {
      const url = new URL(`https://internal.example/management/${path}`)
      const match = findRoute(functions, url.pathname.slice(1))
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
      const headers: Record<string, string> =
        text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
      const init = { method, url: url.href, headers, params: match.params }
      const request = new HttpRequest(text === undefined ? init : { ...init, body: { string: text } })
      return toAnswer(await match.handler(request, newInvocation(log)))
    },
  }
}

/** An invocation whose log goes to the test. */
export function newInvocation(log: (line: unknown) => unknown = () => undefined): InvocationContext {
  return new InvocationContext({ invocationId: 'invocation-1', logHandler: (_, line) => void log(line) })
}

export function toAnswer(response: unknown): Answer {
  const { status, headers, body } = response as {
    status: number
    headers: Record<string, string>
    body?: string
  }
  return { status, headers, text: body, json: body === undefined ? undefined : (JSON.parse(body) as unknown) }
}

function findRoute(
  functions: ReadonlyMap<string, HttpFunctionOptions>,
  path: string,
): { handler: HttpFunctionOptions['handler']; params: Record<string, string> } {
  for (const { route = '', handler } of functions.values()) {
    const pattern = route.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')
    const match = new RegExp(`^${pattern}$`).exec(path)
    if (match !== null) return { handler, params: { ...match.groups } }
  }
  throw new Error(`no function is registered for ${path}`)
}

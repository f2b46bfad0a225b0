import type { HttpRequest, InvocationContext } from '@azure/functions'
import { shorten } from '../kernel/text.ts'

/** The client's own id of its request (Entra: client-request-id), if it is one: it goes into the log and the activity. */
export function clientRequestId({ headers }: HttpRequest): string | undefined {
  const id = headers.get('client-request-id') ?? headers.get('x-ms-client-request-id')
  return id !== null && /^[\w.-]{1,100}$/.test(id) ? id : undefined
}

/** Where a fault of ours happened. Its message may quote what a client sent, so only the places are told. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const frames = (error.stack ?? '').split('\n').filter((row) => row.trimStart().startsWith('at '))
  return shorten([error.name, ...frames.map((row) => row.trim())].join(' '), 2_000)
}

/** What every edge knows of a request once it is answered. */
interface Answered {
  readonly request: HttpRequest
  readonly invocation: InvocationContext
  /** As registered: the template, never the path. */
  readonly template: string
  readonly status: number | undefined
  /** By `performance.now()`. */
  readonly started: number
}

/** Writes the one line of a request; `fields` are what its edge adds, each by name, absent ones left out. */
export function logRequest(
  { request, invocation, template, status, started }: Answered,
  fields: object,
): void {
  invocation.log(
    JSON.stringify({
      time: new Date().toISOString(),
      correlationId: invocation.invocationId,
      clientRequestId: clientRequestId(request),
      route: template,
      method: request.method,
      status,
      ms: Math.round((performance.now() - started) * 10) / 10,
      ...fields,
    }),
  )
}

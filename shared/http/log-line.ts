import type { HttpRequest } from '@azure/functions'
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

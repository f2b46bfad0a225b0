import type { BrowserAnswer, LogFields } from '../shared/http/browser-endpoint.ts'
import type { CookieChange } from '../shared/session/cookies.ts'
import { messagePage, type Action } from '../shared/portal/message-page.tsx'
import { headingOf, isFinal } from '../shared/portal/refusals.ts'
import type { PageRequest } from './browser-registration.ts'

/** Why somebody is not in. */
export interface Refused {
  readonly reason: string
  readonly sentence: string
  readonly status: number
  readonly advice?: string
  readonly aadsts?: number
  readonly traceId?: string
  readonly objectId?: string
}

interface Around {
  /** Of the connector where another try begins, if there is one. */
  readonly again?: string | undefined
  readonly cookies?: readonly CookieChange[]
  readonly log?: LogFields
}

/** Seconds after which Microsoft may be asked again. */
const RETRY_AFTER = '30'

/** A page that says why somebody is not in and what to do, with what support asks for. */
export function refusalPage(request: PageRequest, refused: Refused, around: Around = {}): BrowserAnswer {
  const { reason, sentence, status, advice, traceId } = refused
  const html = messagePage({
    heading: headingOf(reason),
    sentence,
    advice,
    actions: actionsOf(reason, around.again),
    reference: { correlationId: request.caller.correlationId, time: request.now.toISOString(), traceId },
  })
  return {
    status,
    html,
    ...(status === 503 ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
    ...(around.cookies === undefined ? {} : { cookies: around.cookies }),
    log: { ...around.log, ...logOf(refused) },
  }
}

/** What the log line says of a refusal. */
export function logOf({ reason, aadsts, traceId, objectId }: Refused): LogFields {
  return {
    reason,
    ...(aadsts === undefined ? {} : { aadsts }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(objectId === undefined ? {} : { objectId }),
  }
}

function actionsOf(reason: string, again: string | undefined): readonly Action[] {
  if (again === undefined) return [{ label: 'Sign in', href: '/signin' }]
  const login = `/auth/${again}/web/login`
  const other = { label: 'Use another account', href: `${login}?prompt=select_account` }
  return isFinal(reason) ? [other] : [{ label: 'Try again', href: login }, other]
}

/** There is no such connector, or nobody signs in by it now: nobody learns which. */
export const CLOSED: Refused = {
  reason: 'connector-closed',
  status: 404,
  sentence:
    'Nobody can sign in at this address at present. Check where you came from, or ask your administrator.',
}

/** A URL of ours with some of a query's parameters. */
export function withQuery(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value)
  return query.size === 0 ? path : `${path}?${query.toString()}`
}

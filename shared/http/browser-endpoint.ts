import type { Cookie, HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions'
import type { Caller } from '../activity/activity.ts'
import { fail, failureOf } from '../kernel/failure.ts'
import { parseConnectorId } from '../kernel/ids.ts'
import type { Settings } from '../kernel/settings.ts'
import { cookieName, readCookies, type CookieChange } from '../session/cookies.ts'
import type { RequestOrigin } from '../session/csrf.ts'
import { withinBudget } from './budget.ts'
import { readFormBody } from './form-body.ts'
import { clientRequestId, logRequest, placeOf } from './log-line.ts'
import { pageProblemOf, UNEXPECTED_PAGE, type PageProblem } from './page-problem.ts'
import { PAGE_HEADERS } from './security-headers.ts'

/** What the edge itself needs of the composition root. */
export interface BrowserServices {
  readonly settings: Settings
  readonly now: () => Date
}

export interface BrowserRequest<S> {
  readonly services: S
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  /** Of the address, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Of a POST; empty otherwise. */
  readonly form: URLSearchParams
  readonly cookies: ReadonlyMap<string, string>
  readonly origin: RequestOrigin
  readonly caller: Caller
  readonly now: Date
}

/** Listed fields for the log line: codes and ids, never a name, an address or anything secret. */
export interface LogFields {
  readonly reason?: string
  readonly connector?: string
  readonly user?: string
  readonly client?: string
  readonly aadsts?: number
  readonly traceId?: string
  readonly objectId?: string
}

export interface BrowserAnswer {
  readonly status: number
  readonly html?: string
  /** Absolute, or a path of ours. */
  readonly location?: string
  readonly cookies?: readonly CookieChange[]
  readonly headers?: Readonly<Record<string, string>>
  readonly log?: LogFields
}

type BrowserHandler<S> = (request: BrowserRequest<S>) => Promise<BrowserAnswer>

export interface BrowserRoute<S> {
  /** As registered, and for the log line: the template, never the path. */
  readonly template: string
  /** Others are answered 405 with `Allow`. */
  readonly methods: Readonly<Partial<Record<'GET' | 'POST', BrowserHandler<S>>>>
  /** Whether a GET changes something, so that no HEAD may do it. */
  readonly isConsuming?: boolean
}

/** What the edge cannot know: how a page looks. */
export type RenderProblem = (
  problem: PageProblem,
  reference: { correlationId: string; time: string },
) => string

export interface BrowserEdge<S> {
  readonly services: () => Promise<S>
  readonly renderProblem: RenderProblem
}

/** A trigger's handler: parses, runs the method, answers every failure with a page and writes one log line of listed fields. */
export function browserEndpoint<S extends BrowserServices>(edge: BrowserEdge<S>, route: BrowserRoute<S>) {
  return async (request: HttpRequest, invocation: InvocationContext): Promise<HttpResponseInit> => {
    const started = performance.now()
    const outcome = await settle(edge, route, { request, invocation })
    const { answer, isSecure } = outcome
    logRequest(
      { request, invocation, template: route.template, status: answer.status, started },
      {
        // Only well-formed ids: the path is the client's text.
        connector: parseConnectorId(request.params['connector']),
        ...answer.log,
        failure: outcome.failure,
        error: outcome.error,
      },
    )
    return toResponse(answer, isSecure, request.method === 'HEAD')
  }
}

interface Incoming {
  readonly request: HttpRequest
  readonly invocation: InvocationContext
}

interface Outcome {
  readonly answer: BrowserAnswer
  readonly isSecure: boolean
  readonly failure?: string
  readonly error?: string
}

/** The one place that catches everything: what was not failed on purpose is a fault of ours, 500 and logged. */
async function settle<S extends BrowserServices>(
  edge: BrowserEdge<S>,
  route: BrowserRoute<S>,
  incoming: Incoming,
): Promise<Outcome> {
  try {
    return await withinBudget(run(await edge.services(), route, incoming))
  } catch (error) {
    const failure = failureOf(error)
    const problem = failure === undefined ? UNEXPECTED_PAGE : pageProblemOf(failure)
    const reference = {
      correlationId: incoming.invocation.invocationId,
      time: new Date().toISOString(),
    }
    const html = edge.renderProblem(problem, reference)
    const answer = { status: problem.status, html, ...(problem.headers && { headers: problem.headers }) }
    if (failure === undefined) return { answer, isSecure: true, error: placeOf(error) }
    const detail = failure.code === 'misconfigured' ? { error: failure.detail } : {}
    return { answer, isSecure: true, failure: failure.code, ...detail }
  }
}

async function run<S extends BrowserServices>(
  services: S,
  route: BrowserRoute<S>,
  { request, invocation }: Incoming,
): Promise<Outcome> {
  const { headers, method, params } = request
  const handler = handlerOf(route, method)
  const isSecure = services.settings.publicBaseUrl.startsWith('https://')
  const url = new URL(request.url)
  const answer = await handler({
    services,
    method,
    params,
    path: url.pathname,
    query: url.searchParams,
    form: method === 'POST' ? await readFormBody(request) : new URLSearchParams(),
    cookies: readCookies(headers.get('cookie'), isSecure),
    origin: { origin: headers.get('origin'), secFetchSite: headers.get('sec-fetch-site') },
    caller: {
      actor: 'browser',
      correlationId: invocation.invocationId,
      clientRequestId: clientRequestId(request),
    },
    now: services.now(),
  })
  return { answer, isSecure }
}

function handlerOf<S>({ methods, isConsuming }: BrowserRoute<S>, method: string): BrowserHandler<S> {
  const hasHead = methods.GET !== undefined && isConsuming !== true
  const wanted = method === 'HEAD' && hasHead ? 'GET' : method
  const handler = Object.entries(methods).find(([name]) => name === wanted)?.[1]
  const allow = [...Object.keys(methods), ...(hasHead ? ['HEAD'] : [])]
  return handler ?? fail({ code: 'method_not_allowed', allow })
}

function toResponse(answer: BrowserAnswer, isSecure: boolean, isHead: boolean): HttpResponseInit {
  const { status, html, location, cookies = [] } = answer
  const headers = {
    ...PAGE_HEADERS,
    ...(html === undefined ? {} : { 'Content-Type': 'text/html; charset=utf-8' }),
    ...(location === undefined ? {} : { Location: location }),
    ...answer.headers,
  }
  const body = html === undefined || isHead ? {} : { body: html }
  return { status, headers, cookies: cookies.map((change) => toCookie(change, isSecure)), ...body }
}

function toCookie({ name, value, maxAgeSeconds }: CookieChange, isSecure: boolean): Cookie {
  return {
    name: cookieName(name, isSecure),
    value,
    path: '/',
    secure: isSecure,
    httpOnly: true,
    sameSite: 'Lax',
    ...(maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds }),
  }
}

import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions'
import type { Authenticator } from '../connectors/authenticate.ts'
import type { ConnectorsContext } from '../connectors/context.ts'
import { fail, failureOf, type Failure } from '../kernel/failure.ts'
import { parseConnectorId, parseOrganizationId } from '../kernel/ids.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { Settings } from '../kernel/settings.ts'
import type { Turns } from '../kernel/turns.ts'
import { withinBudget } from './budget.ts'
import {
  problemOf,
  problemResponse,
  UNEXPECTED_PROBLEM,
  type ManagementResponse,
  type Problem,
} from './management-problem.ts'
import { clientRequestId, logRequest, placeOf } from './log-line.ts'
import { readJsonBody } from './request-body.ts'

/** What the edge needs of the composition root. */
export interface ManagementServices {
  readonly settings: Settings
  readonly store: ConnectorsContext['store']
  readonly authenticator: Authenticator
  readonly now: () => Date
  readonly turns: Turns
}

/** A request whose function key the host has checked, parsed. */
export interface ManagementRequest {
  readonly context: ConnectorsContext
  readonly publicBaseUrl: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The JSON value; `undefined` where there is no body. */
  readonly body: unknown
}

export interface ManagementAnswer {
  readonly status: number
  readonly body?: unknown
  /** Absolute URL of what was created. */
  readonly location?: string
}

export type ManagementHandler = (request: ManagementRequest) => Promise<ManagementAnswer>
type ManagementMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export interface ManagementRoute {
  /** As registered, and for the log line: the template, never the path. */
  readonly template: string
  /** Others are answered 405 with `Allow`. HEAD is a GET without its body. */
  readonly methods: Readonly<Partial<Record<ManagementMethod, ManagementHandler>>>
}

/** Work that is bounded ends before the answer has to be on its way. */
const ANSWER_MARGIN_MS = 5_000
/** Answers hold passwords and names of customers. */
const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }

/**
 * A trigger's handler: holds the limits, runs the method, answers every failure as a problem (RFC 9457) and writes one
 * log line of listed fields: no query, no body, no names.
 */
export function managementEndpoint(services: () => Promise<ManagementServices>, route: ManagementRoute) {
  return async (request: HttpRequest, invocation: InvocationContext): Promise<HttpResponseInit> => {
    const started = performance.now()
    const outcome = await settle(withinBudget(run(services, route, { request, invocation })))
    const { response } = outcome
    logRequest(
      { request, invocation, template: route.template, status: response.status, started },
      {
        // Only well-formed ids: the path is the client's text.
        organization: parseOrganizationId(request.params['organization']),
        connector: parseConnectorId(request.params['connector']),
        failure: outcome.failure,
        error: outcome.error,
      },
    )
    const headers = { ...HEADERS, ...response.headers }
    return request.method === 'HEAD' ? { status: response.status, headers } : { ...response, headers }
  }
}

interface Outcome {
  readonly response: ManagementResponse
  readonly failure?: Failure['code']
  readonly error?: string
}

/** The one place that catches everything: what was not failed on purpose is a fault of ours, 500 and logged. */
async function settle(work: Promise<ManagementAnswer>): Promise<Outcome> {
  try {
    return { response: toResponse(await work) }
  } catch (error) {
    const failure = failureOf(error)
    const problem: Problem = failure === undefined ? UNEXPECTED_PROBLEM : problemOf(failure)
    const response = problemResponse(problem)
    if (failure === undefined) return { response, error: placeOf(error) }
    return failure.code === 'misconfigured'
      ? { response, failure: failure.code, error: failure.detail }
      : { response, failure: failure.code }
  }
}

interface Incoming {
  readonly request: HttpRequest
  readonly invocation: InvocationContext
}

async function run(
  services: () => Promise<ManagementServices>,
  route: ManagementRoute,
  { request, invocation }: Incoming,
): Promise<ManagementAnswer> {
  const handler = handlerOf(route, request.method)
  const { settings, store, authenticator, now, turns } = await services()
  const deadline = now().getTime() + LIMITS.requestBudgetMs - ANSWER_MARGIN_MS
  const body = takesBody(request.method)
    ? await readJsonBody(request, LIMITS.bodyBytes, { turns, deadline })
    : undefined
  const context: ConnectorsContext = {
    store,
    caller: {
      actor: 'management',
      correlationId: invocation.invocationId,
      clientRequestId: clientRequestId(request),
    },
    now,
    salesContact: settings.salesContact,
    forget: (connector) => authenticator.forget(connector),
    deadline,
  }
  const query = new URL(request.url).searchParams
  return handler({ context, publicBaseUrl: settings.publicBaseUrl, params: request.params, query, body })
}

function handlerOf({ methods }: ManagementRoute, method: string): ManagementHandler {
  const handler = Object.entries(methods).find(([name]) => name === (method === 'HEAD' ? 'GET' : method))?.[1]
  const allow = [...Object.keys(methods), ...(methods.GET === undefined ? [] : ['HEAD'])]
  return handler ?? fail({ code: 'method_not_allowed', allow })
}

const takesBody = (method: string): boolean => method === 'POST' || method === 'PATCH'

function toResponse({ status, body, location }: ManagementAnswer): ManagementResponse {
  const headers = {
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(location === undefined ? {} : { Location: location }),
  }
  return body === undefined ? { status, headers } : { status, headers, body: JSON.stringify(body) }
}

import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions'
import type { Caller } from '../activity/activity.ts'
import { badRequest, fail, failureOf } from '../kernel/failure.ts'
import type { FormValues, OAuthAnswer, OAuthRefusal } from '../kernel/oauth.ts'
import { withinBudget } from './budget.ts'
import { isForm, readFormBody } from './form-body.ts'
import { clientRequestId, logRequest, placeOf } from './log-line.ts'
import { oauthErrorOf, refusalResponse, UNEXPECTED_OAUTH, type OAuthResponse } from './oauth-error.ts'

/** A request of a client of the platform, parsed. */
export interface OAuthRequest {
  /** As it came; the domain reads it. */
  readonly authorization: string | undefined
  readonly form: FormValues
  readonly caller: Caller
}

type OAuthHandler = (request: OAuthRequest) => Promise<OAuthAnswer | OAuthRefusal>

export interface OAuthRoute {
  /** As registered, and for the log line. */
  readonly template: string
  /** Others are answered 405 with `Allow`. HEAD is a GET without its body. */
  readonly methods: { readonly GET?: OAuthHandler; readonly POST?: OAuthHandler }
  /** Public documents may be kept that long; everything else holds tokens and names. */
  readonly cacheSeconds?: number
  /** A POST may come without a form. */
  readonly isFormOptional?: boolean
}

interface LogLine {
  client?: string | undefined
  connector?: string | undefined
  reason?: string
  failure?: string
  error?: string
}

/**
 * A trigger's handler: holds the limits, runs the method, answers every failure as OAuth does (RFC 6749 §5.2) and
 * writes one log line of listed fields: no form, no header, no token. There is no CORS: browsers do not come here.
 */
export function oauthEndpoint(route: OAuthRoute) {
  return async (request: HttpRequest, invocation: InvocationContext): Promise<HttpResponseInit> => {
    const started = performance.now()
    const line: LogLine = {}
    const response = await settle(withinBudget(run(route, request, { invocation, line })), line)
    logRequest({ request, invocation, template: route.template, status: response.status, started }, line)
    return toHttp(route, request.method, response)
  }
}

async function run(
  route: OAuthRoute,
  request: HttpRequest,
  { invocation, line }: { readonly invocation: InvocationContext; readonly line: LogLine },
): Promise<OAuthResponse> {
  const handler = handlerOf(route, request.method)
  const hasForm = request.method === 'POST' && (route.isFormOptional !== true || isForm(request))
  const form = toValues(hasForm ? await readFormBody(request) : new URLSearchParams())
  const authorization = request.headers.get('authorization') ?? undefined
  const outcome = await handler({
    authorization,
    form,
    caller: {
      actor: 'client',
      correlationId: invocation.invocationId,
      clientRequestId: clientRequestId(request),
    },
  })
  line.client = outcome.client
  line.connector = outcome.connector
  if (outcome.kind === 'answered')
    return { status: 200, headers: {}, ...(outcome.body === undefined ? {} : { body: outcome.body }) }
  line.reason = outcome.reason
  return refusalResponse(outcome, authorization !== undefined)
}

/** A name that is there twice is 400 (RFC 6749 §3.2); an empty value counts as none. */
function toValues(parameters: URLSearchParams): FormValues {
  const values = new Map<string, string>()
  const seen = new Set<string>()
  for (const [name, value] of parameters) {
    if (seen.has(name)) badRequest('invalidSyntax', 'A parameter is there twice.')
    seen.add(name)
    if (value !== '') values.set(name, value)
  }
  return values
}

function handlerOf({ methods }: OAuthRoute, method: string): OAuthHandler {
  const handler = Object.entries(methods).find(([name]) => name === (method === 'HEAD' ? 'GET' : method))?.[1]
  const allow = [...Object.keys(methods), ...(methods.GET === undefined ? [] : ['HEAD'])]
  return handler ?? fail({ code: 'method_not_allowed', allow })
}

/** The one place that catches everything: what was not failed on purpose is a fault of ours, 500 and logged. */
async function settle(work: Promise<OAuthResponse>, line: LogLine): Promise<OAuthResponse> {
  try {
    return await work
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) {
      line.error = placeOf(error)
      return UNEXPECTED_OAUTH
    }
    line.failure = failure.code
    if (failure.code === 'misconfigured') line.error = failure.detail
    return oauthErrorOf(failure)
  }
}

function toHttp(
  route: OAuthRoute,
  method: string,
  { status, headers, body }: OAuthResponse,
): HttpResponseInit {
  const isPublic = route.cacheSeconds !== undefined && status === 200
  const all = {
    'X-Content-Type-Options': 'nosniff',
    ...(isPublic
      ? { 'Cache-Control': `public, max-age=${route.cacheSeconds}` }
      : { 'Cache-Control': 'no-store', Pragma: 'no-cache' }),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...headers,
  }
  return body === undefined || method === 'HEAD'
    ? { status, headers: all }
    : { status, headers: all, body: JSON.stringify(body) }
}

/**
 * The access token of a request: in its header or in its form, never in the query (RFC 6750 §2). 401 where there is
 * none, 400 where there are two.
 */
export function bearerOf({ authorization, form }: OAuthRequest): string {
  const [, inHeader] = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? '') ?? []
  const inForm = form.get('access_token')
  if (authorization !== undefined && inForm !== undefined)
    badRequest('invalidSyntax', 'Send the access token in one way only.')
  return inHeader ?? inForm ?? fail({ code: 'unauthenticated', credentials: 'missing' })
}

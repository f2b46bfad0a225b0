import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions'
import type { Caller } from '../activity/activity.ts'
import type { Authenticator } from '../connectors/authenticate.ts'
import type { RateGate } from '../connectors/rate-gate.ts'
import { fail, failureOf } from '../kernel/failure.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { Settings } from '../kernel/settings.ts'
import { inTurns, type ScimContext } from '../scim/context.ts'
import { NO_PRECONDITION, type Precondition } from '../scim/precondition.ts'
import { withinBudget } from './budget.ts'
import { toJsonText } from './json-text.ts'
import { clientRequestId, logRequest, placeOf } from './log-line.ts'
import { readJsonBody } from './request-body.ts'
import type { ScimAnswer, ScimMark, ScimRequest, ScimRoute } from './scim-route.ts'
import { recordFailure } from './scim-failures.ts'
import { marksOf } from './scim-marks.ts'
import { SCIM_MEDIA_TYPE, scimErrorResponse, scimErrorOf, UNEXPECTED, type ScimError } from './scim-error.ts'

/** What the edge needs of the composition root. */
export interface ScimServices extends Pick<ScimContext, 'store' | 'recorder' | 'now' | 'turns'> {
  readonly settings: Settings
  readonly authenticator: Authenticator
  readonly gate: RateGate
}

interface LogLine {
  connector?: string
  credential?: string
  scimType?: string
  error?: string
}

/**
 * A trigger's handler: authenticates, lets the gate and the limits speak, runs the method, and answers every failure
 * in SCIM's form with one log line. The secret is checked before anything of the request is looked at.
 */
export function scimEndpoint(services: () => Promise<ScimServices>, route: ScimRoute) {
  return async (request: HttpRequest, invocation: InvocationContext): Promise<HttpResponseInit> => {
    const started = performance.now()
    const line: LogLine = {}
    let response: HttpResponseInit
    try {
      response = await withinBudget(run(await services(), route, { request, invocation, line }))
    } catch (error) {
      response = scimErrorResponse(describe(error, line))
    }
    logRequest({ request, invocation, template: route.template, status: response.status, started }, line)
    return response
  }
}

interface Incoming {
  readonly request: HttpRequest
  readonly invocation: InvocationContext
  readonly line: LogLine
}

async function run(
  services: ScimServices,
  route: ScimRoute,
  { request, invocation, line }: Incoming,
): Promise<HttpResponseInit> {
  const { connector: connectorId = '', ...params } = request.params
  const authenticated = await services.authenticator.authenticate(
    connectorId,
    request.headers.get('authorization'),
  )
  const { tenant, connector, secretId } = authenticated
  line.connector = tenant.connector
  line.credential = secretId
  const context: ScimContext = {
    store: services.store,
    tenant,
    rules: connector.rules,
    recorder: services.recorder,
    caller: callerOf(request, invocation, secretId),
    precondition: preconditionOf(request),
    baseUrl: `${services.settings.publicBaseUrl}/scim/v2/${tenant.connector}`,
    now: services.now,
    deadline: Date.now() + LIMITS.requestBudgetMs - 5_000,
    turns: services.turns,
  }
  try {
    services.gate(tenant.connector)
    const { answer, marks } = await serve(route, request, { context, params })
    await services.authenticator.noteUse(authenticated)
    for (const mark of marks)
      if (connector.marks[mark] === undefined) await services.authenticator.noteMark(tenant, mark)
    return await toResponse(context, answer)
  } catch (error) {
    await recordFailure(context, { method: request.method, template: route.template }, failureOf(error))
    throw error
  }
}

function callerOf(request: HttpRequest, { invocationId }: InvocationContext, secretId: string): Caller {
  return {
    actor: `scim:${secretId}`,
    correlationId: invocationId,
    clientRequestId: clientRequestId(request),
  }
}

async function serve(
  route: ScimRoute,
  request: HttpRequest,
  { context, params }: Pick<ScimRequest, 'context' | 'params'>,
): Promise<{ answer: ScimAnswer; marks: readonly ScimMark[] }> {
  const methods = route.methods(params)
  const handler = methods[request.method]
  if (handler === undefined) return fail({ code: 'method_not_allowed', allow: Object.keys(methods) })
  const hasBody = request.method === 'POST' || request.method === 'PUT' || request.method === 'PATCH'
  const body = hasBody ? await readJsonBody(request, route.bodyBytes ?? LIMITS.bodyBytes, context) : undefined
  const parsed: ScimRequest = {
    context,
    params,
    query: new URL(request.url).searchParams,
    body,
    ifNoneMatch: request.headers.get('if-none-match') ?? undefined,
  }
  const answer = await handler(parsed)
  return { answer, marks: marksOf(request.method, route.template, parsed, answer) }
}

/** A GET answers If-None-Match with 304 itself; for everything else it is a condition of the change. */
function preconditionOf({ method, headers }: HttpRequest): Precondition {
  const ifMatch = headers.get('if-match') ?? undefined
  const ifNoneMatch = method === 'GET' ? undefined : (headers.get('if-none-match') ?? undefined)
  return ifMatch === undefined && ifNoneMatch === undefined ? NO_PRECONDITION : { ifMatch, ifNoneMatch }
}

function describe(error: unknown, line: LogLine): ScimError {
  const failure = failureOf(error)
  if (failure === undefined) {
    line.error = placeOf(error)
    return UNEXPECTED
  }
  const answer = scimErrorOf(failure)
  line.scimType = answer.scimType ?? failure.code
  if (failure.code === 'misconfigured') line.error = failure.detail
  return answer
}

async function toResponse(
  context: ScimContext,
  { status, body, location, etag }: ScimAnswer,
): Promise<HttpResponseInit> {
  const headers = {
    ...(body === undefined ? {} : { 'Content-Type': SCIM_MEDIA_TYPE }),
    ...(location === undefined ? {} : { Location: location }),
    ...(etag === undefined ? {} : { ETag: etag }),
  }
  if (body === undefined) return { status, headers }
  return { status, headers, body: await inTurns(context, toJsonText(body)) }
}

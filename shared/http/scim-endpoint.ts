import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions'
import type { Activity } from '../activity/activity.ts'
import type { Authenticator } from '../connectors/authenticate.ts'
import type { RateGate } from '../connectors/rate-gate.ts'
import { fail, failureOf, type Failure } from '../kernel/failure.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { Settings } from '../kernel/settings.ts'
import { shorten } from '../kernel/text.ts'
import type { ScimContext } from '../scim/context.ts'
import { withinBudget } from './budget.ts'
import { readJsonBody } from './request-body.ts'
import type { ScimAnswer, ScimRequest, ScimRoute } from './scim-route.ts'
import { marksOf, type ScimMark } from './scim-marks.ts'
import { SCIM_MEDIA_TYPE, scimErrorResponse, scimErrorOf, UNEXPECTED, type ScimError } from './scim-error.ts'

/** What the edge needs of the composition root. */
export interface ScimServices extends Pick<ScimContext, 'store' | 'recorder' | 'now'> {
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
      response = toResponse(await withinBudget(run(await services(), route, { request, invocation, line })))
    } catch (error) {
      response = scimErrorResponse(describe(error, line))
    }
    invocation.log(
      JSON.stringify({
        time: new Date().toISOString(),
        correlationId: invocation.invocationId,
        clientRequestId: clientRequestId(request),
        route: route.template,
        method: request.method,
        status: response.status,
        ms: Math.round((performance.now() - started) * 10) / 10,
        ...line,
      }),
    )
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
): Promise<ScimAnswer> {
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
    caller: {
      actor: `scim:${secretId}`,
      correlationId: invocation.invocationId,
      clientRequestId: clientRequestId(request),
    },
    baseUrl: `${services.settings.publicBaseUrl}/scim/v2/${tenant.connector}`,
    now: services.now,
    deadline: Date.now() + LIMITS.requestBudgetMs - 5_000,
  }
  try {
    services.gate(tenant.connector)
    const { answer, marks } = await serve(route, request, { context, params })
    await services.authenticator.noteUse(authenticated)
    for (const mark of marks)
      if (connector.marks[mark] === undefined) await services.authenticator.noteMark(tenant, mark)
    return answer
  } catch (error) {
    await recordFailure(context, request.method, route, failureOf(error))
    throw error
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
  const body = hasBody ? await readJsonBody(request, route.bodyBytes ?? LIMITS.bodyBytes) : undefined
  const parsed: ScimRequest = { context, params, query: new URL(request.url).searchParams, body }
  const answer = await handler(parsed)
  return { answer, marks: marksOf(request.method, route.template, parsed, answer) }
}

/** The failures that an administrator should see in the activity; a client cannot fill the log with the others. */
const RECORDED: ReadonlySet<Failure['code']> = new Set([
  'bad_request',
  'not_unique',
  'conflict',
  'too_large',
  'rate_limited',
])

async function recordFailure(
  context: ScimContext,
  method: string,
  route: ScimRoute,
  failure: Failure | undefined,
): Promise<void> {
  if (failure === undefined || !RECORDED.has(failure.code)) return
  const error = scimErrorOf(failure)
  const type = route.template.includes('/Groups') ? 'group' : 'user'
  const activity: Activity = {
    operation: `${type}.${method.toLowerCase()}`,
    status: error.status,
    note: error.scimType ?? failure.code,
    ...(failure.code === 'not_unique' ? { attributes: failure.attributes } : {}),
  }
  await context.recorder.record(context.tenant, context.caller, activity)
}

function clientRequestId(request: HttpRequest): string | undefined {
  const id = request.headers.get('client-request-id') ?? request.headers.get('x-ms-client-request-id')
  // Only what an id can be: it goes into the log and the activity.
  return id !== null && /^[\w.-]{1,100}$/.test(id) ? id : undefined
}

function describe(error: unknown, line: LogLine): ScimError {
  const failure = failureOf(error)
  if (failure === undefined) {
    line.error = place(error)
    return UNEXPECTED
  }
  const answer = scimErrorOf(failure)
  line.scimType = answer.scimType ?? failure.code
  if (failure.code === 'misconfigured') line.error = failure.detail
  return answer
}

/** Where a fault of ours happened. Its message may quote what a client sent, so only the places are told. */
function place(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const frames = (error.stack ?? '').split('\n').filter((row) => row.trimStart().startsWith('at '))
  return shorten([error.name, ...frames.map((row) => row.trim())].join(' '), 2_000)
}

function toResponse({ status, body, location }: ScimAnswer): HttpResponseInit {
  const headers = {
    ...(body === undefined ? {} : { 'Content-Type': SCIM_MEDIA_TYPE }),
    ...(location === undefined ? {} : { Location: location }),
  }
  return body === undefined ? { status, headers } : { status, headers, body: JSON.stringify(body) }
}

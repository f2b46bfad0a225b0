import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Registrations, RpcHttpRequest } from './core-api.ts'
import { isAuthorized } from './function-key.ts'
import type { FunctionSet, HostFunction } from './functions.ts'
import type { HostJson } from './host-json.ts'
import { invokeFunction } from './invocation.ts'
import { describeError } from './log.ts'
import type { HostLog } from './log.ts'
import { joinHeaders, joinQuery, readBody } from './request.ts'
import { parseRequestTarget } from './request-target.ts'
import type { RequestTarget } from './request-target.ts'
import { writeAnswer, writeEmpty } from './response.ts'
import { findRoute } from './route-table.ts'
import type { RouteMatch } from './route-table.ts'
import type { HostSettings } from './settings.ts'

/** An app that has been loaded, with everything that its requests need. */
export type RunningApp = {
  readonly registrations: Registrations
  readonly functionSet: FunctionSet
  readonly hostJson: HostJson
  readonly settings: HostSettings
  readonly functionKey: string | undefined
  readonly log: HostLog
  /** Starts a function that has no HTTP trigger, and does not wait for it. */
  readonly startTimer: (target: HostFunction) => void
}

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse }

const ADMIN_FUNCTION = /^admin\/functions\/([^/]+)$/i
const HOME_PAGE = '<!doctype html><title>Functions host</title><p>Your functions host is up and running.</p>'

function writeHomePage(app: RunningApp, { response }: Exchange): void {
  const { customHeaders } = app.hostJson
  if (!app.settings.hasHomePage) {
    writeEmpty(response, 204, customHeaders)
    return
  }
  const headers = { 'content-type': 'text/html' }
  const answer = { statusCode: '200', headers, cookies: [], body: { bytes: Buffer.from(HOME_PAGE) } }
  writeAnswer(response, answer, customHeaders)
}

/** `POST admin/functions/NAME` runs a timer now, with the master key where keys are asked for. */
function runTimer(app: RunningApp, exchange: Exchange, name: string): void {
  const { customHeaders } = app.hostJson
  const headers = joinHeaders(exchange.request.rawHeaders)
  const timer = app.functionSet.functions.find(
    (candidate) =>
      candidate.trigger === 'timerTrigger' && candidate.name.toLowerCase() === name.toLowerCase(),
  )
  if (!isAuthorized({ authLevel: 'admin' }, app.functionKey, { headers, query: '' })) {
    writeEmpty(exchange.response, 401, customHeaders)
  } else if (timer) {
    app.startTimer(timer)
    writeEmpty(exchange.response, 202, customHeaders)
  } else {
    writeEmpty(exchange.response, 404, customHeaders)
  }
}

/** What the host has for a path that no function takes: its home page, the admin call, or 404 without a body. */
function answerUnrouted(app: RunningApp, exchange: Exchange, target: RequestTarget): void {
  const { segments } = target.path
  const [, name] = ADMIN_FUNCTION.exec(segments.join('/')) ?? []
  if (segments.length === 0) writeHomePage(app, exchange)
  else if (name !== undefined && exchange.request.method === 'POST') runTimer(app, exchange, name)
  else writeEmpty(exchange.response, 404, app.hostJson.customHeaders)
}

async function runFunction(
  app: RunningApp,
  { response }: Exchange,
  target: HostFunction,
  http: RpcHttpRequest,
): Promise<void> {
  const { customHeaders } = app.hostJson
  const { traceparent = '', tracestate = '' } = http.headers
  const trace = traceparent === '' ? undefined : { traceParent: traceparent, traceState: tracestate }
  const answer = await invokeFunction(app.registrations, target, { http }, trace)
  if (!answer) {
    writeEmpty(response, 204, customHeaders)
    return
  }
  const problem = writeAnswer(response, answer, customHeaders)
  if (problem !== undefined) throw new Error(`The answer of '${target.name}' cannot be sent: ${problem}`)
}

async function answerFunction(
  app: RunningApp,
  exchange: Exchange,
  target: RequestTarget,
  match: RouteMatch<HostFunction>,
): Promise<void> {
  const { request, response } = exchange
  const { customHeaders } = app.hostJson
  const headers = joinHeaders(request.rawHeaders)
  if (!isAuthorized(match.target, app.functionKey, { headers, query: target.query })) {
    writeEmpty(response, 401, customHeaders)
    return
  }
  // A chunked body has no Content-Length, and the real host then hands over nothing at all.
  const length = Number(headers['content-length'] ?? 0)
  if (length > app.settings.bodyLimitBytes)
    throw new Error(`A request body of ${length} bytes is over the limit`)
  const bytes = length > 0 ? await readBody(request, length) : undefined
  if (length > 0 && !bytes) return
  await runFunction(app, exchange, match.target, {
    method: request.method ?? '',
    url: `http://${headers.host ?? 'localhost'}${target.encodedPath}${target.query}`,
    headers,
    params: match.params,
    query: joinQuery(target.query),
    body: bytes && { bytes },
  })
}

/**
 * Answers one request as Azure's host does. Never fails: whatever goes wrong is logged and becomes
 * 500 without a body, as it does there.
 */
export async function handleRequest(
  app: RunningApp,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exchange = { request, response }
  const { customHeaders } = app.hostJson
  try {
    const target = parseRequestTarget(request.url ?? '')
    if (!target) {
      writeEmpty(response, 400, customHeaders)
      return
    }
    const match = findRoute(app.functionSet.routes, request.method ?? '', target.path)
    if (match) await answerFunction(app, exchange, target, match)
    else answerUnrouted(app, exchange, target)
  } catch (error) {
    app.log({ level: 'error', category: 'host', message: describeError(error) })
    if (response.headersSent) response.destroy()
    else writeEmpty(response, 500, customHeaders)
  }
}

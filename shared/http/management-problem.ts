import type { Failure } from '../kernel/failure.ts'

/** A response of the management API. */
export interface ManagementResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** RFC 9457. `type` is a reference that tells the kinds apart; other members depend on it. */
export interface Problem {
  readonly status: number
  readonly type: string
  readonly title: string
  readonly detail?: string
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** A fault of ours: what it is stands in the log only. */
export const UNEXPECTED_PROBLEM: Problem = {
  status: 500,
  type: '/problems/unexpected',
  title: 'Something went wrong here.',
}

type Answer = Omit<Problem, 'type'>

/** The answer to a failure. No default branch: a new failure does not compile until it has one. */
export function problemOf(failure: Failure): Problem {
  return { type: `/problems/${failure.code.replaceAll('_', '-')}`, ...requestProblem(failure) }
}

function requestProblem(failure: Failure): Answer {
  switch (failure.code) {
    case 'bad_request':
      return { status: 400, title: 'The request is not valid.', detail: failure.detail }
    case 'method_not_allowed':
      return {
        status: 405,
        title: 'This address does not take the method.',
        headers: { Allow: failure.allow.join(', ') },
      }
    case 'length_required':
      return {
        status: 411,
        title: 'The length is missing.',
        detail: 'Send Content-Length instead of chunks.',
      }
    case 'too_large':
      return { status: 413, title: 'The body is too large.', detail: failure.detail }
    case 'unsupported_media_type':
      return { status: 415, title: 'The body is not in a form that is taken.', detail: failure.detail }
    case 'not_implemented':
      return { status: 501, title: 'This is not offered.', detail: failure.detail }
    default:
      return stateProblem(failure)
  }
}

type RequestCode =
  | 'bad_request'
  | 'method_not_allowed'
  | 'length_required'
  | 'too_large'
  | 'unsupported_media_type'
  | 'not_implemented'

/** What does not lie in the request's form but in who asks, and what is there. */
function stateProblem(failure: Exclude<Failure, { code: RequestCode }>): Answer {
  switch (failure.code) {
    case 'unauthenticated':
      return { status: 401, title: 'The credentials are missing or wrong.' }
    case 'connector_disabled':
      return { status: 403, title: 'The connector is disabled.' }
    case 'plan_required':
      return {
        status: 403,
        title: 'The plan does not include this.',
        detail: `Connectors are part of the enterprise plan. Ask ${failure.contact}.`,
        members: { contact: failure.contact },
      }
    case 'not_found':
      return { status: 404, title: 'There is nothing here.', detail: failure.detail }
    case 'precondition_failed':
      return { status: 412, title: 'It has changed since it was read.' }
    case 'not_unique':
      return {
        status: 409,
        title: 'The value is taken.',
        detail: failure.detail,
        members: { attributes: failure.attributes },
      }
    case 'conflict':
      return {
        status: 409,
        title: 'What is there does not allow this.',
        detail: failure.detail,
        ...(failure.clashes === undefined ? {} : { members: { clashes: failure.clashes } }),
      }
    default:
      return laterProblem(failure)
  }
}

type LaterCode = 'rate_limited' | 'entra_unavailable' | 'storage_unavailable' | 'misconfigured'

/** What the same request does not meet some time later. */
function laterProblem(failure: Extract<Failure, { code: LaterCode }>): Answer {
  switch (failure.code) {
    case 'rate_limited':
      return { status: 429, title: 'Too many requests.', headers: retryAfter(failure) }
    case 'entra_unavailable':
      return {
        status: 503,
        title: 'Microsoft does not answer. Try again shortly.',
        headers: retryAfter(failure),
      }
    case 'storage_unavailable':
      return { status: 503, title: 'Try again shortly.', headers: retryAfter(failure) }
    case 'misconfigured':
      return { status: 503, title: 'Try again shortly.', headers: retryAfter({ retryAfterSeconds: 60 }) }
  }
}

function retryAfter({ retryAfterSeconds }: { readonly retryAfterSeconds: number }): Record<string, string> {
  return { 'Retry-After': String(retryAfterSeconds) }
}

/** The problem as a response. */
export function problemResponse(problem: Problem): ManagementResponse {
  const { status, type, title, detail, members, headers } = problem
  const body = { type, title, status, ...(detail === undefined ? {} : { detail }), ...members }
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
    body: JSON.stringify(body),
  }
}

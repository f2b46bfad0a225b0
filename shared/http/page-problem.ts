import type { Failure } from '../kernel/failure.ts'

/** A failure as a person reads it. */
export interface PageProblem {
  readonly status: number
  readonly heading: string
  readonly sentence: string
  readonly headers?: Readonly<Record<string, string>>
}

const TROUBLE = 'We are having trouble'
const LATER = 'Nothing is wrong with your account. Try again in a minute.'

/** A fault of ours: what it is stands in the log only. */
export const UNEXPECTED_PAGE: PageProblem = {
  status: 500,
  heading: 'Something went wrong here',
  sentence: 'Try again. If it happens once more, give your administrator the reference below.',
}

/** The page of a failure. No default branch: a new failure does not compile until it has one. */
export function pageProblemOf(failure: Failure): PageProblem {
  switch (failure.code) {
    case 'bad_request':
    case 'length_required':
    case 'too_large':
    case 'unsupported_media_type':
    case 'not_unique':
    case 'conflict':
    case 'precondition_failed':
      return {
        status: statusOf(failure.code),
        heading: 'This cannot be right',
        sentence: 'Go back and try again.',
      }
    case 'not_found':
    case 'not_implemented':
      return {
        status: 404,
        heading: 'There is nothing here',
        sentence: 'The address is wrong or too old. Start again from the application that you want to use.',
      }
    case 'method_not_allowed':
      return {
        status: 405,
        heading: 'This does not work here',
        sentence: 'Go back and try again.',
        headers: { Allow: failure.allow.join(', ') },
      }
    default:
      return stateProblem(failure)
  }
}

type FormCode =
  | 'bad_request'
  | 'length_required'
  | 'too_large'
  | 'unsupported_media_type'
  | 'not_unique'
  | 'conflict'
  | 'precondition_failed'

function statusOf(code: FormCode): number {
  const statuses = {
    bad_request: 400,
    length_required: 411,
    too_large: 413,
    unsupported_media_type: 415,
    not_unique: 409,
    conflict: 409,
    precondition_failed: 412,
  }
  return statuses[code]
}

type StateCode =
  | 'unauthenticated'
  | 'connector_disabled'
  | 'plan_required'
  | 'rate_limited'
  | 'storage_unavailable'
  | 'entra_unavailable'
  | 'misconfigured'

function stateProblem(failure: Extract<Failure, { code: StateCode }>): PageProblem {
  switch (failure.code) {
    case 'unauthenticated':
      return { status: 401, heading: 'You are not signed in', sentence: 'Sign in and try again.' }
    case 'connector_disabled':
    case 'plan_required':
      return {
        status: 403,
        heading: 'Sign-in is closed',
        sentence: 'Your organization does not sign in here at present. Ask your administrator.',
      }
    case 'rate_limited':
      return {
        status: 429,
        heading: 'Too much at once',
        sentence: 'Wait a moment and try again.',
        headers: retryAfter(failure.retryAfterSeconds),
      }
    case 'entra_unavailable':
      return {
        status: 503,
        heading: 'Microsoft sign-in is having trouble',
        sentence: LATER,
        headers: retryAfter(failure.retryAfterSeconds),
      }
    case 'storage_unavailable':
      return {
        status: 503,
        heading: TROUBLE,
        sentence: LATER,
        headers: retryAfter(failure.retryAfterSeconds),
      }
    case 'misconfigured':
      return { status: 503, heading: TROUBLE, sentence: LATER, headers: retryAfter(60) }
  }
}

const retryAfter = (seconds: number): Record<string, string> => ({ 'Retry-After': String(seconds) })

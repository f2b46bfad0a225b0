import type { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { OAuthRefusal } from '../kernel/oauth.ts'

/** A response of the endpoints that the platform's clients call. */
export interface OAuthResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: JsonObject
}

type Answers = {
  readonly [Code in Failure['code']]: (failure: Extract<Failure, { code: Code }>) => OAuthResponse
}

/** A fault of ours: what it is stands in the log only. */
export const UNEXPECTED_OAUTH = error(500, 'server_error', 'Something went wrong here.')

/** One answer for each failure: a new one does not compile until it has its own. */
const ANSWERS: Answers = {
  bad_request: ({ detail }) => error(400, 'invalid_request', detail),
  method_not_allowed: ({ allow }) =>
    error(405, 'invalid_request', 'This address does not take the method.', { Allow: allow.join(', ') }),
  length_required: () => error(411, 'invalid_request', 'Send Content-Length instead of chunks.'),
  too_large: ({ detail }) => error(413, 'invalid_request', detail),
  unsupported_media_type: ({ detail }) => error(415, 'invalid_request', detail),
  // Of a token that is missing nothing is said but how to send one (RFC 6750 §3).
  unauthenticated: () =>
    error(401, 'invalid_request', 'Send the access token as a Bearer.', {
      'WWW-Authenticate': 'Bearer realm="gatehouse"',
    }),
  connector_disabled: () => error(403, 'access_denied', 'The connector is disabled.'),
  plan_required: () => error(403, 'access_denied', 'The plan of the organization does not include this.'),
  not_found: ({ detail }) => error(404, 'invalid_request', detail),
  not_implemented: ({ detail }) => error(501, 'invalid_request', detail),
  not_unique: ({ detail }) => error(409, 'invalid_request', detail),
  conflict: ({ detail }) => error(409, 'invalid_request', detail),
  precondition_failed: () => error(412, 'invalid_request', 'It has changed since it was read.'),
  rate_limited: ({ retryAfterSeconds }) => later(429, 'Too many requests.', retryAfterSeconds),
  storage_unavailable: ({ retryAfterSeconds }) => later(503, 'Try again shortly.', retryAfterSeconds),
  entra_unavailable: ({ retryAfterSeconds }) => later(503, 'Try again shortly.', retryAfterSeconds),
  misconfigured: () => later(503, 'Try again shortly.', 60),
}

/** An outage is never a refusal: a client that believes one signs its person out. */
export function oauthErrorOf<Code extends Failure['code']>(
  failure: Extract<Failure, { code: Code }>,
): OAuthResponse {
  const answer: (failure: Extract<Failure, { code: Code }>) => OAuthResponse = ANSWERS[failure.code]
  return answer(failure)
}

/** `basic`: the client came with Basic, and is asked for it again (RFC 6749 §5.2). */
export function refusalResponse(refusal: OAuthRefusal, basic: boolean): OAuthResponse {
  const { error: code, sentence } = refusal
  switch (code) {
    case 'invalid_client':
      return error(401, code, sentence, basic ? { 'WWW-Authenticate': 'Basic realm="gatehouse"' } : {})
    case 'invalid_token':
    case 'insufficient_scope': {
      const challenge = `Bearer error="${code}", error_description="${sentence.replaceAll('"', "'")}"`
      return error(code === 'invalid_token' ? 401 : 403, code, sentence, { 'WWW-Authenticate': challenge })
    }
    case 'invalid_request':
    case 'invalid_grant':
    case 'invalid_scope':
    case 'unsupported_grant_type':
    case 'unsupported_token_type':
      return error(400, code, sentence)
  }
}

function later(status: number, sentence: string, seconds: number): OAuthResponse {
  return error(status, 'temporarily_unavailable', sentence, { 'Retry-After': String(seconds) })
}

function error(
  status: number,
  code: string,
  sentence: string,
  headers: Readonly<Record<string, string>> = {},
): OAuthResponse {
  return { status, headers, body: { error: code, error_description: sentence } }
}

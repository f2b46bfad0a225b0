import type { HttpResponseInit } from '@azure/functions'
import type { JsonObject } from '../kernel/json.ts'
import type { Failure } from '../kernel/failure.ts'

/** How a failure looks to a SCIM client (RFC 7644 §3.12). */
export interface ScimError {
  readonly status: number
  readonly scimType?: string
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
}

type Answers = {
  readonly [Code in Failure['code']]: (failure: Extract<Failure, { code: Code }>) => ScimError
}

const UNAVAILABLE = 'The service cannot answer at the moment. Try again shortly.'

/** One answer for each failure: a new one does not compile until it has its own. */
const ANSWERS: Answers = {
  unauthenticated: ({ credentials }) => unauthenticated(credentials),
  connector_disabled: () => ({
    status: 403,
    detail: 'This connector is disabled. Enable it on the Organization Setup page.',
  }),
  plan_required: () => ({ status: 403, detail: 'The plan of the organization does not include this.' }),
  not_found: ({ detail }) => ({ status: 404, detail }),
  method_not_allowed: ({ allow }) => ({
    status: 405,
    detail: 'This resource does not take that method.',
    headers: { Allow: allow.join(', ') },
  }),
  not_implemented: ({ detail }) => ({ status: 501, detail }),
  bad_request: ({ scimType, detail }) => ({ status: 400, scimType, detail }),
  not_unique: ({ detail }) => ({ status: 409, scimType: 'uniqueness', detail }),
  conflict: ({ detail }) => ({ status: 409, detail }),
  precondition_failed: () => ({
    status: 412,
    detail: 'The resource has changed since you read it. Read it again and repeat the change.',
  }),
  length_required: () => ({ status: 411, detail: 'Send the body with a Content-Length, not chunked.' }),
  too_large: ({ detail }) => ({ status: 413, detail }),
  unsupported_media_type: ({ detail }) => ({ status: 415, detail }),
  rate_limited: ({ retryAfterSeconds }) =>
    later(429, 'Too many requests. Slow down and try again.', retryAfterSeconds),
  entra_unavailable: ({ retryAfterSeconds }) => later(503, UNAVAILABLE, retryAfterSeconds),
  storage_unavailable: ({ retryAfterSeconds }) => later(503, UNAVAILABLE, retryAfterSeconds),
  // Nothing is wrong with the client or its secret, and somebody is at work on it.
  misconfigured: () => later(503, UNAVAILABLE, 60),
}

/** An outage is never "not found" and never "unauthorized": Entra would create people twice or stop provisioning. */
export function scimErrorOf<Code extends Failure['code']>(
  failure: Extract<Failure, { code: Code }>,
): ScimError {
  const answer: (failure: Extract<Failure, { code: Code }>) => ScimError = ANSWERS[failure.code]
  return answer(failure)
}

/** A fault of ours that nobody named: it is logged, and the client may try again. */
export const UNEXPECTED: ScimError = later(
  500,
  'The request failed for a reason of ours. Try again later.',
  60,
)

const CHALLENGE = 'realm="scim"'

function unauthenticated(credentials: 'missing' | 'wrong'): ScimError {
  const error = credentials === 'wrong' ? ', error="invalid_token"' : ''
  return {
    status: 401,
    detail:
      'The secret is missing or wrong. Copy the password of the connector into the secret token of Entra again.',
    headers: { 'WWW-Authenticate': `Bearer ${CHALLENGE}${error}, Basic ${CHALLENGE}` },
  }
}

function later(status: number, detail: string, seconds: number): ScimError {
  return { status, detail, headers: { 'Retry-After': String(seconds) } }
}

/** Exactly this media type, without a charset: JSON is UTF-8, and strict clients compare the text. */
export const SCIM_MEDIA_TYPE = 'application/scim+json'

/** The body: these members and no others, since strict clients refuse more. `status` is a text. */
export function scimErrorBody({ status, scimType, detail }: ScimError): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail,
  }
}

export function scimErrorResponse(error: ScimError): HttpResponseInit {
  const headers = { 'Content-Type': SCIM_MEDIA_TYPE, ...error.headers }
  return { status: error.status, headers, body: JSON.stringify(scimErrorBody(error)) }
}

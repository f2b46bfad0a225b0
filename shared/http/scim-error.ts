import type { Failure } from '../kernel/failure.ts'

/** How a failure looks to a SCIM client (RFC 7644 §3.12). */
export interface ScimError {
  readonly status: number
  readonly scimType?: string
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
}

const CHALLENGE = 'realm="scim"'

/** An outage is never "not found" and never "unauthorized": Entra would create people twice or stop provisioning. */
export function scimErrorOf(failure: Failure): ScimError {
  switch (failure.code) {
    case 'unauthenticated':
      return unauthenticated(failure.credentials)
    case 'connector_disabled':
      return { status: 403, detail: 'This connector is disabled. Enable it on the Organization Setup page.' }
    case 'plan_required':
      return { status: 403, detail: 'The plan of the organization does not include this.' }
    case 'not_found':
      return { status: 404, detail: failure.detail }
    case 'method_not_allowed':
      return {
        status: 405,
        detail: 'This resource does not take that method.',
        headers: { Allow: failure.allow.join(', ') },
      }
    case 'not_implemented':
      return { status: 501, detail: failure.detail }
    case 'bad_request':
      return { status: 400, scimType: failure.scimType, detail: failure.detail }
    case 'not_unique':
      return { status: 409, scimType: 'uniqueness', detail: failure.detail }
    case 'conflict':
      return { status: 409, detail: failure.detail }
    case 'length_required':
      return { status: 411, detail: 'Send the body with a Content-Length, not chunked.' }
    case 'too_large':
      return { status: 413, detail: failure.detail }
    case 'unsupported_media_type':
      return { status: 415, detail: failure.detail }
    case 'rate_limited':
      return later(429, 'Too many requests. Slow down and try again.', failure.retryAfterSeconds)
    case 'storage_unavailable':
      return later(
        503,
        'The service cannot answer at the moment. Try again shortly.',
        failure.retryAfterSeconds,
      )
  }
}

/** A fault of ours that nobody named: it is logged, and the client may try again. */
export const UNEXPECTED: ScimError = later(
  500,
  'The request failed for a reason of ours. Try again later.',
  60,
)

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

/** The body: these members and no others, since strict clients refuse more. `status` is a text. */
export function scimErrorBody({ status, scimType, detail }: ScimError): Record<string, unknown> {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail,
  }
}

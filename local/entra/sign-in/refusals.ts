import { randomUUID } from 'node:crypto'

/** What a refusal names: the parts of its sentence that differ from one request to the next. */
export interface Words {
  readonly tenant?: string
  readonly application?: string
  readonly uri?: string
  readonly user?: string
  readonly parameter?: string
}

/** A refusal as Entra words it. Programs look at `error`; people and support look for the number. */
export interface Refusal {
  readonly code: number
  readonly status: number
  readonly error: string
  readonly text: string
}

type Row = readonly [status: number, error: string, text: string]

/** `{name}` stands for one of the words. */
const ROWS: ReadonlyMap<number, Row> = new Map<number, Row>([
  [
    16000,
    [400, 'interaction_required', 'Several accounts could be meant, or the chosen one is of no use here.'],
  ],
  [
    50011,
    [
      400,
      'invalid_request',
      "The redirect URI '{uri}' is not one of those that application '{application}' has.",
    ],
  ],
  [50020, [400, 'invalid_request', "User account '{user}' does not exist in tenant '{tenant}'."]],
  [50033, [503, 'temporarily_unavailable', 'A transient error has occurred. Please try again.']],
  [50034, [400, 'invalid_grant', "The user account '{user}' does not exist in the directory '{tenant}'."]],
  [50057, [400, 'invalid_grant', 'The user account is disabled.']],
  [50058, [400, 'login_required', 'A silent sign-in request was sent but no user is signed in.']],
  [
    50076,
    [
      400,
      'interaction_required',
      'Because of a setting of your administrator you must use multi-factor authentication.',
    ],
  ],
  [50079, [400, 'interaction_required', 'You must enrol in multi-factor authentication.']],
  [50089, [400, 'invalid_grant', 'Authentication failed because the flow token expired.']],
  [
    50105,
    [
      400,
      'interaction_required',
      "Application '{application}' is for assigned users only, and '{user}' is not assigned to it.",
    ],
  ],
  [50158, [400, 'interaction_required', 'An external security challenge was not satisfied.']],
  [
    50194,
    [400, 'invalid_request', "Application '{application}' is not configured as a multi-tenant application."],
  ],
  [53000, [400, 'interaction_required', 'The device is not in the required state: it is not compliant.']],
  [53003, [400, 'interaction_required', 'Access has been blocked by Conditional Access policies.']],
  [54005, [400, 'invalid_grant', 'The authorization code was already redeemed. Retry with a new one.']],
  [
    65001,
    [400, 'invalid_grant', "The user or administrator has not consented to use application '{application}'."],
  ],
  [65004, [400, 'access_denied', 'The user declined to consent to access the application.']],
  [70000, [400, 'invalid_grant', 'The provided grant is invalid or malformed.']],
  [70003, [400, 'unsupported_grant_type', 'The application requested a grant type that is not supported.']],
  [
    70005,
    [400, 'unsupported_response_type', 'The application requested a response type that is not supported.'],
  ],
  [70008, [400, 'invalid_grant', 'The provided authorization code or refresh token has expired.']],
  [
    90002,
    [
      400,
      'invalid_tenant',
      "Tenant '{tenant}' not found. Check the tenant ID, and that it is of this cloud.",
    ],
  ],
  [90006, [500, 'server_error', 'An external server error occurred. Retry.']],
  [90014, [400, 'invalid_request', "The required field '{parameter}' is missing."]],
  [90023, [400, 'invalid_request', "Public clients can't send a client secret."]],
  [90024, [503, 'temporarily_unavailable', 'The request budget was exceeded. Retry.']],
  [90033, [503, 'temporarily_unavailable', 'A transient error has occurred. Please try again.']],
  [
    90094,
    [
      400,
      'access_denied',
      "Application '{application}' needs permissions that only an administrator can grant.",
    ],
  ],
  [
    90095,
    [
      400,
      'interaction_required',
      "Application '{application}' needs permissions that an administrator has to approve.",
    ],
  ],
  [500112, [400, 'invalid_client', "The reply address '{uri}' is not the one of the authorization request."]],
  [
    501481,
    [
      400,
      'invalid_grant',
      'The Code_Verifier does not match the code_challenge of the authorization request.',
    ],
  ],
  [700005, [400, 'invalid_grant', 'The authorization code is intended for another tenant.']],
  [
    700016,
    [
      400,
      'unauthorized_client',
      "Application with identifier '{application}' was not found in the directory '{tenant}'.",
    ],
  ],
  [
    700025,
    [
      401,
      'invalid_client',
      "Client is public, so neither 'client_assertion' nor 'client_secret' should be presented.",
    ],
  ],
  [900144, [400, 'invalid_request', "The request must contain the following parameter: '{parameter}'."]],
  [900561, [400, 'invalid_request', 'The endpoint only accepts POST requests. Received another one.']],
  [
    7000215,
    [
      401,
      'invalid_client',
      "Invalid client secret. Send the value of the secret, not its ID; application '{application}'.",
    ],
  ],
  [
    7000218,
    [
      401,
      'invalid_client',
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ],
  ],
  [
    7000222,
    [401, 'invalid_client', "The provided client secret keys for application '{application}' are expired."],
  ],
  [9002313, [400, 'invalid_request', 'The request is malformed or invalid.']],
  [
    9002326,
    [
      400,
      'invalid_request',
      "Cross-origin token redemption is for the 'Single-Page Application' client-type only.",
    ],
  ],
  [
    9002327,
    [
      400,
      'invalid_request',
      "Tokens of the 'Single-Page Application' client-type may only be redeemed by cross-origin requests.",
    ],
  ],
])

/** Every number that this tenant can answer with. */
export const REFUSAL_CODES: readonly number[] = [...ROWS.keys()]

/** The refusal of a number, its sentence filled in. An unknown number is a programming error. */
export function refusal(code: number, words: Words = {}): Refusal {
  const row = ROWS.get(code)
  if (row === undefined) throw new Error(`This tenant knows no AADSTS${code}.`)
  const [status, error, text] = row
  const named: Readonly<Record<string, string | undefined>> = { ...words }
  return { code, status, error, text: text.replaceAll(/\{(\w+)\}/g, (_, name: string) => named[name] ?? '') }
}

/** `error_description` as Entra writes it: the number, the sentence, and what its support asks for. */
export function toDescription({ code, text }: Refusal, now = new Date()): string {
  const time = toTimestamp(now)
  return `AADSTS${code}: ${text} Trace ID: ${randomUUID()} Correlation ID: ${randomUUID()} Timestamp: ${time}`
}

/** The JSON body of a refusal at the token endpoint. */
export function toErrorBody(refused: Refusal, now = new Date()): Record<string, unknown> {
  const description = toDescription(refused, now)
  const [, trace, correlation] = /Trace ID: (\S+) Correlation ID: (\S+)/.exec(description) ?? []
  return {
    error: refused.error,
    error_description: description,
    error_codes: [refused.code],
    timestamp: toTimestamp(now),
    trace_id: trace,
    correlation_id: correlation,
  }
}

function toTimestamp(now: Date): string {
  return `${now.toISOString().slice(0, 19).replace('T', ' ')}Z`
}

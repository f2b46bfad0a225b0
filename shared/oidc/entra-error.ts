import type { JsonObject } from '../kernel/json.ts'
import { refuse, type RefusalReason } from './refusal.ts'
import type { SignInRefusal, SignInStep } from './relying-party.ts'

/** By number, where it says more than the error does: a number chooses words, and nothing is allowed because of one. */
const BY_NUMBER: Readonly<Partial<Record<number, RefusalReason>>> = {
  16000: 'wrong-account',
  50011: 'redirect-uri-unknown',
  50020: 'wrong-account',
  50033: 'entra-unavailable',
  50034: 'wrong-account',
  50057: 'account-disabled',
  50058: 'login-required',
  50076: 'interaction-required',
  50079: 'interaction-required',
  50089: 'code-refused',
  50105: 'not-assigned',
  50158: 'interaction-required',
  51004: 'wrong-account',
  53000: 'interaction-required',
  53003: 'interaction-required',
  54005: 'code-refused',
  65001: 'consent-required',
  65004: 'declined',
  70008: 'code-refused',
  90002: 'tenant-unknown',
  90006: 'entra-unavailable',
  90023: 'redirect-platform-mismatch',
  90024: 'entra-unavailable',
  90033: 'entra-unavailable',
  90094: 'consent-required',
  90095: 'consent-required',
  500112: 'redirect-uri-unknown',
  501481: 'code-refused',
  700005: 'code-refused',
  700016: 'client-unknown',
  700025: 'redirect-platform-mismatch',
  7000215: 'secret-wrong',
  7000218: 'redirect-platform-mismatch',
  7000222: 'secret-expired',
  9002326: 'redirect-platform-mismatch',
  9002327: 'redirect-platform-mismatch',
}

/** By error (RFC 6749, OpenID Connect Core §3.1.2.6) where the number is unknown, or there is none. */
const BY_ERROR: ReadonlyMap<string, RefusalReason> = new Map([
  ['access_denied', 'declined'],
  ['login_required', 'login-required'],
  ['account_selection_required', 'login-required'],
  ['interaction_required', 'interaction-required'],
  ['consent_required', 'consent-required'],
  ['invalid_grant', 'code-refused'],
  ['invalid_client', 'secret-wrong'],
  ['unauthorized_client', 'client-unknown'],
  ['invalid_tenant', 'tenant-unknown'],
  ['server_error', 'entra-unavailable'],
  ['temporarily_unavailable', 'entra-unavailable'],
])

const GUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
const TRACE = new RegExp(`Trace ID: (${GUID})`)
const CORRELATION = new RegExp(`Correlation ID: (${GUID})`)
/** Of Microsoft's text no more is looked at, and nothing of it is shown or logged but the numbers and ids found in it. */
const DESCRIPTION_LENGTH = 2_000

/** What an error of Entra's means here: of its token endpoint, its metadata or its answer in the browser. */
export function refusalOfEntra(
  { error, error_description: description }: JsonObject,
  step: SignInStep,
): SignInRefusal {
  const text = typeof description === 'string' ? description.slice(0, DESCRIPTION_LENGTH) : ''
  const aadsts = Number(/^AADSTS(\d{4,8})\b/.exec(text)?.[1])
  const reason = BY_NUMBER[aadsts] ?? BY_ERROR.get(String(error)) ?? 'entra-refused'
  const traceId = TRACE.exec(text)?.[1]
  const correlationId = CORRELATION.exec(text)?.[1]
  return refuse(reason, step, {
    ...(Number.isNaN(aadsts) ? {} : { aadsts }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(correlationId === undefined ? {} : { correlationId }),
  })
}

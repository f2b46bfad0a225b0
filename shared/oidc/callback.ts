import { sameText } from '../kernel/secrets.ts'
import { isLive } from '../session/login-state.ts'
import { refusalOfEntra } from './entra-error.ts'
import { refuse } from './refusal.ts'
import type { CompleteInput, SignInRefusal } from './relying-party.ts'

/** The code that an answer brings, once it is certain that this browser asked this tenant for it. */
export function codeOfCallback(
  { connector, platform, login, query }: CompleteInput,
  issuer: string,
  now: Date,
): { readonly code: string } | SignInRefusal {
  // RFC 6749 §3.1: a parameter that is there twice is for two readers who each see another one.
  if (new Set(query.keys()).size !== query.size) return refuse('parameter-repeated', 'callback')
  const state = query.get('state')
  if (state === null) return refuse('state-missing', 'callback')
  if (!sameText(state, login.state)) return refuse('state-mismatch', 'callback')
  if (login.connector !== connector.id) return refuse('connector-mismatch', 'callback')
  if (login.platform !== platform) return refuse('platform-mismatch', 'callback')
  // As long as the cookie: whoever keeps it longer gains nothing.
  if (!isLive(login, now)) return refuse('login-expired', 'callback')
  return codeOfAnswer(query, issuer)
}

function codeOfAnswer(query: URLSearchParams, issuer: string): { readonly code: string } | SignInRefusal {
  // RFC 9207. Entra sends none today; a foreign one is a mix-up.
  const issued = query.get('iss')
  if (issued !== null && issued !== issuer) return refuse('foreign-issuer', 'callback')
  const error = query.get('error')
  if (error !== null)
    return refusalOfEntra({ error, error_description: query.get('error_description') }, 'callback')
  const code = query.get('code')
  return code === null || code === '' ? refuse('code-missing', 'callback') : { code }
}

import { randomUUID } from 'node:crypto'
import type { Provider } from 'oidc-provider'
import { isRecord } from '../json.ts'
import { OFFLINE_SCOPE, type Core } from './core.ts'
import type { Faults } from './faults.ts'
import { issueIdToken, toSid, type Grant } from './id-token.ts'
import { errorPage } from './pages.ts'
import { refusal, toDescription, toErrorBody } from './refusals.ts'

type Context = Parameters<Parameters<Provider['use']>[0]>[0]

/** Turns what oidc-provider answers into what Entra would, and breaks it where a fault is set. */
export function answerWith(core: Core, provider: Provider): void {
  const details = new WeakMap<object, string>()
  provider.on('grant.error', (context, error) => {
    details.set(context.req, `${error.error_description ?? ''} ${error.error_detail ?? ''}`)
  })
  provider.use(async (context, next) => {
    await next()
    const { route } = context.oidc
    if (route === 'token') await rewriteToken(core, context, details.get(context.req) ?? '')
    if (route === 'authorization' || route === 'resume') rewriteCallback(core, context)
  })
}

async function rewriteToken(core: Core, context: Context, detail: string): Promise<void> {
  const { body } = context
  if (!isRecord(body)) return
  if (context.status !== 200) {
    const refused = refusal(codeOfGrantError(String(body.error), detail), { parameter: missing(detail) })
    context.status = refused.status
    context.body = toErrorBody(refused)
    return
  }
  const { id_token: _, scope, ...rest } = body
  const grant = core.faults.token === 'no-id-token' ? undefined : grantOf(core, context)
  context.body = {
    ...rest,
    ext_expires_in: rest.expires_in,
    scope: String(scope).replace(OFFLINE_SCOPE, 'offline_access'),
    ...(grant?.scopes.has('openid') === true ? { id_token: await issueIdToken(core, grant) } : {}),
  }
}

function grantOf({ applications, people }: Core, context: Context): Grant | undefined {
  const { AuthorizationCode, RefreshToken, Client } = context.oidc.entities
  const source = AuthorizationCode ?? RefreshToken
  const application = applications.find(Client?.clientId ?? '')
  const person = people.find(source?.accountId ?? '')
  if (source === undefined || application === undefined || person === undefined) return undefined
  const { scopes, nonce, sessionUid = source.jti, authTime } = source
  return { application, person, scopes, nonce, sessionUid, authTime }
}

/** What went wrong, told from oidc-provider's words. */
const GRANT_ERRORS: readonly (readonly [RegExp, number])[] = [
  [/missing required parameter/, 900144],
  [/already consumed|grant not found/, 54005],
  [/is expired/, 70008],
  [/code_verifier|code_challenge/, 501481],
  [/redirect_uri mismatch/, 500112],
  [/referenced account not found/, 50057],
]

function codeOfGrantError(error: string, detail: string): number {
  if (error === 'unsupported_grant_type') return 70003
  const known = GRANT_ERRORS.find(([pattern]) => pattern.test(detail))
  if (known !== undefined) return known[1]
  return error === 'invalid_grant' ? 70000 : 9002313
}

function missing(detail: string): string {
  return /missing required parameter\(?s?\)? '?(\w+)/.exec(detail)?.[1] ?? ''
}

const CALLBACK_ERRORS: Readonly<Record<string, number>> = {
  login_required: 50058,
  account_selection_required: 16000,
  consent_required: 65001,
  access_denied: 65004,
  unsupported_response_type: 70005,
}

function rewriteCallback(core: Core, context: Context): void {
  const location = URL.parse(context.response.get('location'))
  if (location === null) {
    // Only what cannot be sent to the application, such as a sign-in page that is too old.
    if (context.status >= 400) {
      context.type = 'html'
      context.body = errorPage(refusal(50089))
    }
    return
  }
  const isFragment = location.hash.length > 1
  const answer = isFragment ? new URLSearchParams(location.hash.slice(1)) : location.searchParams
  if (!answer.has('code') && !answer.has('error')) return
  answer.delete('iss')
  describeError(answer)
  if (answer.has('code')) answer.set('session_state', toSid(context.oidc.session?.uid ?? ''))
  tamper(answer, core)
  if (isFragment) location.hash = answer.toString()
  context.set('location', location.href)
}

function describeError(answer: URLSearchParams): void {
  const error = answer.get('error')
  const description = answer.get('error_description') ?? ''
  if (error === null || description.includes('Trace ID')) return
  const named = Number(/^AADSTS(\d+)$/.exec(description)?.[1])
  const code = named || (CALLBACK_ERRORS[error] ?? 9002313)
  answer.set('error_description', toDescription(refusal(code)))
}

function tamper(answer: URLSearchParams, { faults, issuer }: Core): void {
  const { callback } = faults
  if (callback === undefined) return
  if (typeof callback === 'number') return replaceByError(answer, callback)
  const state = answer.get('state') ?? ''
  const changes: Readonly<Record<Extract<Faults['callback'], string>, () => void>> = {
    'wrong-state': () => answer.set('state', randomUUID()),
    'no-state': () => answer.delete('state'),
    'doubled-state': () => answer.append('state', state),
    'doubled-code': () => answer.append('code', randomUUID()),
    'wrong-code': () => answer.set('code', randomUUID()),
    'no-code': () => answer.delete('code'),
    'access-denied': () => replaceByError(answer, 65004),
    'own-iss': () => answer.set('iss', issuer),
    'foreign-iss': () => answer.set('iss', `https://login.microsoftonline.com/${randomUUID()}/v2.0`),
  }
  changes[callback]()
}

function replaceByError(answer: URLSearchParams, code: number): void {
  const refused = refusal(code)
  for (const name of ['code', 'session_state']) answer.delete(name)
  answer.set('error', refused.error)
  answer.set('error_description', toDescription(refused))
}

import { isRegisteredUri, type PlatformClient } from '../kernel/platform-client.ts'
import { hasScope, knownScope } from './scopes.ts'

/** What a client asks of `auth/authorize`, checked. */
export interface AuthorizeRequest {
  readonly client: PlatformClient
  readonly redirectUri: string
  readonly state: string | undefined
  readonly nonce: string | undefined
  readonly codeChallenge: string
  /** Names that we know, of those that were asked for. */
  readonly scope: string
  readonly connector: string | undefined
  /** Short name of an organization. */
  readonly organization: string | undefined
  readonly loginHint: string | undefined
  /** Separated by spaces: none, login, select_account, consent. */
  readonly prompt: string | undefined
}

/**
 * `page`: the client or its address cannot be trusted, so nothing may be sent there (RFC 6749 §4.1.2.1). `redirect`:
 * the client itself hears what is wrong. `reason` is for the log.
 */
export type ParsedAuthorizeRequest =
  | { readonly kind: 'ok'; readonly request: AuthorizeRequest }
  | { readonly kind: 'page'; readonly reason: string; readonly sentence: string }
  | { readonly kind: 'redirect'; readonly reason: string; readonly url: string }

interface RedirectError {
  readonly error: string
  readonly error_description: string
}

/** Where an answer goes. */
type ReturnAddress = Pick<AuthorizeRequest, 'redirectUri' | 'state'>

/** They travel in a cookie with the rest of the sign-in, and browsers drop one of more than 4096 bytes. */
const STATE_LENGTH = 1_000
const NONCE_LENGTH = 300
const HINT_LENGTH = 320
/** RFC 6749 appendix A: what a state may be made of. */
const VISIBLE = /^[\x20-\x7e]*$/
/** SHA-256 in base64url. */
const CHALLENGE = /^[\w-]{43}$/
const PROMPTS = new Set(['none', 'login', 'select_account', 'consent'])

/** Reads the query, or the form, of `auth/authorize`. Parameters that are not known are ignored (RFC 6749 §3.1). */
export function parseAuthorizeRequest(
  provider: { readonly issuer: string; readonly clients: ReadonlyMap<string, PlatformClient> },
  query: URLSearchParams,
): ParsedAuthorizeRequest {
  const client = provider.clients.get(one(query, 'client_id') ?? '')
  if (client === undefined)
    return page('client-unknown', 'The application that sent you here is not known. Tell its maker.')
  const redirectUri = one(query, 'redirect_uri')
  if (redirectUri === undefined || !isRegisteredUri(client.redirectUris, redirectUri))
    return page(
      'redirect-uri-not-registered',
      'The application that sent you here named an address to return to that is not its own. Tell its maker.',
    )
  const address = { redirectUri, state: one(query, 'state') }
  const wrong = faultIn(query)
  if (wrong !== undefined)
    return { kind: 'redirect', reason: wrong.error, url: clientRedirect(provider.issuer, address, wrong) }
  return { kind: 'ok', request: { client, ...address, ...read(query) } }
}

/** The client's own address with our answer; `iss` tells the client who answers (RFC 9207). */
export function clientRedirect(
  issuer: string,
  { redirectUri, state }: ReturnAddress,
  answer: { readonly code: string } | RedirectError,
): string {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value)
  if (state !== undefined) url.searchParams.set('state', state)
  url.searchParams.set('iss', issuer)
  return url.href
}

function read(query: URLSearchParams): Omit<AuthorizeRequest, 'client' | 'redirectUri' | 'state'> {
  return {
    nonce: one(query, 'nonce'),
    codeChallenge: one(query, 'code_challenge') ?? '',
    scope: knownScope(one(query, 'scope') ?? ''),
    connector: one(query, 'connector'),
    organization: one(query, 'organization'),
    loginHint: one(query, 'login_hint'),
    // Entra promises nothing of `max_age`, so nothing but a new sign-in is surely young enough.
    prompt: query.has('max_age') ? withLogin(one(query, 'prompt')) : one(query, 'prompt'),
  }
}

function withLogin(prompt: string | undefined): string {
  if (prompt === undefined) return 'login'
  return /\b(?:none|login)\b/.test(prompt) ? prompt : `login ${prompt}`
}

function faultIn(query: URLSearchParams): RedirectError | undefined {
  const doubled = [...query.keys()].find((name) => query.getAll(name).length > 1)
  if (doubled !== undefined) return invalid('A parameter is there twice.')
  return unsupported(query) ?? faultInValues(query)
}

function unsupported(query: URLSearchParams): RedirectError | undefined {
  const type = one(query, 'response_type')
  if (type === undefined) return invalid('response_type is missing.')
  if (type !== 'code')
    return { error: 'unsupported_response_type', error_description: 'response_type must be "code".' }
  if ((one(query, 'response_mode') ?? 'query') !== 'query') return invalid('response_mode must be "query".')
  for (const name of ['request', 'request_uri', 'registration'])
    if (query.has(name))
      return { error: `${name}_not_supported`, error_description: `${name} is not supported.` }
  return undefined
}

function faultInValues(query: URLSearchParams): RedirectError | undefined {
  if (one(query, 'code_challenge_method') !== 'S256') return invalid('code_challenge_method must be "S256".')
  if (!CHALLENGE.test(one(query, 'code_challenge') ?? ''))
    return invalid('code_challenge must be a SHA-256 in base64url.')
  if (!hasScope(one(query, 'scope') ?? '', 'openid'))
    return { error: 'invalid_scope', error_description: 'scope must contain "openid".' }
  return faultInOptions(query)
}

function faultInOptions(query: URLSearchParams): RedirectError | undefined {
  if (!isText(one(query, 'state'), STATE_LENGTH))
    return invalid('state must be at most 1000 ASCII characters.')
  if (!isText(one(query, 'nonce'), NONCE_LENGTH))
    return invalid('nonce must be at most 300 ASCII characters.')
  if ((one(query, 'login_hint') ?? '').length > HINT_LENGTH) return invalid('login_hint is too long.')
  if (!/^\d{1,9}$/.test(one(query, 'max_age') ?? '0')) return invalid('max_age must be a number of seconds.')
  const prompts = (one(query, 'prompt') ?? '').split(' ').filter(Boolean)
  if (prompts.some((prompt) => !PROMPTS.has(prompt)) || (prompts.length > 1 && prompts.includes('none')))
    return invalid('prompt must be "none", or of "login", "select_account" and "consent".')
  return undefined
}

const isText = (text: string | undefined, length: number): boolean =>
  text === undefined || (text.length <= length && VISIBLE.test(text))

const invalid = (sentence: string): RedirectError => ({
  error: 'invalid_request',
  error_description: sentence,
})

/** The one value that is there; an empty one counts as none (RFC 6749 §3.1). */
function one(query: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = query.getAll(name)
  return others.length === 0 ? value || undefined : undefined
}

const page = (reason: string, sentence: string): ParsedAuthorizeRequest => ({
  kind: 'page',
  reason,
  sentence,
})

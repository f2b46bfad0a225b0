import { createHash, randomBytes } from 'node:crypto'
import { failureOf } from '../kernel/failure.ts'
import type { ConnectorId } from '../kernel/ids.ts'
import type { LoginState } from '../session/login-state.ts'
import type { SignInPlatform } from '../storage/config-oidc.ts'
import type { Metadata, MetadataCache } from './metadata.ts'
import { isRefusal, refuse } from './refusal.ts'
import type { BeginInput, SignInRefusal } from './relying-party.ts'

export interface BeginParts {
  readonly metadata: MetadataCache
  readonly now: () => Date
  readonly publicBaseUrl: string
}

/** The object id and the user name need `profile`; nothing that an administrator would have to consent to. */
const SCOPE = 'openid profile'
const HINT_LENGTH = 1_000
const PROMPTS: readonly unknown[] = ['none', 'login', 'consent', 'select_account']

/** Each connector and platform has an address of its own: Entra's answers do not say whose they are. */
export function redirectUri(publicBaseUrl: string, connector: ConnectorId, platform: SignInPlatform): string {
  return `${publicBaseUrl}/auth/${connector}/${platform}/callback`
}

/** An authorization request and what the browser must bring back with its answer. */
export async function beginSignIn(
  parts: BeginParts,
  input: BeginInput,
): Promise<{ kind: 'redirect'; url: string; login: LoginState } | SignInRefusal> {
  const { settings, platform } = input
  if (platform === 'web' && settings.clientSecret === undefined) return refuse('secret-missing', 'metadata')
  const metadata = await findMetadata(parts.metadata, settings)
  if (isRefusal(metadata)) return metadata
  const login = newLogin(input, parts.now())
  return { kind: 'redirect', url: requestUrl(parts, metadata, input, login), login }
}

/** An outage of Entra's is an outcome like any other. */
export async function findMetadata(
  cache: MetadataCache,
  settings: BeginInput['settings'],
): Promise<Metadata | SignInRefusal> {
  try {
    return await cache.find(settings)
  } catch (error) {
    if (failureOf(error)?.code !== 'entra_unavailable') throw error
    return refuse('entra-unavailable', 'metadata')
  }
}

function newLogin({ connector, platform, target }: BeginInput, now: Date): LoginState {
  return {
    connector: connector.id,
    platform,
    state: random(),
    nonce: random(),
    verifier: random(),
    loginId: target.kind === 'test' ? target.ticket : random(),
    startedAt: now.toISOString(),
    target,
  }
}

function requestUrl(
  { publicBaseUrl }: BeginParts,
  { authorizationEndpoint }: Metadata,
  { settings, loginHint, prompt }: BeginInput,
  { connector, platform, state, nonce, verifier }: LoginState,
): string {
  const url = new URL(authorizationEndpoint)
  const parameters = {
    client_id: settings.clientId,
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: redirectUri(publicBaseUrl, connector, platform),
    scope: SCOPE,
    state,
    nonce,
    // Entra's metadata does not announce PKCE; sent all the same, the verifier is asked for (RFC 7636).
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    login_hint: loginHint !== undefined && loginHint.length <= HINT_LENGTH ? loginHint : undefined,
    prompt: PROMPTS.includes(prompt) ? prompt : undefined,
  }
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

const random = (): string => randomBytes(32).toString('base64url')

import type { Caller } from '../activity/activity.ts'
import type { ActivityRecorder } from '../activity/recorder.ts'
import { failureOf } from '../kernel/failure.ts'
import type { ResourceId } from '../kernel/ids.ts'
import type { Role } from '../kernel/roles.ts'
import type { newCode } from '../provider/codes.ts'
import type { LoginState, LoginTarget } from '../session/login-state.ts'
import type { OidcSettings, SignInPlatform, SignInTest } from '../storage/config-oidc.ts'
import type { StoredConnector } from '../storage/connectors.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { Store } from '../storage/store.ts'
import type { StoredUser } from '../storage/users.ts'
import { beginSignIn } from './authorization-request.ts'
import { createEntraFetch } from './entra-fetch.ts'
import { createKeySources } from './key-source.ts'
import { createMetadataCache } from './metadata.ts'
import { completeSignIn } from './sign-in.ts'

/** How far a sign-in came. */
export type SignInStep = 'metadata' | 'callback' | 'redemption' | 'id-token' | 'person' | 'done'

export interface SignInRefusal {
  readonly kind: 'refused'
  /** For the log line, the activity and tests: never changes with the words. */
  readonly reason: string
  /** For the person, with what to do. */
  readonly sentence: string
  /** Of the page. 503: neither the person nor the browser is at fault. */
  readonly status: 400 | 403 | 503
  readonly step: SignInStep
  readonly errorForClient: 'access_denied' | 'server_error' | 'temporarily_unavailable' | 'login_required'
  /** The number of Entra's error. */
  readonly aadsts?: number
  /** By which Microsoft's support finds the request. */
  readonly traceId?: string
  readonly correlationId?: string
  /** Of the person at Entra, once the ID token has been validated. */
  readonly objectId?: string
}

interface SignedIn {
  readonly kind: 'signed-in'
  readonly user: StoredUser
  /** Entra's session in this browser, if Entra says so. */
  readonly sid: string | undefined
  /** For a client of the platform. */
  readonly code: string | undefined
  readonly at: Date
}

/** What a test of settings found out. It signs nobody in and links nobody. */
export interface TestedSignIn {
  readonly kind: 'tested'
  readonly test: SignInTest
  readonly refusal?: SignInRefusal
  /** Whom Entra named, and which user that would be here, or why none. */
  readonly person?: {
    readonly objectId: string
    readonly userName: string | undefined
    readonly user: ResourceId | undefined
    readonly how: string
    readonly role: Role | undefined
  }
}

export type SignInOutcome = SignedIn | SignInRefusal | TestedSignIn

export interface BeginInput {
  readonly connector: StoredConnector
  readonly settings: OidcSettings
  readonly platform: SignInPlatform
  readonly target: LoginTarget
  readonly loginHint?: string | undefined
  readonly prompt?: string | undefined
}

export interface CompleteInput {
  readonly connector: StoredConnector
  readonly settings: OidcSettings
  /** Of the redirect URI that was called. */
  readonly platform: SignInPlatform
  readonly login: LoginState
  readonly query: URLSearchParams
  readonly caller: Caller
}

interface SignOutInput {
  readonly settings: OidcSettings
  /** Entra's `login_hint` of the person: skips the question which account to sign out. */
  readonly logoutHint?: string | undefined
  readonly returnTo?: string | undefined
  readonly state?: string | undefined
}

/** We as an application of the customer's Entra tenant. */
export interface RelyingParty {
  /** Where to send the browser, and what it must bring back. Writes nothing. */
  begin(input: BeginInput): Promise<{ kind: 'redirect'; url: string; login: LoginState } | SignInRefusal>
  /** What came of it. Fails with `storage_unavailable`; whatever Entra does is an outcome. */
  complete(input: CompleteInput): Promise<SignInOutcome>
  /** Where a browser signs out of Entra too; `undefined` while Entra does not say. */
  signOutUrl(input: SignOutInput): Promise<string | undefined>
}

export interface RelyingPartyOptions {
  readonly store: Store
  readonly sealer: Sealer
  readonly fetch?: typeof fetch
  readonly now: () => Date
  readonly publicBaseUrl: string
  /** Origins that may be asked over plain http: a tenant of this machine. */
  readonly extraIssuers: readonly string[]
  readonly recorder: ActivityRecorder
  readonly makeCode: typeof newCode
  /** Time for one request to Entra. */
  readonly timeoutMs?: number
}

/** Made once per process: it remembers metadata and keys of every tenant. */
export function createRelyingParty(options: RelyingPartyOptions): RelyingParty {
  const ask = createEntraFetch(options)
  const metadata = createMetadataCache(ask, options.now)
  const keys = createKeySources(ask, options.now)
  const parts = { ...options, ask, metadata, keys }
  return {
    begin: (input) => beginSignIn(parts, input),
    complete: (input) => completeSignIn(parts, input),
    async signOutUrl({ settings, logoutHint, returnTo, state }) {
      const found = await metadata.find(settings).catch(ignoreOutage)
      if (found === undefined || 'kind' in found || found.endSessionEndpoint === undefined) return undefined
      const url = new URL(found.endSessionEndpoint)
      const parameters = { logout_hint: logoutHint, post_logout_redirect_uri: returnTo, state }
      for (const [name, value] of Object.entries(parameters))
        if (value !== undefined) url.searchParams.set(name, value)
      return url.href
    },
  }
}

function ignoreOutage(error: unknown): undefined {
  if (failureOf(error)?.code !== 'entra_unavailable') throw error
  return undefined
}

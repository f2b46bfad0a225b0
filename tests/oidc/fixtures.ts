import { randomBytes } from 'node:crypto'
import type { DirectoryUser } from '../../local/entra/directory.ts'
import type { SignInTenantOptions } from '../../local/entra/sign-in/tenant.ts'
import { createActivityRecorder } from '../../shared/activity/recorder.ts'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import {
  createRelyingParty,
  type RelyingParty,
  type RelyingPartyOptions,
  type SignInOutcome,
} from '../../shared/oidc/relying-party.ts'
import { newCode } from '../../shared/provider/codes.ts'
import type { LoginState, LoginTarget } from '../../shared/session/login-state.ts'
import type { OidcSettings, SignInPlatform } from '../../shared/storage/config-oidc.ts'
import type { StoredConnector } from '../../shared/storage/connectors.ts'
import { createDataKeys } from '../../shared/storage/data-keys.ts'
import { openKeyWrapper } from '../../shared/storage/key-wrapper.ts'
import { createSealer, type Sealer } from '../../shared/storage/sealer.ts'
import { addUser, newDirectory, type Directory, type StoreKind } from '../support/directory-context.ts'
import { newBrowser, press, startScene, type Browser, type Scene } from '../local/sign-in-browser.ts'

/** The test's browser stops at this host. */
export const BASE_URL = 'http://rp.example'
export const PORTAL: LoginTarget = { kind: 'portal', returnTo: '/' }
export const CALLER = { actor: 'browser', correlationId: 'request-1', clientRequestId: undefined }

/** A client of the platform that asks for somebody. */
export function newClientTarget(): LoginTarget {
  return {
    kind: 'client',
    clientId: 'reader',
    redirectUri: 'com.example.reader:/signed-in',
    state: 'their state',
    nonce: 'their nonce',
    codeChallenge: randomBytes(32).toString('base64url'),
    scope: 'openid',
  }
}

/** A connector whose people sign in at a tenant of this machine. */
export interface Joined {
  readonly scene: Scene
  readonly directory: Directory
  readonly connector: StoredConnector
  readonly settings: OidcSettings
  readonly sealer: Sealer
  readonly party: RelyingParty
  /** Another instance of the product, which remembers nothing. */
  readonly newParty: (changes?: Partial<RelyingPartyOptions>) => RelyingParty
}

export interface JoinOptions {
  readonly store?: StoreKind
  readonly settings?: Partial<OidcSettings>
  readonly registration?: Record<string, unknown>
  readonly tenant?: Partial<SignInTenantOptions>
  readonly party?: Partial<RelyingPartyOptions>
}

export async function join(options: JoinOptions = {}): Promise<Joined> {
  const directory = newDirectory(options.store ?? 'memory')
  const { connector: id, account } = directory.tenant
  const uri = (platform: SignInPlatform): string => `${BASE_URL}/auth/${id}/${platform}/callback`
  const redirectUris = { web: uri('web'), publicClient: [uri('app')] }
  const scene = await startScene({ redirectUris, ...options.registration }, options.tenant)
  const wrapper = openKeyWrapper({ kind: 'fixed', key: randomBytes(32) }, undefined)
  const sealer = createSealer(createDataKeys(directory.store, wrapper, () => new Date()))
  const settings: OidcSettings = {
    authority: { origin: scene.tenant.origin, tenantId: scene.tenant.tenantId },
    clientId: scene.application.clientId,
    clientSecret: await sealer.seal(`connector:${id}:clientSecret`, scene.secret),
    clientSecretExpiresAt: undefined,
    linkByUserName: true,
    ...options.settings,
  }
  const connector = toConnector(id, account, settings)
  const newParty = (changes: Partial<RelyingPartyOptions> = {}): RelyingParty =>
    createRelyingParty({
      store: directory.store,
      sealer,
      now: () => new Date(),
      publicBaseUrl: BASE_URL,
      extraIssuers: [scene.tenant.origin],
      recorder: createActivityRecorder(directory.store, () => new Date()),
      makeCode: newCode,
      ...options.party,
      ...changes,
    })
  return { scene, directory, connector, settings, sealer, party: newParty(), newParty }
}

function toConnector(id: StoredConnector['id'], account: string, active: OidcSettings): StoredConnector {
  return {
    id,
    etag: '',
    life: 'enabled',
    account,
    secrets: [],
    requiredAttributes: [],
    uniqueEmail: 'off',
    customAttributes: [],
    marks: {},
    oidc: { active, draft: undefined, lastTest: undefined },
    created: '2026-01-01T00:00:00.000Z',
    deletedAt: undefined,
  }
}

/** The person as Entra provisions her, with a role and her object id unless told otherwise. */
export async function provision(
  { directory }: Joined,
  person: DirectoryUser,
  overrides: Record<string, unknown> = {},
): Promise<ResourceId> {
  return addUser(directory, {
    userName: person.userPrincipalName,
    externalId: person.objectId,
    roles: [{ primary: 'True', type: 'WindowsAzureActiveDirectoryRole', value: 'User' }],
    ...overrides,
  })
}

export interface Trip {
  readonly platform?: SignInPlatform
  readonly target?: LoginTarget
  readonly objectId?: string
  readonly browser?: Browser
  readonly loginHint?: string
  readonly prompt?: string
  readonly party?: RelyingParty
  /** What happens to the answer on its way. */
  readonly change?: (query: URLSearchParams) => void
  readonly changeLogin?: (login: LoginState) => LoginState
}

/** A sign-in that has come back from Entra and is not completed yet. */
export interface Returned {
  readonly login: LoginState
  readonly query: URLSearchParams
  readonly platform: SignInPlatform
}

/** The way to Entra and back in a browser. */
export async function goAndReturn(joined: Joined, trip: Trip = {}): Promise<Returned> {
  const { scene, connector, settings } = joined
  const { platform = 'web', target = PORTAL, browser = newBrowser(), party = joined.party } = trip
  const { loginHint, prompt } = trip
  const begun = await party.begin({ connector, settings, platform, target, loginHint, prompt })
  if (begun.kind === 'refused') throw new Error(`refused to begin: ${begun.reason}`)
  const query = await answerOf(browser, begun.url, trip.objectId ?? scene.ada.objectId)
  trip.change?.(query)
  return { login: trip.changeLogin?.(begun.login) ?? begun.login, query, platform }
}

/** What the browser brings back from Entra, where the person chooses an account if there is a choice. */
export async function answerOf(browser: Browser, url: string, objectId: string): Promise<URLSearchParams> {
  const page = await browser.open(url)
  const isBack = page.url.hostname === 'rp.example'
  const end = isBack ? page : await press(browser, page, 'account', objectId)
  if (end.url.hostname !== 'rp.example') throw new Error(`stayed at Entra: ${end.html}`)
  return new URLSearchParams(end.url.search)
}

export function complete(
  { connector, settings, party }: Joined,
  returned: Returned,
  changes: Partial<Parameters<RelyingParty['complete']>[0]> = {},
): Promise<SignInOutcome> {
  return party.complete({ connector, settings, ...returned, caller: CALLER, ...changes })
}

/** A whole sign-in, and what came of it. */
export async function signIn(joined: Joined, trip: Trip = {}): Promise<SignInOutcome> {
  const returned = await goAndReturn(joined, trip)
  return complete({ ...joined, party: trip.party ?? joined.party }, returned)
}

/** A sign-in that may end before it has begun; what came of it in a word. */
export async function reasonOf(joined: Joined, trip: Trip = {}): Promise<string> {
  const { connector, settings } = joined
  const { platform = 'web', target = PORTAL, party = joined.party } = trip
  const begun = await party.begin({ connector, settings, platform, target })
  return begun.kind === 'refused' ? begun.reason : inAWord(await signIn(joined, trip))
}

/** `signed-in`, or the reason of a refusal. */
export function inAWord(outcome: SignInOutcome): string {
  if (outcome.kind === 'tested') return outcome.refusal?.reason ?? 'tested'
  return outcome.kind === 'refused' ? outcome.reason : outcome.kind
}

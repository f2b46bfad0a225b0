import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { activityRows } from '../../shared/activity/activity.ts'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import type { OAuthAnswer, OAuthRefusal } from '../../shared/kernel/oauth.ts'
import { parsePlatformClients } from '../../shared/kernel/platform-client.ts'
import { hashSecret } from '../../shared/kernel/secrets.ts'
import { newCode, type CodeGrant } from '../../shared/provider/codes.ts'
import type { Provider } from '../../shared/provider/provider.ts'
import { createSigningKeys, type SigningKeys } from '../../shared/provider/signing-keys.ts'
import { requestTokens } from '../../shared/provider/token-request.ts'
import { createDataKeys } from '../../shared/storage/data-keys.ts'
import { openKeyWrapper } from '../../shared/storage/key-wrapper.ts'
import { createSealer, type Sealer } from '../../shared/storage/sealer.ts'
import { commitSignIn } from '../../shared/storage/sign-ins.ts'
import { openStore, type Store } from '../../shared/storage/store.ts'
import { findUser, type StoredUser } from '../../shared/storage/users.ts'
import { addUser, newDirectory, type Directory, type StoreKind } from '../support/directory-context.ts'

export const ISSUER = 'https://gatehouse.example'
export const SECRET = `s:${randomBytes(16).toString('base64url')}+&%`
export const CALLBACK = 'https://portal.example/callback'
/** Nobody serves it, so that a test's browser stops there. */
export const APP_SCHEME = 'com.example.app:/done'
const APP_CALLBACK = 'http://127.0.0.1:50123/callback'

/** One key for all scenes of a file, as making one takes a while; it is warm, so it costs no requests. */
const KEYS = await warmKeys()

async function warmKeys(): Promise<SigningKeys> {
  const store = openStore(new Map([['main', { kind: 'memory' }]]))
  const keys = createSigningKeys({ store, sealer: newSealer(store), now: () => new Date() })
  await keys.current()
  return keys
}

/** What the operator would configure: a portal with a secret, one without, and an app. */
export const CLIENTS = JSON.stringify([
  { id: 'portal', type: 'web', redirectUris: [CALLBACK], secretSha256: hashSecret(SECRET) },
  { id: 'page', type: 'web', redirectUris: [CALLBACK] },
  { id: 'app', type: 'app', redirectUris: ['http://127.0.0.1/callback', APP_SCHEME] },
])

export type Form = Readonly<Record<string, string>>
type Outcome = OAuthAnswer | OAuthRefusal

/** A connector of its own with one person in it, and the provider before it. */
export interface Scene {
  readonly directory: Directory
  readonly provider: Provider
  readonly user: ResourceId
  /** Moves the provider's clock. */
  advance(ms: number): void
  read(): Promise<StoredUser>
  /** A completed sign-in of the person in the client; its code and verifier. */
  signIn(client: string, changes?: Partial<CodeGrant>): Promise<{ code: string; verifier: string }>
  /** A request to the token endpoint; the client's own credentials are added unless the form has some. */
  request(client: string, form: Form): Promise<Outcome>
  redeem(client: string, changes?: Form, grant?: Partial<CodeGrant>): Promise<Outcome>
  refresh(client: string, refreshToken: string, changes?: Form): Promise<Outcome>
}

export const WITH_ROLE = { roles: [{ value: 'User', primary: true }] }

export function newSealer(store: Store, key = randomBytes(32)): Sealer {
  return createSealer(createDataKeys(store, openKeyWrapper({ kind: 'fixed', key }), () => new Date()))
}

export function newVerifier(): { verifier: string; codeChallenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, codeChallenge: createHash('sha256').update(verifier).digest('base64url') }
}

const redirectUriOf = (client: string): string => (client === 'app' ? APP_CALLBACK : CALLBACK)

/** What a client says of itself in the form. */
export function credentialsOf(client: string): Form {
  return client === 'portal' ? { client_id: client, client_secret: SECRET } : { client_id: client }
}

export async function newScene(
  options: { kind?: StoreKind; user?: Record<string, unknown>; delayMs?: number } = {},
): Promise<Scene> {
  const { kind = 'memory', delayMs } = options
  const directory = newDirectory(kind, delayMs === undefined ? {} : { delayMs })
  const { store, tenant, context } = directory
  let ahead = 0
  const now = (): Date => new Date(Date.now() + ahead)
  const provider: Provider = {
    issuer: ISSUER,
    clients: parsePlatformClients(CLIENTS, false),
    store,
    keys: KEYS,
    findTenant: (id) => Promise.resolve(id === tenant.connector ? tenant : undefined),
    recorder: context.recorder,
    now,
  }
  const user = await addUser(directory, options.user ?? WITH_ROLE)
  const read = async (): Promise<StoredUser> => only(await findUser(store, tenant, user))

  const scene: Scene = {
    directory,
    provider,
    user,
    advance(ms) {
      ahead += ms
    },
    read,
    async signIn(client, changes = {}) {
      const { verifier, codeChallenge } = newVerifier()
      const at = now()
      const grant: CodeGrant = {
        clientId: client,
        redirectUri: redirectUriOf(client),
        nonce: undefined,
        codeChallenge,
        scope: 'openid profile email offline_access',
        user,
        sid: undefined,
        authTime: Math.floor(at.getTime() / 1_000),
        ...changes,
      }
      const { code, stored } = newCode(tenant, grant, at)
      const rows = activityRows(context.caller, { operation: 'user.signIn', status: 302 }, at, user)
      const signIn = { user: await read(), loginId: randomUUID(), at, code: stored }
      const refusal = await commitSignIn(store, tenant, signIn, rows)
      if (refusal !== undefined) throw new Error(`the sign-in was refused: ${refusal}`)
      return { code, verifier }
    },
    request: (client, form) =>
      requestTokens(provider, {
        authorization: undefined,
        form: new Map(Object.entries({ ...credentialsOf(client), ...form }).filter(([, value]) => value)),
        caller: context.caller,
      }),
    async redeem(client, changes = {}, grant = {}) {
      const { code, verifier } = await scene.signIn(client, grant)
      return scene.request(client, { ...codeForm(client, { code, verifier }), ...changes })
    },
    refresh: (client, refreshToken, changes = {}) =>
      scene.request(client, { grant_type: 'refresh_token', refresh_token: refreshToken, ...changes }),
  }
  return scene
}

/** The form that redeems a code. */
export function codeForm(client: string, { code, verifier }: { code: string; verifier: string }): Form {
  return {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUriOf(client),
  }
}

/** The body of an answer; a refusal is the test's end. */
export function bodyOf(outcome: Outcome): Record<string, string> {
  if (outcome.kind === 'refused') throw new Error(`refused: ${outcome.reason}`)
  return (outcome.body ?? {}) as Record<string, string>
}

/** How it ended: `ok`, or the reason of the refusal. */
export function endOf(outcome: Outcome): string {
  return outcome.kind === 'refused' ? outcome.reason : 'ok'
}

export function only<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing is there')
  return value
}

import { isRecord, type JsonObject } from './json.ts'

/** A program of the platform that signs people in through us: its web portal, or one of its apps. */
export interface PlatformClient {
  readonly id: string
  /** `web` needs a role of everybody who signs in; `app` takes any active person and is a public client. */
  readonly type: 'web' | 'app'
  /** Compared exactly; a loopback one without its port (RFC 8252 §7.3). */
  readonly redirectUris: readonly string[]
  /** Where a browser may be sent after a sign-out. */
  readonly postLogoutRedirectUris: readonly string[]
  /** SHA-256 of the client's secret in hex; a client without one has PKCE alone. */
  readonly secretHash: string | undefined
}

const ID = /^[0-9A-Za-z._-]{1,100}$/
const SHA256 = /^[0-9a-f]{64}$/
const URI_LENGTH = 1_000
const LOOPBACK = new Set(['127.0.0.1', '[::1]'])

/** Why a text cannot be the list of clients, as a sentence for the operator. */
export class PlatformClientsError extends Error {
  override readonly name = 'PlatformClientsError'
}

/**
 * Reads the setting `PLATFORM_CLIENTS`: a JSON list of `{id, type, redirectUris, postLogoutRedirectUris?, secretSha256?}`. Fails with
 * `PlatformClientsError`. `allowHttp` is for development: plain http to this machine in place of https.
 */
export function parsePlatformClients(text: string, allowHttp: boolean): ReadonlyMap<string, PlatformClient> {
  const clients = new Map<string, PlatformClient>()
  for (const entry of listOf(text)) {
    const client = parseClient(entry, allowHttp)
    if (clients.has(client.id)) refuse(`names the client "${client.id}" twice.`)
    clients.set(client.id, client)
  }
  return clients
}

function listOf(text: string): readonly JsonObject[] {
  const list = parse(text)
  return Array.isArray(list) && list.every((entry) => isRecord(entry))
    ? list
    : refuse('must be a JSON list of clients.')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function parseClient(entry: JsonObject, allowHttp: boolean): PlatformClient {
  const { id, type, secretSha256: secretHash } = entry
  if (typeof id !== 'string' || !ID.test(id))
    return refuse('has a client whose id is not 1 to 100 of A-Za-z0-9._-.')
  if (type !== 'web' && type !== 'app') return refuse(`needs the type "web" or "app" of the client "${id}".`)
  if (secretHash !== undefined && (typeof secretHash !== 'string' || !SHA256.test(secretHash)))
    return refuse(`needs secretSha256 of the client "${id}" as 64 hex digits.`)
  if (secretHash !== undefined && type === 'app')
    return refuse(`gives the app "${id}" a secret; whoever has the app has it, so it is none.`)
  const isAllowed = (uri: string): boolean => isRedirectUri(uri, type, allowHttp)
  const redirectUris = urisOf(id, entry['redirectUris'], isAllowed)
  if (redirectUris.length === 0) refuse(`needs at least one redirect URI of the client "${id}".`)
  const postLogoutRedirectUris = urisOf(id, entry['postLogoutRedirectUris'] ?? [], isAllowed)
  return { id, type, redirectUris, postLogoutRedirectUris, secretHash }
}

function urisOf(id: string, list: unknown, isAllowed: (uri: string) => boolean): readonly string[] {
  const uris = Array.isArray(list) ? list.filter((uri) => typeof uri === 'string' && isAllowed(uri)) : []
  if (!Array.isArray(list) || uris.length !== list.length)
    refuse(
      `has a redirect URI of the client "${id}" that is not allowed: no fragment, https, and for apps also http://127.0.0.1 or a scheme of their own such as com.example.app:/.`,
    )
  return uris
}

function isRedirectUri(uri: string, type: PlatformClient['type'], allowHttp: boolean): boolean {
  if (!URL.canParse(uri) || uri.length > URI_LENGTH || /[\s#*\\@]/.test(uri)) return false
  const { protocol, hostname } = new URL(uri)
  if (protocol === 'https:') return true
  if (protocol === 'http:')
    return (type === 'app' && LOOPBACK.has(hostname)) || (allowHttp && isThisMachine(hostname))
  // A scheme of an app's own is the reverse of a domain that its maker has (RFC 8252 §7.1).
  return type === 'app' && /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/.test(protocol)
}

const isThisMachine = (host: string): boolean => host === 'localhost' || LOOPBACK.has(host)

/**
 * Whether a client may be sent to this URI: exactly one of its own, but for the port of a loopback one, which an app
 * gets from its system at each start (RFC 8252 §7.3).
 */
export function isRegisteredUri(registered: readonly string[], uri: string): boolean {
  return registered.includes(uri) || registered.some((own) => isLoopbackOf(own, uri))
}

function isLoopbackOf(registered: string, uri: string): boolean {
  if (!/^http:\/\/(?:127\.0\.0\.1|\[::1\])(?=[:/?]|$)/.test(registered) || !URL.canParse(uri)) return false
  const [own, given] = [new URL(registered), new URL(uri)]
  // Written back, so that nothing but the port can differ: a parser would forgive more than it should.
  given.port = own.port
  return given.href === own.href && !/[\s#\\@]/.test(uri) && uri.startsWith('http://')
}

function refuse(sentence: string): never {
  throw new PlatformClientsError(sentence)
}

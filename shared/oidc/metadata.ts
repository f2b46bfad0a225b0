import { authorityOfIssuer, issuerOf } from '../connectors/authority.ts'
import { createBoundedMap } from '../connectors/bounded-map.ts'
import { fail } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Authority, OidcSettings } from '../storage/config-oidc.ts'
import { createCachedDocument, type CachedDocument } from './cached-document.ts'
import { refusalOfEntra } from './entra-error.ts'
import { createEntraFetch, type EntraAnswer, type EntraFetch, type EntraFetchOptions } from './entra-fetch.ts'
import { isRefusal, refuse } from './refusal.ts'
import type { SignInRefusal } from './relying-party.ts'

/** What we use of a tenant's discovery document, checked. */
export interface Metadata {
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly jwksUri: string
  readonly endSessionEndpoint: string | undefined
}

export interface MetadataCache {
  /** A refusal where the tenant is not there or its document cannot be right. Fails with `entra_unavailable`. */
  find(settings: OidcSettings): Promise<Metadata | SignInRefusal>
}

const REMEMBERED = 2_000
const WELL_KNOWN = '/.well-known/openid-configuration'

/** The discovery documents of all tenants that somebody signs in with. */
export function createMetadataCache(ask: EntraFetch, now: () => Date): MetadataCache {
  const documents = createBoundedMap<CachedDocument<Metadata>>(REMEMBERED, true)
  return {
    async find(settings) {
      const key = `${issuerOf(settings.authority)} ${settings.clientId}`
      const document = documents.get(key) ?? createCachedDocument(() => load(ask, settings), now)
      documents.set(key, document)
      try {
        return await document.read()
      } catch (error) {
        if (error instanceof MetadataError) return error.refusal
        throw error
      }
    },
  }
}

/** A document that says no, or nothing that can be used: remembered like an outage, for seconds. */
class MetadataError extends Error {
  override readonly name = 'MetadataError'
  readonly refusal: SignInRefusal
  constructor(refusal: SignInRefusal) {
    super(refusal.reason)
    this.refusal = refusal
  }
}

async function load(ask: EntraFetch, { authority, clientId }: OidcSettings): Promise<Metadata> {
  const issuer = issuerOf(authority)
  const url = issuer + WELL_KNOWN
  // An application with signing keys of its own has another key set, which only this parameter shows.
  const own = await ask(`${url}?appid=${encodeURIComponent(clientId)}`)
  const answer = own.status === 200 ? own : await ask(url)
  const checked = answer.status === 200 ? toMetadata(answer.body, issuer) : refusalOf(answer)
  if (isRefusal(checked)) throw new MetadataError(checked)
  return checked
}

function refusalOf(answer: EntraAnswer): SignInRefusal {
  return isTrouble(answer) ? outage() : refusalOfEntra(answer.body, 'metadata')
}

function isTrouble({ status }: EntraAnswer): boolean {
  return status >= 500 || status === 429
}

function outage(): never {
  return fail({ code: 'entra_unavailable', retryAfterSeconds: 30 })
}

function toMetadata(body: JsonObject, issuer: string): Metadata | SignInRefusal {
  const { origin } = new URL(issuer)
  const ours = (name: string): string | undefined => endpointAt(body[name], origin)
  const [authorizationEndpoint, tokenEndpoint, jwksUri] = [
    ours('authorization_endpoint'),
    ours('token_endpoint'),
    ours('jwks_uri'),
  ]
  const isUsable =
    body['issuer'] === issuer &&
    authorizationEndpoint !== undefined &&
    tokenEndpoint !== undefined &&
    jwksUri !== undefined
  return isUsable
    ? {
        issuer,
        authorizationEndpoint,
        tokenEndpoint,
        jwksUri,
        endSessionEndpoint: ours('end_session_endpoint'),
      }
    : refuse('metadata-invalid', 'metadata')
}

/** Codes and secrets go to the issuer itself and nowhere else, whatever a document says. */
function endpointAt(value: unknown, origin: string): string | undefined {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === origin
    ? value
    : undefined
}

/** Looks up the tenant that has a domain; `undefined` where none has. Fails with `entra_unavailable`. */
export function createTenantResolver(
  options: EntraFetchOptions,
): (origin: string, domain: string) => Promise<Authority | undefined> {
  const ask = createEntraFetch(options)
  return async (origin, domain) => {
    const answer = await ask(`${origin}/${encodeURIComponent(domain)}/v2.0${WELL_KNOWN}`)
    if (answer.status === 200) return authorityOfIssuer(origin, answer.body['issuer'])
    return isTrouble(answer) ? outage() : undefined
  }
}

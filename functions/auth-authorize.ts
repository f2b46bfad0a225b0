import { findHomeRealm } from '../shared/connectors/home-realm.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import {
  clientRedirect,
  parseAuthorizeRequest,
  type AuthorizeRequest,
} from '../shared/provider/authorize-request.ts'
import { beginSignIn } from './begin-sign-in.ts'
import { logOf, refusalPage } from './browser-answers.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'

/*
 * Where the platform's own portal and apps send people: we are an ordinary OpenID provider to them, and Microsoft's
 * tenant of the right customer is the one who asks for the password.
 */

async function authorize(request: PageRequest, parameters: URLSearchParams): Promise<BrowserAnswer> {
  const { settings } = request.services
  const provider = { issuer: settings.publicBaseUrl, clients: settings.platformClients }
  const parsed = parseAuthorizeRequest(provider, parameters)
  if (parsed.kind === 'page') return refusalPage(request, { ...parsed, status: 400 })
  if (parsed.kind === 'redirect') return { status: 303, location: parsed.url, log: { reason: parsed.reason } }
  return begin(request, parsed.request, parameters)
}

async function begin(
  request: PageRequest,
  asked: AuthorizeRequest,
  parameters: URLSearchParams,
): Promise<BrowserAnswer> {
  const { settings } = request.services
  const connector = await findAsked(request, asked)
  const { client, redirectUri, state, nonce, codeChallenge, scope } = asked
  const log = { client: client.id }
  const answer = (error: string, sentence: string): string =>
    clientRedirect(settings.publicBaseUrl, asked, { error, error_description: sentence })
  if (connector === undefined && asked.prompt === 'none')
    return { status: 303, location: answer('login_required', 'Nobody is signed in.'), log }
  if (connector === undefined || connector.oidc.active === undefined)
    return { status: 303, location: signInUrl(parameters), log }
  const input = {
    connector,
    settings: connector.oidc.active,
    platform: client.type,
    target: { kind: 'client', clientId: client.id, redirectUri, state, nonce, codeChallenge, scope } as const,
    loginHint: asked.loginHint,
    prompt: asked.prompt,
  }
  const begun = await beginSignIn(request, input, (refused) => ({
    status: 303,
    location: answer(refused.errorForClient, refused.sentence),
    log: logOf(refused),
  }))
  return { ...begun, status: 303, log: { ...begun.log, ...log } }
}

/** By connector, by organization, or by the domain of who is expected. */
async function findAsked(
  { services: { store, finder } }: PageRequest,
  { connector, organization, loginHint }: AuthorizeRequest,
): Promise<Awaited<ReturnType<typeof finder.find>>> {
  const typed = organization ?? loginHint
  const id = connector ?? (typed === undefined ? undefined : await findHomeRealm(store, typed))
  return id === undefined ? undefined : finder.find(id)
}

/** The page that asks carries on what the client asked, without what did not help. */
function signInUrl(parameters: URLSearchParams): string {
  const carried = new URLSearchParams(parameters)
  for (const name of ['connector', 'organization', 'login_hint']) carried.delete(name)
  return `/signin?${carried.toString()}`
}

registerPage('auth-authorize', {
  template: 'auth/authorize',
  methods: {
    GET: (request) => authorize(request, request.query),
    // OpenID Connect Core §3.1.2.1 wants both.
    POST: (request) => authorize(request, request.form),
  },
  isConsuming: true,
})

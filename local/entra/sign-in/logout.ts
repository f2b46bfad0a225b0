import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { redirectUrisOf } from './applications.ts'
import type { Core } from './core.ts'
import { readForm, sendElsewhere, sendPage } from './http.ts'
import { toSid } from './id-token.ts'
import { signedOutPage } from './pages.ts'

/**
 * Ends the browser's session: the page loads the front-channel logout URL of each application that was signed in to
 * with it, then goes where the application wanted, if that is one of its redirect URIs.
 */
export async function logout(
  core: Core,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  core.requests.logout++
  const parameters =
    request.method === 'POST' ? await readForm(request) : new URL(request.url ?? '', core.origin).searchParams
  const session = await provider.Session.get(provider.createContext(request, response))
  const clientIds = Object.keys(session.authorizations ?? {})
  const urls = clientIds.flatMap((clientId) => frontchannelUrl(core, clientId, toSid(session.uid)))
  if (session.accountId !== undefined) await session.destroy()
  const { tenantId } = core
  response.appendHeader('set-cookie', `ESTSAUTH=; Path=/${tenantId}; Max-Age=0; HttpOnly`)
  const next = nextOf(core, parameters)
  if (urls.length === 0 && next !== undefined) return sendElsewhere(response, next)
  sendPage(response, 200, signedOutPage(urls, next))
}

function frontchannelUrl(
  { applications, faults, issuer }: Core,
  clientId: string,
  sid: string,
): readonly string[] {
  const registered = applications.find(clientId)?.frontchannelLogoutUri
  if (registered === undefined) return []
  const url = new URL(registered)
  // Entra sends `sid` alone; the standard would have `iss` beside it.
  if (faults.logout === 'with-iss') url.searchParams.set('iss', issuer)
  if (faults.logout !== 'no-sid') url.searchParams.set('sid', sid)
  return [url.href]
}

function nextOf({ applications }: Core, parameters: URLSearchParams): string | undefined {
  const wanted = parameters.get('post_logout_redirect_uri')
  const state = parameters.get('state')
  const isRegistered = applications
    .all()
    .some((application) => redirectUrisOf(application).includes(wanted ?? ''))
  if (wanted === null || !isRegistered) return undefined
  const next = new URL(wanted)
  if (state !== null) next.searchParams.set('state', state)
  return next.href
}

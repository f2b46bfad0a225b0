import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { platformOf } from './applications.ts'
import { OFFLINE_SCOPE, pathsOf, type Core } from './core.ts'
import { sendRefusal } from './http.ts'
import { refusal, type Refusal } from './refusals.ts'

/** What Entra never sends to a redirect URI is refused on a page; the rest is the protocol's. */
export async function authorize(
  core: Core,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  core.requests.authorize++
  const { searchParams } = new URL(request.url ?? '', core.origin)
  const refused = request.method === 'GET' ? refusalOfRequest(core, searchParams) : refusal(9002313)
  if (refused !== undefined) return sendRefusal(response, refused, 'person')
  const scope = (searchParams.get('scope') ?? '').split(' ')
  searchParams.set('scope', scope.map((name) => (name === 'offline_access' ? OFFLINE_SCOPE : name)).join(' '))
  // Signed with a key of ours, which oidc-provider does not know; Entra takes it for a hint and no more.
  searchParams.delete('id_token_hint')
  request.url = `${pathsOf(core.tenantId).authorize}?${searchParams.toString()}`
  await provider.callback()(request, response)
}

function refusalOfRequest(core: Core, parameters: URLSearchParams): Refusal | undefined {
  const clientId = parameters.get('client_id')
  const uri = parameters.get('redirect_uri')
  if (clientId === null) return refusal(900144, { parameter: 'client_id' })
  const application = core.applications.find(clientId)
  if (application === undefined) return refusal(700016, { application: clientId, tenant: core.displayName })
  if (uri === null) return refusal(900144, { parameter: 'redirect_uri' })
  if (platformOf(application, uri) === undefined) return refusal(50011, { application: clientId, uri })
  return undefined
}

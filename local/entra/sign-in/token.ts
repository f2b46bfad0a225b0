import { IncomingMessage, type ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { platformOf, refusalOfSecret, type Application, type Platform } from './applications.ts'
import { OFFLINE_SCOPE, pathsOf, type Core } from './core.ts'
import { isOutage } from './faults.ts'
import { readForm, sendOutage, sendRefusal } from './http.ts'
import { refusal, type Refusal } from './refusals.ts'

interface Redemption {
  readonly form: URLSearchParams
  readonly clientId: string
  readonly secret: string | undefined
  readonly origin: string | undefined
}

/** Redeems a code or a refresh token, once the client is who the redirect URI's platform wants. */
export async function redeem(
  core: Core,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  core.requests.token++
  if (request.method !== 'POST') return sendRefusal(response, refusal(900561), 'program')
  const redemption = readRedemption(request, await readForm(request))
  const { token } = core.faults
  if (isOutage(token)) return sendOutage(response, token)
  const refused = typeof token === 'number' ? refusal(token) : refusalOfClient(core, redemption)
  if (refused !== undefined) return sendRefusal(response, refused, 'program')
  await provider.callback()(innerRequest(core, request, redemption), response)
}

function readRedemption(request: IncomingMessage, form: URLSearchParams): Redemption {
  const [scheme = '', encoded = ''] = (request.headers.authorization ?? '').split(' ')
  const { origin } = request.headers
  const clientId = form.get('client_id') ?? ''
  if (scheme.toLowerCase() !== 'basic') {
    const secret = form.get('client_secret') ?? undefined
    return { form, clientId, secret, origin }
  }
  // RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
  const [name = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':').map(formDecode)
  return { form, clientId: clientId || name, secret, origin }
}

function formDecode(text: string): string {
  return new URLSearchParams(`x=${text}`).get('x') ?? ''
}

function refusalOfClient(core: Core, redemption: Redemption): Refusal | undefined {
  const { form, clientId, secret, origin } = redemption
  if (clientId === '') return refusal(900144, { parameter: 'client_id' })
  const application = core.applications.find(clientId)
  if (application === undefined) return refusal(700016, { application: clientId, tenant: core.displayName })
  const platform = platformOfRedemption(application, redemption)
  if (platform === 'spa') return origin === undefined ? refusal(9002327) : undefined
  if (origin !== undefined) return refusal(9002326)
  if (platform === 'publicClient') return secret === undefined ? undefined : refusal(700025)
  const uri = form.get('redirect_uri')
  if (uri !== null && platform === undefined) return refusal(50011, { application: clientId, uri })
  return secret === undefined ? refusal(7000218) : refusalOfSecret(application, secret)
}

/** A refresh token has no redirect URI with it: who sends a secret is taken for a web application. */
function platformOfRedemption(application: Application, { form, secret }: Redemption): Platform | undefined {
  const uri = form.get('redirect_uri')
  if (uri !== null) return platformOf(application, uri)
  const isRefresh = form.get('grant_type') === 'refresh_token'
  return isRefresh && secret === undefined ? 'publicClient' : 'web'
}

/** The same request without the client's credentials, which are dealt with. */
function innerRequest(
  { tenantId }: Core,
  outer: IncomingMessage,
  { form, clientId }: Redemption,
): IncomingMessage {
  const fields = new URLSearchParams(form)
  fields.delete('client_secret')
  fields.set('client_id', clientId)
  const scope = fields.get('scope')
  if (scope !== null) fields.set('scope', scope.replace('offline_access', OFFLINE_SCOPE))
  const body = Buffer.from(fields.toString())
  const inner = new IncomingMessage(outer.socket)
  inner.method = 'POST'
  inner.url = pathsOf(tenantId).token
  inner.headers = {
    host: outer.headers.host,
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  }
  inner.push(body)
  inner.push(null)
  // An incomplete one would take the connection with it.
  inner.complete = true
  return inner
}

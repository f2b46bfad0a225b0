import { openClientSecret } from '../connectors/oidc-settings.ts'
import { failureOf } from '../kernel/failure.ts'
import type { Sealer } from '../storage/sealer.ts'
import { redirectUri } from './authorization-request.ts'
import { refusalOfEntra } from './entra-error.ts'
import type { EntraAnswer, EntraFetch } from './entra-fetch.ts'
import type { Metadata } from './metadata.ts'
import { isRefusal, refuse } from './refusal.ts'
import type { CompleteInput, SignInRefusal } from './relying-party.ts'

export interface RedeemParts {
  readonly ask: EntraFetch
  readonly sealer: Sealer
  readonly publicBaseUrl: string
}

/** What the token endpoint gave: the ID token, and the rest only as far as the token says something of it. */
export interface Redeemed {
  readonly idToken: string
  readonly accessToken: string | undefined
}

/** Between two tries, at least. */
const PAUSE_MS = 200

/** Trades a code for an ID token. The platform of the redirect URI decides whether a secret goes along. */
export async function redeem(
  parts: RedeemParts,
  { tokenEndpoint }: Metadata,
  input: CompleteInput,
  code: string,
): Promise<Redeemed | SignInRefusal> {
  const { connector, settings, login } = input
  const isWeb = login.platform === 'web'
  const secret = isWeb ? await openClientSecret(parts.sealer, connector.id, settings) : undefined
  if (isWeb && secret === undefined) return refuse('secret-missing', 'redemption')
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: settings.clientId,
    code,
    redirect_uri: redirectUri(parts.publicBaseUrl, connector.id, login.platform),
    code_verifier: login.verifier,
    ...(secret === undefined ? {} : { client_secret: secret }),
  })
  const redeemed = await post(parts.ask, tokenEndpoint, form)
  if (redeemed !== 'busy') return redeemed
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (1 + Math.random())))
  const again = await post(parts.ask, tokenEndpoint, form)
  // The code may have been spent in the first try: that is Entra's trouble still, and not the person's.
  const isInTrouble = again === 'busy' || (isRefusal(again) && again.reason === 'code-refused')
  return isInTrouble ? refuse('entra-unavailable', 'redemption') : again
}

/** `busy`: Entra says so itself, so that asking once more is worth a moment. */
async function post(
  ask: EntraFetch,
  tokenEndpoint: string,
  form: URLSearchParams,
): Promise<Redeemed | SignInRefusal | 'busy'> {
  try {
    return toRedeemed(await ask(tokenEndpoint, form))
  } catch (error) {
    if (failureOf(error)?.code !== 'entra_unavailable') throw error
    return refuse('entra-unavailable', 'redemption')
  }
}

function toRedeemed({ status, body }: EntraAnswer): Redeemed | SignInRefusal | 'busy' {
  if (status >= 500 || status === 429) return 'busy'
  if (status !== 200) {
    const refused = refusalOfEntra(body, 'redemption')
    return refused.reason === 'entra-unavailable' ? 'busy' : refused
  }
  const { id_token: idToken, access_token: accessToken } = body
  if (typeof idToken !== 'string') return refuse('id-token-missing', 'redemption')
  return { idToken, accessToken: typeof accessToken === 'string' ? accessToken : undefined }
}

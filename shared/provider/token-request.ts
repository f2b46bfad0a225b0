import type { Caller } from '../activity/activity.ts'
import type { FormValues, OAuthAnswer, OAuthRefusal } from '../kernel/oauth.ts'
import { authenticateClient } from './authenticate-client.ts'
import type { Provider } from './provider.ts'
import { redeemCode } from './redeem-code.ts'
import { refreshTokens } from './refresh.ts'
import { invalidRequest } from './refusals.ts'

/** A request of a client, as it came. */
export interface ClientRequest {
  readonly authorization: string | undefined
  readonly form: FormValues
  readonly caller: Caller
}

/** The token endpoint (RFC 6749 §3.2). */
export async function requestTokens(
  provider: Provider,
  { authorization, form, caller }: ClientRequest,
): Promise<OAuthAnswer | OAuthRefusal> {
  const client = authenticateClient(provider.clients, { authorization, form })
  if ('kind' in client) return client
  const call = { client, caller }
  switch (form.get('grant_type')) {
    case 'authorization_code':
      return redeemCode(provider, call, form)
    case 'refresh_token':
      return refreshTokens(provider, call, form)
    case undefined:
      return invalidRequest('grant_type is missing.', 'grant-type-missing', call)
    default:
      return {
        kind: 'refused',
        error: 'unsupported_grant_type',
        sentence: 'grant_type must be "authorization_code" or "refresh_token".',
        reason: 'grant-type-unsupported',
        client: client.id,
      }
  }
}

import type { OAuthAnswer, OAuthRefusal } from '../kernel/oauth.ts'
import { findUser } from '../storage/users.ts'
import { membershipClaims, scopedClaims } from './claims.ts'
import type { Provider } from './provider.ts'
import { hasScope } from './scopes.ts'
import { faultOfSubject } from './subject.ts'
import { readAccessToken } from './tokens.ts'

/**
 * Who the person of an access token is now (OpenID Connect Core §5.3): whoever Entra has deactivated, or who lacks
 * what the client asks for, is refused at once. One storage request.
 */
export async function readUserinfo(provider: Provider, token: string): Promise<OAuthAnswer | OAuthRefusal> {
  const read = await readAccessToken(provider, token)
  if (read === undefined) return refuse('token-invalid')
  const { grant, connector } = read
  const client = provider.clients.get(grant.clientId)
  if (client === undefined) return refuse('client-unknown')
  if (!hasScope(grant.scope, 'openid'))
    return {
      ...refuse('scope-missing'),
      error: 'insufficient_scope',
      sentence: 'The token was not issued for the scope "openid".',
    }
  const tenant = await provider.findTenant(connector)
  const about = { client: client.id, connector, user: grant.user }
  if (tenant === undefined) return { ...refuse('connector-unavailable'), ...about }
  const user = await findUser(provider.store, tenant, grant.user)
  const fault = faultOfSubject(user, grant, client.type)
  if (user === undefined || fault !== undefined) return { ...refuse(fault ?? 'user-missing'), ...about }
  const body = { sub: user.id, ...membershipClaims(tenant, user), ...scopedClaims(user, grant.scope) }
  return { kind: 'answered', body, ...about }
}

function refuse(reason: string): OAuthRefusal {
  const sentence = 'The token is not good, or not any more.'
  return { kind: 'refused', error: 'invalid_token', sentence, reason }
}

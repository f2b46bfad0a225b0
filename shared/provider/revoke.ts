import type { OAuthAnswer, OAuthRefusal } from '../kernel/oauth.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { endFamily, findFamily } from '../storage/refresh-families.ts'
import { authenticateClient } from './authenticate-client.ts'
import { readGrant } from './grant.ts'
import type { Provider } from './provider.ts'
import { parseRefreshToken, type RefreshToken } from './refresh-token.ts'
import { invalidGrant, invalidRequest } from './refusals.ts'
import type { ClientRequest } from './token-request.ts'

/**
 * Ends the sign-in that a refresh token belongs to (RFC 7009); a token that is gone, or never was, is as good as ended.
 * Two storage requests.
 */
export async function revokeToken(
  provider: Provider,
  { authorization, form }: ClientRequest,
): Promise<OAuthAnswer | OAuthRefusal> {
  const client = authenticateClient(provider.clients, { authorization, form })
  if ('kind' in client) return client
  const text = form.get('token')
  if (!text) return invalidRequest('token is missing.', 'token-missing', { client })
  if (isJwt(text))
    return {
      kind: 'refused',
      error: 'unsupported_token_type',
      sentence: 'An access token ends by itself within five minutes. Send the refresh token.',
      reason: 'token-is-jwt',
      client: client.id,
    }
  const done: OAuthAnswer = { kind: 'answered', body: undefined, client: client.id }
  const token = parseRefreshToken(text)
  const tenant = token && (await provider.findTenant(token.connector))
  if (token === undefined || tenant === undefined) return done
  const owner = await ownerOf(provider, tenant, token)
  if (owner === undefined) return done
  if (owner !== client.id) return invalidGrant('client-mismatch', { client })
  // Old tokens of the family end it as well: who holds one has held the family.
  await endFamily(provider.store, tenant, { user: token.user, id: token.family })
  return { ...done, connector: tenant.connector, user: token.user }
}

async function ownerOf(
  { store }: Provider,
  tenant: Tenant,
  { user, family }: RefreshToken,
): Promise<string | undefined> {
  const stored = await findFamily(store, tenant, { user, id: family })
  return stored && readGrant(stored.grant).clientId
}

const isJwt = (text: string): boolean => /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(text)

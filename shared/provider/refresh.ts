import type { FormValues, OAuthAnswer, OAuthRefusal } from '../kernel/oauth.ts'
import { hashSecret, sameHash } from '../kernel/secrets.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { endFamily, findFamily, rotateFamily, type StoredFamily } from '../storage/refresh-families.ts'
import { findUser, type StoredUser } from '../storage/users.ts'
import { readGrant, type Grant } from './grant.ts'
import type { Provider } from './provider.ts'
import { nextToken, parseRefreshToken, type RefreshToken } from './refresh-token.ts'
import { invalidGrant, invalidRequest, refusePerson, type ClientCall } from './refusals.ts'
import { faultOfSubject } from './subject.ts'
import { issueTokens } from './tokens.ts'

/** A refresh token with what the store has of it. */
interface Presented {
  readonly tenant: Tenant
  readonly token: RefreshToken
  readonly family: StoredFamily
  readonly user: StoredUser | undefined
  readonly grant: Grant
}

/**
 * Trades a refresh token for new tokens, itself included (RFC 6749 §6). It is good once: who comes with an old one,
 * or at the same time as another, ends the sign-in for both (RFC 9700 §4.14.2). Three storage requests.
 */
export async function refreshTokens(
  provider: Provider,
  call: ClientCall,
  form: FormValues,
): Promise<OAuthAnswer | OAuthRefusal> {
  const text = form.get('refresh_token')
  if (!text) return invalidRequest('refresh_token is missing.', 'refresh-token-missing', call)
  const presented = await find(provider, text)
  if (presented === undefined) return invalidGrant('refresh-token-unknown', call)
  const { tenant, family, grant } = presented
  // Another client can end nothing with it: public clients tell who they are by a name that everybody knows.
  if (grant.clientId !== call.client.id)
    return refusePerson(provider, call, personOf(presented), 'client-mismatch')
  const scope = narrowedScope(grant.scope, form.get('scope'))
  if (scope === undefined) return tooWide(call)
  const fault = faultOf(provider, call, presented)
  if (fault !== undefined) {
    await endFamily(provider.store, tenant, family)
    return refusePerson(provider, call, personOf(presented), fault)
  }
  return rotate(provider, call, { ...presented, grant: { ...grant, scope } })
}

async function find(provider: Provider, text: string): Promise<Presented | undefined> {
  const token = parseRefreshToken(text)
  const tenant = token && (await provider.findTenant(token.connector))
  if (token === undefined || tenant === undefined) return undefined
  const [family, user] = await Promise.all([
    findFamily(provider.store, tenant, { user: token.user, id: token.family }),
    findUser(provider.store, tenant, token.user),
  ])
  return family && { tenant, token, family, user, grant: readGrant(family.grant) }
}

const personOf = ({ tenant, family }: Presented): { tenant: Tenant; user: StoredFamily['user'] } => ({
  tenant,
  user: family.user,
})

function faultOf(
  { now }: Provider,
  { client }: ClientCall,
  { token, family, user, grant }: Presented,
): string | undefined {
  if (family.expires <= now()) return 'refresh-token-expired'
  if (!sameHash(hashSecret(token.text), family.hash)) return 'refresh-token-reused'
  return faultOfSubject(user, grant, client.type)
}

async function rotate(
  provider: Provider,
  call: ClientCall,
  presented: Presented,
): Promise<OAuthAnswer | OAuthRefusal> {
  const { tenant, token, family, user, grant } = presented
  if (user === undefined) return invalidGrant('user-missing', call)
  // Had before the old token is spent: without a key, the client can come again with it.
  const key = await provider.keys.current()
  const refreshToken = nextToken(token)
  const hash = hashSecret(refreshToken)
  const changed = await rotateFamily(provider.store, tenant, family, hash)
  if (changed !== undefined && !(await isRotatedByUs(provider, presented, hash)))
    return refusePerson(provider, call, personOf(presented), 'refresh-token-reused')
  const body = await issueTokens(provider, key, { tenant, user, grant, nonce: undefined, refreshToken })
  return { kind: 'answered', body, client: call.client.id, connector: tenant.connector, user: user.id }
}

/** Whether the new token is there, put by this very request, whose answer from the store got lost. */
async function isRotatedByUs(
  { store }: Provider,
  { tenant, family }: Presented,
  hash: string,
): Promise<boolean> {
  const now = await findFamily(store, tenant, family)
  if (now !== undefined && sameHash(now.hash, hash)) return true
  await endFamily(store, tenant, family)
  return false
}

/** Less than was granted may be asked for, more may not (RFC 6749 §6). */
function narrowedScope(granted: string, asked: string | undefined): string | undefined {
  if (!asked) return granted
  const held = granted.split(' ')
  return asked.split(' ').every((name) => held.includes(name)) ? asked : undefined
}

function tooWide({ client }: ClientCall): OAuthRefusal {
  const sentence = 'The scope is wider than what the person signed in for.'
  return { kind: 'refused', error: 'invalid_scope', sentence, reason: 'scope-wider', client: client.id }
}

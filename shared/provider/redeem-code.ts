import { createHash } from 'node:crypto'
import type { FormValues, OAuthAnswer, OAuthRefusal } from '../kernel/oauth.ts'
import { sameHash } from '../kernel/secrets.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { parseResourceId } from '../kernel/ids.ts'
import { findCode, spendCode, type StoredCode } from '../storage/one-time-codes.ts'
import { endFamily, type NewFamily } from '../storage/refresh-families.ts'
import { findUser } from '../storage/users.ts'
import { connectorOfCode } from './codes.ts'
import { readCodeGrant, type CodeBinding, type Grant } from './grant.ts'
import type { Provider } from './provider.ts'
import { newFamily } from './refresh-token.ts'
import { invalidGrant, invalidRequest, refusePerson, type ClientCall } from './refusals.ts'
import { faultOfSubject } from './subject.ts'
import { issueTokens } from './tokens.ts'

/** RFC 7636 §4.1. */
const VERIFIER = /^[\w.~-]{43,128}$/

/**
 * Trades a code for tokens, once (RFC 6749 §4.1.3). Who comes with the code alone burns it; who comes a second time
 * with everything else too ends what it brought (§4.1.2). Three storage requests.
 */
export async function redeemCode(
  provider: Provider,
  call: ClientCall,
  form: FormValues,
): Promise<OAuthAnswer | OAuthRefusal> {
  const missing = ['code', 'redirect_uri', 'code_verifier'].find((name) => !form.get(name))
  if (missing !== undefined) return invalidRequest(`${missing} is missing.`, `${missing}-missing`, call)
  const code = form.get('code') ?? ''
  const connector = connectorOfCode(code)
  const tenant = connector && (await provider.findTenant(connector))
  if (tenant === undefined) return invalidGrant('code-unknown', call)
  const stored = await findCode(provider.store, tenant, code)
  if (stored === undefined) return invalidGrant('code-unknown', call)
  const grant = readCodeGrant(stored.grant)
  const fault = await faultOfCode(provider, { tenant, stored, mismatch: mismatchOf(grant, call, form) })
  if (fault !== undefined) return refusePerson(provider, call, { tenant, user: grant.user }, fault)
  return exchange(provider, call, { tenant, stored, grant })
}

interface PresentedCode {
  readonly tenant: Tenant
  readonly stored: StoredCode
  readonly mismatch: string | undefined
}

/** Why this code is not good, after what has to be done about it. */
async function faultOfCode(
  { store, now }: Provider,
  { tenant, stored, mismatch }: PresentedCode,
): Promise<string | undefined> {
  if (stored.spent !== undefined) {
    // Whoever lacks the verifier cannot have spent it, and must not be able to sign the person out either.
    if (mismatch !== undefined) return mismatch
    await endSpent(store, tenant, stored.spent)
    return 'code-reused'
  }
  if (stored.expires <= now()) return 'code-expired'
  if (mismatch !== undefined) await spendCode(store, tenant, stored, undefined)
  return mismatch
}

function mismatchOf(
  grant: Grant & CodeBinding,
  { client }: ClientCall,
  form: FormValues,
): string | undefined {
  if (grant.clientId !== client.id) return 'client-mismatch'
  if (grant.redirectUri !== form.get('redirect_uri')) return 'redirect-uri-mismatch'
  const verifier = form.get('code_verifier') ?? ''
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  return VERIFIER.test(verifier) && sameHash(challenge, grant.codeChallenge) ? undefined : 'verifier-wrong'
}

async function exchange(
  provider: Provider,
  call: ClientCall,
  { tenant, stored, grant }: { tenant: Tenant; stored: StoredCode; grant: Grant & CodeBinding },
): Promise<OAuthAnswer | OAuthRefusal> {
  const { store } = provider
  const { client } = call
  const person = { tenant, user: grant.user }
  const user = await findUser(store, tenant, grant.user)
  const fault = faultOfSubject(user, grant, client.type)
  if (user === undefined || fault !== undefined)
    return refusePerson(provider, call, person, fault ?? 'user-missing')
  // Had before the code is spent: without a key, the client can come again with the same code.
  const key = await provider.keys.current()
  const { token, family } = newFamily(tenant, grant)
  const changed = await spendCode(store, tenant, stored, family)
  if (changed !== undefined && !(await isSpentByUs(provider, tenant, { code: stored.code, family })))
    return refusePerson(provider, call, person, 'code-reused')
  const issue = { tenant, user, grant, nonce: grant.nonce, refreshToken: token }
  const body = await issueTokens(provider, key, issue)
  return { kind: 'answered', body, client: client.id, connector: tenant.connector, user: user.id }
}

/**
 * Whether the code was spent by this very request, whose answer from the store got lost. Else somebody was faster with
 * all that it takes: one of the two is a thief, and nobody knows which.
 */
async function isSpentByUs(
  { store }: Provider,
  tenant: Tenant,
  { code, family }: { code: string; family: NewFamily },
): Promise<boolean> {
  const spent = (await findCode(store, tenant, code))?.spent
  if (spent === `${family.user}.${family.id}`) return true
  await endSpent(store, tenant, spent ?? '')
  return false
}

/** `spent` names the family that the code brought; a code that was burned brought none. */
async function endSpent(store: Provider['store'], tenant: Tenant, spent: string): Promise<void> {
  const [first, id] = spent.split('.')
  const user = parseResourceId(first)
  if (user !== undefined && id) await endFamily(store, tenant, { user, id })
}

import { createHash } from 'node:crypto'
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import { parseConnectorId, parseResourceId, type ConnectorId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { randomToken } from '../kernel/secrets.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { StoredUser } from '../storage/users.ts'
import { accessClaims, membershipClaims, scopedClaims } from './claims.ts'
import type { Grant } from './grant.ts'
import type { Provider } from './provider.ts'
import { hasScope } from './scopes.ts'
import { ALGORITHM, type SigningKey } from './signing-keys.ts'

/** So short that nobody has to ask whether one was taken back; who must know asks userinfo. */
const ACCESS_SECONDS = 300
const ID_TOKEN_SECONDS = 300
/** RFC 9068 §2.1: keeps an ID token from being taken for an access token. */
const ACCESS_TYPE = 'at+jwt'
/** Longer than any that we make. */
const TOKEN_LENGTH = 16_000

export interface Issue {
  readonly tenant: Tenant
  readonly user: StoredUser
  readonly grant: Grant
  /** Only the ID token of the sign-in itself repeats it (OpenID Connect Core §12.2). */
  readonly nonce: string | undefined
  readonly refreshToken: string
}

/** The answer of RFC 6749 §5.1 and OpenID Connect Core §3.1.3.3. */
export async function issueTokens(provider: Provider, key: SigningKey, issue: Issue): Promise<JsonObject> {
  const { grant, refreshToken } = issue
  const accessToken = await signAccessToken(provider, key, issue)
  const hasIdToken = hasScope(grant.scope, 'openid')
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: ACCESS_SECONDS,
    scope: grant.scope,
    refresh_token: refreshToken,
    ...(hasIdToken ? { id_token: await signIdToken(provider, key, { ...issue, accessToken }) } : {}),
  }
}

function signAccessToken(
  provider: Provider,
  key: SigningKey,
  { tenant, user, grant }: Issue,
): Promise<string> {
  const claims = {
    client_id: grant.clientId,
    ...membershipClaims(tenant, user),
    ...accessClaims(user),
    scope: grant.scope,
    auth_time: grant.authTime,
    ...(grant.sid === undefined ? {} : { sid: grant.sid }),
    // `auth_time` has whole seconds, in one of which a person can sign out and in again.
    grant_at: grant.began,
    jti: randomToken(),
  }
  return sign(provider, key, { claims, typ: ACCESS_TYPE, grant, seconds: ACCESS_SECONDS })
}

function signIdToken(
  provider: Provider,
  key: SigningKey,
  { tenant, user, grant, nonce, accessToken }: Issue & { readonly accessToken: string },
): Promise<string> {
  const claims = {
    ...membershipClaims(tenant, user),
    ...scopedClaims(user, grant.scope),
    auth_time: grant.authTime,
    ...(nonce === undefined ? {} : { nonce }),
    ...(grant.sid === undefined ? {} : { sid: grant.sid }),
    at_hash: halfHash(accessToken),
  }
  return sign(provider, key, { claims, typ: 'JWT', grant, seconds: ID_TOKEN_SECONDS })
}

function sign(
  { issuer, now }: Provider,
  { kid, key }: SigningKey,
  token: { claims: JsonObject; typ: string; grant: Grant; seconds: number },
): Promise<string> {
  const { claims, typ, grant, seconds } = token
  const issued = Math.floor(now().getTime() / 1_000)
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: ALGORITHM, kid, typ })
    .setIssuer(issuer)
    .setSubject(grant.user)
    .setAudience(grant.clientId)
    .setIssuedAt(issued)
    .setExpirationTime(issued + seconds)
    .sign(key)
}

/** The left half of SHA-256, as RS256 wants it (OpenID Connect Core §3.1.3.6). */
function halfHash(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')
}

/** What an access token of ours stands for; `undefined` for anything else, or one that is over. */
export async function readAccessToken(
  { issuer, keys, now }: Provider,
  token: string,
): Promise<{ readonly grant: Grant; readonly connector: ConnectorId } | undefined> {
  if (token.length > TOKEN_LENGTH) return undefined
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => (kid === undefined ? undefined : await keys.findPublic(kid)) ?? unknownKey(),
      {
        issuer,
        typ: ACCESS_TYPE,
        algorithms: [ALGORITHM],
        requiredClaims: ['sub', 'aud', 'exp', 'iat', 'client_id', 'connector', 'scope', 'grant_at'],
        currentDate: now(),
      },
    )
    return readPayload(payload)
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

function readPayload(
  payload: JWTPayload,
): { readonly grant: Grant; readonly connector: ConnectorId } | undefined {
  const { sub, aud, client_id: clientId, scope, sid, auth_time: authTime, grant_at: began } = payload
  const user = parseResourceId(sub)
  const connector = parseConnectorId(String(payload['connector']))
  if (user === undefined || connector === undefined || aud !== clientId) return undefined
  const grant = {
    clientId: String(clientId),
    user,
    scope: String(scope),
    sid: typeof sid === 'string' ? sid : undefined,
    authTime: Number(authTime),
    began: Number(began),
  }
  return { grant, connector }
}

function unknownKey(): never {
  throw new errors.JWKSNoMatchingKey()
}

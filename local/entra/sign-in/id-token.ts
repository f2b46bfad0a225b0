import { createHash, randomUUID } from 'node:crypto'
import type { JsonObject } from '../json.ts'
import { seededUuid } from '../random.ts'
import type { Application } from './applications.ts'
import type { Core } from './core.ts'
import { forgeIdToken } from './id-token-faults.ts'
import { toLoginHint, type Person } from './people.ts'

/** Entra dates its tokens back, for clocks that are slow; a token lives an hour from now. */
const BACKDATED_SECONDS = 5 * 60
const LIFETIME_SECONDS = 60 * 60

/** What was asked for and granted. */
export interface Grant {
  readonly application: Application
  readonly person: Person
  readonly scopes: ReadonlySet<string>
  readonly nonce: string | undefined
  /** Of the browser session; one person has another one in each browser. */
  readonly sessionUid: string
  readonly authTime: number | undefined
}

/** The ID token (v2.0) of a grant, broken where a fault is set. */
export async function issueIdToken(core: Core, grant: Grant): Promise<string> {
  const key = await (core.faults.keys === 'rsa1024' ? core.keys.weak() : core.keys.signing())
  const now = Math.floor(Date.now() / 1000)
  const token = { header: { typ: 'JWT', kid: key.kid }, payload: toClaims(core, grant, now) }
  const clientSecret = grant.application.secrets[0]?.value ?? ''
  return forgeIdToken({ token, key, clientSecret, now }, core.faults.idToken)
}

/** The `sid` of a browser session, the same in its ID tokens and in front-channel logout. */
export function toSid(sessionUid: string): string {
  return seededUuid(0, 'sid', sessionUid)
}

function toClaims(core: Core, grant: Grant, now: number): JsonObject {
  const { application, person, nonce, scopes } = grant
  const claims = {
    aud: application.clientId,
    iss: core.issuer,
    iat: now - BACKDATED_SECONDS,
    nbf: now - BACKDATED_SECONDS,
    exp: now + LIFETIME_SECONDS,
    nonce,
    sub: pairwiseSubject(person, application),
    tid: core.tenantId,
    uti: randomUUID(),
    ver: '2.0',
    // Only of guests: who vouches for them.
    idp: person.homeTenantId === undefined ? undefined : `https://sts.windows.net/${person.homeTenantId}/`,
    ...(scopes.has('profile') ? profileClaims(person) : {}),
    ...(scopes.has('email') && person.mail !== null ? { email: person.mail } : {}),
    ...optionalClaims(grant),
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

function profileClaims({ objectId, displayName, preferredUsername }: Person): JsonObject {
  return { oid: objectId, name: displayName, preferred_username: preferredUsername }
}

/** Those that the app registration asks for; `email` then comes without its scope. */
function optionalClaims({ application, person, sessionUid, authTime }: Grant): JsonObject {
  const available: JsonObject = {
    sid: toSid(sessionUid),
    login_hint: toLoginHint(person),
    acct: person.homeTenantId === undefined ? 0 : 1,
    upn: person.userPrincipalName,
    email: person.mail ?? undefined,
    auth_time: authTime,
  }
  return Object.fromEntries(application.optionalClaims.map((name) => [name, available[name]]))
}

/** Another one at each application, and never the object id. */
function pairwiseSubject(person: Person, application: Application): string {
  return createHash('sha256').update(`${person.objectId}|${application.clientId}`).digest('base64url')
}

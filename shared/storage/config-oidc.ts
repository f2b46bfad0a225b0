import { fail } from '../kernel/failure.ts'
import { isRecord, type JsonObject, textOf } from '../kernel/json.ts'
import type { Value, Values } from './table.ts'

/** The Entra tenant whose people sign in, pinned by its GUID. Its issuer is `{origin}/{tenantId}/v2.0`. */
export interface Authority {
  /** Such as `https://login.microsoftonline.com`; national clouds have their own. */
  readonly origin: string
  /** Lower case. */
  readonly tenantId: string
}

/** What an administrator entered to connect sign-in. */
export interface OidcSettings {
  readonly authority: Authority
  readonly clientId: string
  /** Sealed for `connector:{id}:clientSecret`; the app's redirect URI does without. */
  readonly clientSecret: string | undefined
  /** ISO. */
  readonly clientSecretExpiresAt: string | undefined
  /** Whether a first sign-in may find its user by name where the object id is not provisioned. */
  readonly linkByUserName: boolean
}

/** Which redirect URI of the connector is used. */
export type SignInPlatform = 'web' | 'app'

/** How the last test of a draft, or of the active settings, went. */
export interface SignInTest {
  readonly platform: SignInPlatform
  readonly at: string
  /** The last step that was reached. */
  readonly step: string
  /** The reason code of the failure; absent: it succeeded. */
  readonly reason?: string
}

export interface OidcState {
  /** What people sign in with. */
  readonly active: OidcSettings | undefined
  /** What waits for a test to succeed. */
  readonly draft: OidcSettings | undefined
  readonly lastTest: SignInTest | undefined
}

export const NO_OIDC: OidcState = { active: undefined, draft: undefined, lastTest: undefined }

/** The columns of `c.{n}` that hold sign-in. */
export function oidcValues({ active, draft, lastTest }: OidcState): Values {
  return {
    ...(active === undefined ? {} : { oa: JSON.stringify(active) }),
    ...(draft === undefined ? {} : { od: JSON.stringify(draft) }),
    ...(lastTest === undefined ? {} : { ot: JSON.stringify(lastTest) }),
  }
}

export function toOidcState(values: Values): OidcState {
  return {
    active: read(values['oa'], toSettings),
    draft: read(values['od'], toSettings),
    lastTest: read(values['ot'], toTest),
  }
}

function read<T>(value: Value | undefined, convert: (parsed: JsonObject) => T): T | undefined {
  if (typeof value !== 'string') return undefined
  const parsed: unknown = JSON.parse(value)
  // A row that is not as we write it is a store that cannot be trusted now.
  return isRecord(parsed) ? convert(parsed) : fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
}

function toSettings(parsed: JsonObject): OidcSettings {
  const authority = isRecord(parsed['authority']) ? parsed['authority'] : {}
  return {
    authority: { origin: String(authority['origin']), tenantId: String(authority['tenantId']) },
    clientId: String(parsed['clientId']),
    clientSecret: textOf(parsed['clientSecret']),
    clientSecretExpiresAt: textOf(parsed['clientSecretExpiresAt']),
    linkByUserName: parsed['linkByUserName'] === true,
  }
}

function toTest(parsed: JsonObject): SignInTest {
  const reason = textOf(parsed['reason'])
  return {
    platform: parsed['platform'] === 'app' ? 'app' : 'web',
    at: String(parsed['at']),
    step: String(parsed['step']),
    ...(reason === undefined ? {} : { reason }),
  }
}

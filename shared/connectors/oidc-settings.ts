import { badRequest } from '../kernel/failure.ts'
import { isGuid, type ConnectorId } from '../kernel/ids.ts'
import type { Authority, OidcSettings, OidcState } from '../storage/config-oidc.ts'
import type { Sealer } from '../storage/sealer.ts'
import { parseAuthority } from './authority.ts'

/** What an administrator may change of sign-in: what is absent stays, `null` clears. */
export interface OidcPatch {
  readonly authority?: string | undefined
  readonly clientId?: string | undefined
  readonly clientSecret?: string | null | undefined
  readonly clientSecretExpiresAt?: string | null | undefined
  readonly linkByUserName?: boolean | undefined
}

/** What this folder needs for it. */
export interface OidcPorts {
  readonly sealer: Sealer
  /** Origins of tenants that are taken beside Microsoft's: development only. */
  readonly extraIssuers: readonly string[]
  /** The tenant that has a domain; `undefined` where none has. Fails where Microsoft does not answer. */
  readonly resolveTenant: (origin: string, domain: string) => Promise<Authority | undefined>
}

/** A patch whose values are read: what the change of the row works with. */
export interface OidcChange {
  readonly authority: Authority | undefined
  readonly clientId: string | undefined
  /** Sealed; `null` clears it. */
  readonly clientSecret: string | null | undefined
  readonly clientSecretExpiresAt: string | null | undefined
  readonly linkByUserName: boolean | undefined
}

const SECRET_LENGTH = 500

/** Reads, looks up and seals the values of a patch. 400 with what to do for each that cannot be right. */
export async function readOidcPatch(
  connector: ConnectorId,
  patch: OidcPatch,
  ports: OidcPorts,
  now: Date,
): Promise<OidcChange> {
  const { clientSecret: secret, clientSecretExpiresAt: expires } = patch
  return {
    authority: patch.authority === undefined ? undefined : await readAuthority(patch.authority, ports),
    clientId: patch.clientId === undefined ? undefined : readClientId(patch.clientId),
    clientSecret:
      typeof secret === 'string'
        ? await ports.sealer.seal(purposeOf(connector), readClientSecret(secret))
        : secret,
    clientSecretExpiresAt: typeof expires === 'string' ? readExpiry(expires, now) : expires,
    linkByUserName: patch.linkByUserName,
  }
}

/** The names of what a patch changes, for the activity: never a value. */
export function changedNames(patch: OidcPatch): readonly string[] {
  return Object.entries(patch).flatMap(([name, value]) => (value === undefined ? [] : [`oidc.${name}`]))
}

/**
 * The settings after a change. What decides whether people can sign in becomes a draft, and is active once a test has
 * succeeded; what only describes or narrows holds at once. Of another client id, the old secret is worth nothing.
 */
export function changeOidc(before: OidcState, change: OidcChange): OidcState {
  const settings = settingsAfter(before.draft ?? before.active, change)
  return before.active !== undefined && isSameClient(settings, before.active)
    ? { ...before, active: settings, draft: undefined }
    : { ...before, active: withLinking(before.active, change), draft: settings }
}

function settingsAfter(base: OidcSettings | undefined, change: OidcChange): OidcSettings {
  const authority = change.authority ?? base?.authority
  const clientId = change.clientId ?? base?.clientId
  if (authority === undefined || clientId === undefined)
    return badRequest('invalidValue', 'Enter the authority and the client id together for the first time.')
  const linkByUserName = change.linkByUserName ?? base?.linkByUserName ?? true
  const sameClient = clientId === base?.clientId ? base : undefined
  return { authority, clientId, ...secretAfter(sameClient, change), linkByUserName }
}

/** Whether a test of the one says everything about the other. */
function isSameClient(left: OidcSettings, right: OidcSettings): boolean {
  return (
    left.authority.origin === right.authority.origin &&
    left.authority.tenantId === right.authority.tenantId &&
    left.clientId === right.clientId &&
    left.clientSecret === right.clientSecret
  )
}

/** Whom a first sign-in may link needs no test: switched off, it must hold at once. */
function withLinking(
  active: OidcSettings | undefined,
  { linkByUserName }: OidcChange,
): OidcSettings | undefined {
  return active && linkByUserName !== undefined ? { ...active, linkByUserName } : active
}

function secretAfter(
  base: OidcSettings | undefined,
  change: OidcChange,
): Pick<OidcSettings, 'clientSecret' | 'clientSecretExpiresAt'> {
  return {
    clientSecret: valueAfter(change.clientSecret, base?.clientSecret),
    clientSecretExpiresAt: valueAfter(change.clientSecretExpiresAt, base?.clientSecretExpiresAt),
  }
}

function valueAfter(changed: string | null | undefined, before: string | undefined): string | undefined {
  return changed === undefined ? before : (changed ?? undefined)
}

/** The secret in plain text for a request to Entra; `undefined` where there is none or it cannot be read any more. */
export async function openClientSecret(
  sealer: Sealer,
  connector: ConnectorId,
  { clientSecret }: OidcSettings,
): Promise<string | undefined> {
  return clientSecret === undefined ? undefined : sealer.open(purposeOf(connector), clientSecret)
}

const purposeOf = (connector: ConnectorId): string => `connector:${connector}:clientSecret`

async function readAuthority(text: string, ports: OidcPorts): Promise<Authority> {
  const { origin, tenant, isGuid: isTenantId } = parseAuthority(text, ports.extraIssuers)
  if (isTenantId) return { origin, tenantId: tenant }
  // A domain can move to another tenant one day: from now on the tenant itself counts.
  const found = await ports.resolveTenant(origin, tenant)
  return found ?? badRequest('invalidValue', `No Entra tenant has the domain "${tenant.slice(0, 100)}".`)
}

function readClientId(text: string): string {
  const id = text.trim().toLowerCase()
  return isGuid(id)
    ? id
    : badRequest(
        'invalidValue',
        'The client id is not well-formed. Copy "Application (client) ID" from the overview of your app registration.',
      )
}

function readClientSecret(text: string): string {
  const secret = text.trim()
  if (isGuid(secret.toLowerCase()))
    badRequest(
      'invalidValue',
      'This is the id of the client secret. Copy its value, which Azure shows only right after it was made.',
    )
  if (secret === '' || secret.length > SECRET_LENGTH || !/^[\x20-\x7e]+$/.test(secret))
    badRequest('invalidValue', `The client secret must have 1 to ${SECRET_LENGTH} characters of ASCII.`)
  return secret
}

function readExpiry(text: string, now: Date): string {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    badRequest('invalidValue', 'clientSecretExpiresAt must be a date such as 2027-05-31.')
  if (time < now.getTime())
    badRequest(
      'invalidValue',
      'The client secret has expired by this date. Make a new one in Azure and enter that.',
    )
  return new Date(time).toISOString()
}

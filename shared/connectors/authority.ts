import { isGuid } from '../kernel/ids.ts'
import { badRequest } from '../kernel/failure.ts'
import type { Authority } from '../storage/config-oidc.ts'

/** What an administrator pasted: a tenant by its GUID, or by a domain that has yet to be looked up. */
export interface AuthorityInput {
  readonly origin: string
  /** Lower case. */
  readonly tenant: string
  readonly isGuid: boolean
}

/** Hosts of Entra's sign-in service → the one of their cloud. Nothing else is ever asked for metadata or keys. */
const HOSTS: Readonly<Record<string, string>> = {
  'login.microsoftonline.com': 'login.microsoftonline.com',
  'login.windows.net': 'login.microsoftonline.com',
  'login.microsoft.com': 'login.microsoftonline.com',
  'sts.windows.net': 'login.microsoftonline.com',
  'login.microsoftonline.us': 'login.microsoftonline.us',
  'login.usgovcloudapi.net': 'login.microsoftonline.us',
  'login.partner.microsoftonline.cn': 'login.partner.microsoftonline.cn',
  'login.chinacloudapi.cn': 'login.partner.microsoftonline.cn',
}

const DOMAIN =
  /^(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/
/** Personal Microsoft accounts. */
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const INPUT_LENGTH = 1_000
const EXAMPLE = 'https://login.microsoftonline.com/ followed by your tenant id'

/**
 * Reads an authority in every form in which one is pasted: the tenant's id or domain alone, the URL with or without
 * `/v2.0`, the metadata document, or one of the endpoints that the Azure portal lists. 400 with what to do otherwise.
 * `extraIssuers` are origins of a tenant on this machine.
 */
export function parseAuthority(text: string, extraIssuers: readonly string[]): AuthorityInput {
  const trimmed = text.replace(/^[\s"'<(]+|[\s"'>),;]+$/g, '')
  if (trimmed === '' || trimmed.length > INPUT_LENGTH) refuse(`The authority is missing. Enter ${EXAMPLE}.`)
  if (/[{}]/.test(trimmed))
    refuse('The authority still has a placeholder in braces. Put your tenant id in its place.')
  const lower = trimmed.toLowerCase()
  if (isGuid(lower) || (DOMAIN.test(lower) && !(lower in HOSTS)))
    return toInput('https://login.microsoftonline.com', lower)
  const url = toUrl(trimmed)
  const [tenant = ''] = url.pathname.split('/').filter(Boolean)
  return toInput(originOf(url, extraIssuers), decode(tenant).toLowerCase())
}

function toUrl(text: string): URL {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  if (!URL.canParse(withScheme)) return refuse(`This is no URL. Enter ${EXAMPLE}.`)
  const url = new URL(withScheme)
  if (url.username !== '' || url.password !== '') refuse('The authority must not contain a user or password.')
  return url
}

function originOf(url: URL, extraIssuers: readonly string[]): string {
  if (extraIssuers.includes(url.origin)) return url.origin
  if (url.protocol !== 'https:') refuse('The authority must begin with https://.')
  if (url.port !== '') refuse('The authority must not have a port.')
  const host = Object.hasOwn(HOSTS, url.hostname) ? HOSTS[url.hostname] : undefined
  if (host === undefined)
    refuse(`"${url.hostname.slice(0, 100)}" is not a sign-in address of Microsoft Entra. Enter ${EXAMPLE}.`)
  return `https://${host}`
}

function toInput(origin: string, tenant: string): AuthorityInput {
  if (tenant === '') refuse(`The tenant id is missing. Enter ${EXAMPLE}.`)
  if (tenant === 'common' || tenant === 'organizations')
    refuse(`"${tenant}" would let people of any tenant sign in. Put your own tenant id in its place.`)
  if (tenant === 'consumers' || tenant === CONSUMERS)
    refuse('This is the tenant of personal Microsoft accounts. Enter the tenant id of your organization.')
  if (isGuid(tenant)) return { origin, tenant, isGuid: true }
  if (!DOMAIN.test(tenant))
    refuse(
      'The tenant id is not well-formed. Copy "Directory (tenant) ID" from the overview of your app registration.',
    )
  return { origin, tenant, isGuid: false }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The tenant of an issuer that a metadata document names, once its domain has been looked up; `undefined` for any other issuer. */
export function authorityOfIssuer(origin: string, issuer: unknown): Authority | undefined {
  if (typeof issuer !== 'string' || !issuer.startsWith(`${origin}/`) || !issuer.endsWith('/v2.0'))
    return undefined
  const tenantId = issuer.slice(origin.length + 1, -'/v2.0'.length).toLowerCase()
  return isGuid(tenantId) && tenantId !== CONSUMERS ? { origin, tenantId } : undefined
}

/** The `iss` of the tenant's ID tokens. */
export function issuerOf({ origin, tenantId }: Authority): string {
  return `${origin}/${tenantId}/v2.0`
}

function refuse(detail: string): never {
  return badRequest('invalidValue', detail)
}

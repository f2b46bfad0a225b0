import { badRequest } from '../kernel/failure.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'

type Kind = 'text' | 'text or null' | 'texts' | 'list' | 'boolean' | 'object'

/** What each member is called when it is wrong. */
const SENTENCES: Readonly<Record<Kind, string>> = {
  text: 'must be a string',
  'text or null': 'must be a string, or null for none',
  texts: 'must be an array of strings',
  list: 'must be an array',
  boolean: 'must be true or false',
  object: 'must be an object',
}

export interface OrganizationBody {
  readonly name: string
  readonly plan: string
  readonly shortName: string | undefined
  readonly domains: readonly string[] | undefined
}

/** POST organizations. 400 names what is missing, unknown or of the wrong type. */
export function parseOrganizationBody(body: unknown): OrganizationBody {
  const members = membersOf(body, { name: 'text', plan: 'text', shortName: 'text', domains: 'texts' })
  return {
    name: required('name', text(members, 'name')),
    plan: required('plan', text(members, 'plan')),
    shortName: text(members, 'shortName'),
    domains: texts(members, 'domains'),
  }
}

export interface OrganizationPatchBody {
  readonly name: string | undefined
  readonly plan: string | undefined
  readonly shortName: string | null | undefined
  readonly domains: readonly string[] | undefined
}

/** PATCH of an organization: what is absent stays. */
export function parseOrganizationPatch(body: unknown): OrganizationPatchBody {
  const kinds = { name: 'text', plan: 'text', shortName: 'text or null', domains: 'texts' } as const
  const members = membersOf(body, kinds)
  return {
    name: text(members, 'name'),
    plan: text(members, 'plan'),
    shortName: members['shortName'] === null ? null : text(members, 'shortName'),
    domains: texts(members, 'domains'),
  }
}

/** POST connectors: the type. */
export function parseConnectorBody(body: unknown): string {
  return required('type', text(membersOf(body, { type: 'text' }), 'type'))
}

export interface ConnectorPatchBody {
  readonly state: string | undefined
  readonly requiredAttributes: readonly string[] | undefined
  readonly uniqueEmail: boolean | undefined
  readonly customAttributes: readonly unknown[] | undefined
  readonly oidc: OidcPatchBody | undefined
}

interface OidcPatchBody {
  readonly authority: string | undefined
  readonly clientId: string | undefined
  readonly clientSecret: string | null | undefined
  readonly clientSecretExpiresAt: string | null | undefined
  readonly linkByUserName: boolean | undefined
}

/** PATCH of a connector: what is absent stays. */
export function parseConnectorPatch(body: unknown): ConnectorPatchBody {
  const kinds = {
    state: 'text',
    requiredAttributes: 'texts',
    uniqueEmail: 'boolean',
    customAttributes: 'list',
    oidc: 'object',
  } as const
  const members = membersOf(body, kinds)
  const { uniqueEmail: unique, customAttributes: custom, oidc } = members
  return {
    state: text(members, 'state'),
    requiredAttributes: texts(members, 'requiredAttributes'),
    uniqueEmail: typeof unique === 'boolean' ? unique : undefined,
    customAttributes: Array.isArray(custom) ? custom : undefined,
    oidc: oidc === undefined ? undefined : parseOidcPatch(oidc),
  }
}

function parseOidcPatch(body: unknown): OidcPatchBody {
  const members = membersOf(body, {
    authority: 'text',
    clientId: 'text',
    clientSecret: 'text or null',
    clientSecretExpiresAt: 'text or null',
    linkByUserName: 'boolean',
  })
  const { linkByUserName } = members
  return {
    authority: text(members, 'authority'),
    clientId: text(members, 'clientId'),
    clientSecret: members['clientSecret'] === null ? null : text(members, 'clientSecret'),
    clientSecretExpiresAt:
      members['clientSecretExpiresAt'] === null ? null : text(members, 'clientSecretExpiresAt'),
    linkByUserName: typeof linkByUserName === 'boolean' ? linkByUserName : undefined,
  }
}

/** POST test-sign-in: by which redirect URI. */
export function parseTestSignIn(body: unknown): 'web' | 'app' {
  const platform = required('platform', text(membersOf(body, { platform: 'text' }), 'platform'))
  if (platform === 'web' || platform === 'app') return platform
  return badRequest('invalidValue', 'platform must be "web" or "app".')
}

/** POST verification: where to go on, and whether to mend. */
export function parseVerification(body: unknown): { from: string | undefined; repair: boolean } {
  const members = membersOf(body ?? {}, { from: 'text', repair: 'boolean' })
  const from = text(members, 'from')
  if (from !== undefined && !/^[a-z][0-9a-z.-]{0,200}$/.test(from))
    badRequest('invalidValue', 'from must be the "next" of an earlier answer.')
  return { from, repair: members['repair'] === true }
}

/** A body that has nothing to say: none, or an empty object. */
export function parseEmptyBody(body: unknown): void {
  if (body !== undefined) membersOf(body, {})
}

function membersOf(body: unknown, kinds: Readonly<Record<string, Kind>>): JsonObject {
  if (!isRecord(body)) return badRequest('invalidSyntax', 'Send a JSON object.')
  const unknown = Object.keys(body).filter((name) => !Object.hasOwn(kinds, name))
  if (unknown.length > 0) badRequest('invalidValue', unknownSentence(unknown, Object.keys(kinds)))
  for (const [name, kind] of Object.entries(kinds))
    if (Object.hasOwn(body, name) && !is(kind, body[name]))
      badRequest('invalidValue', `${name} ${SENTENCES[kind]}.`)
  return body
}

function unknownSentence(unknown: readonly string[], known: readonly string[]): string {
  const names = unknown.slice(0, 10).map((name) => `"${name.slice(0, 50)}"`)
  const taken = known.length === 0 ? 'none is taken' : `taken are ${known.join(', ')}`
  return `Unknown: ${names.join(', ')}; ${taken}.`
}

function is(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string'
    case 'text or null':
      return typeof value === 'string' || value === null
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'list':
      return Array.isArray(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'object':
      return isRecord(value)
  }
}

function text(members: JsonObject, name: string): string | undefined {
  const value = members[name]
  return typeof value === 'string' ? value : undefined
}

function texts(members: JsonObject, name: string): readonly string[] | undefined {
  const value = members[name]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined
}

function required(name: string, value: string | undefined): string {
  return value ?? badRequest('invalidValue', `${name} is missing.`)
}

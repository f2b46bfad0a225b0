import { isDeepStrictEqual } from 'node:util'
import { badRequest } from '../kernel/failure.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'
import { loginEmail } from '../kernel/person.ts'
import type { ResourceId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import type { StoredUser, UserIndex, UserState } from '../storage/users.ts'
import type { ProvisioningRules, ScimContext } from './context.ts'
import { toEtag } from './precondition.ts'
import { checkIndexed, effectiveRole, textAt } from './resource.ts'
import { CORE_USER, ENTERPRISE_USER } from './schema/attribute.ts'
import { userSchema } from './schema/user-schema.ts'

/** How an administrator mends a missing attribute: the sentence stands in Entra's provisioning log. */
const MISSING: Readonly<Record<string, string>> = {
  'name.givenName':
    'The first name (name.givenName) is missing. Map givenName to name.givenName and give the person a first name.',
  'name.familyName':
    'The last name (name.familyName) is missing. Map surname to name.familyName and give the person a last name.',
  emails:
    'The e-mail address is missing. Map Coalesce([mail], [userPrincipalName]) to emails[type eq "work"].value and give the person an address.',
}

/** What is indexed and what is unique of a user; 400 where a value is too long for that. */
export function indexOf(attributes: JsonObject, rules: ProvisioningRules): UserIndex {
  const userName =
    textAt(attributes, 'userName') ??
    badRequest('invalidValue', 'userName is missing. Map userPrincipalName to userName.')
  const email = loginEmail(attributes)
  const displayName = textAt(attributes, 'displayName')
  const familyName = textAt(attributes, 'name', 'familyName')
  const emails = emailsOf(attributes).map((item) => String(item['value']))
  const externalId = textAt(attributes, 'externalId')
  for (const [name, value] of Object.entries({ userName, displayName, familyName, externalId }))
    checkIndexed(name, value)
  for (const address of emails) checkIndexed('emails', address)
  const searched = [userName, ...emails, displayName, familyName].filter((text) => text !== undefined)
  return {
    userName,
    externalId,
    emails: [...new Set(emails.map(fold))],
    uniqueEmail: rules.uniqueEmail ? email : undefined,
    search: [...new Set(searched.map(fold))],
    active: attributes['active'] !== false,
    role: effectiveRole(attributes),
  }
}

/** 400 with a sentence for the administrator where a new user lacks what the connector requires. */
export function requireAttributes(rules: ProvisioningRules, attributes: JsonObject): void {
  refuseMissing(rules.requiredAttributes.find((path) => !has(attributes, path)))
}

/**
 * 400 where a change clears what the connector requires. What a user lacked before is not asked for: a deactivation
 * must never fail because of a name that was missing all along.
 */
export function forbidClearing(rules: ProvisioningRules, before: JsonObject, after: JsonObject): void {
  refuseMissing(rules.requiredAttributes.find((path) => has(before, path) && !has(after, path)))
}

/** The user as SCIM shows it; `groups` only where they were read. */
export function toUserResource(
  context: ScimContext,
  user: UserState & { readonly id: ResourceId },
  groups?: readonly ResourceId[],
): JsonObject {
  const location = `${context.baseUrl}/Users/${user.id}`
  const { attributes, extensions } = shown(context, user.attributes)
  return {
    schemas: [CORE_USER, ...extensions],
    id: user.id,
    ...attributes,
    ...(groups?.length ? { groups: groups.map((group) => toGroupReference(context, group)) } : {}),
    meta: {
      resourceType: 'User',
      created: user.created,
      lastModified: user.modified,
      location,
      version: toEtag(user.version),
    },
  }
}

/** What the connector's schemas have of a stored user: values of custom attributes that were taken out stay hidden. */
function shown(
  { rules }: ScimContext,
  stored: JsonObject,
): { attributes: JsonObject; extensions: readonly string[] } {
  const urns = Object.keys(stored).filter((name) => name.startsWith('urn:'))
  if (urns.every((urn) => urn === ENTERPRISE_USER)) return { attributes: stored, extensions: urns }
  const { extensions } = userSchema(rules.customAttributes)
  const attributes: Record<string, unknown> = { ...stored }
  for (const urn of urns) {
    const known = extensions.get(urn.toLowerCase())?.attributes
    const held = stored[urn]
    const kept = isRecord(held) ? Object.entries(held).filter(([name]) => known?.has(name.toLowerCase())) : []
    if (kept.length > 0) attributes[urn] = Object.fromEntries(kept)
    else delete attributes[urn]
  }
  return { attributes, extensions: urns.filter((urn) => attributes[urn] !== undefined) }
}

/** Names of top-level and extension attributes that differ, for the activity row. */
export function changedAttributes(before: JsonObject, after: JsonObject): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names
    .filter((name) => !isSame(before[name], after[name]))
    .flatMap((name) => {
      const [old, now] = [before[name], after[name]]
      if (!name.startsWith('urn:')) return [name]
      return changedAttributes(isRecord(old) ? old : {}, isRecord(now) ? now : {})
    })
}

export function isUnchanged(before: StoredUser, after: JsonObject): boolean {
  return isSame(before.attributes, after)
}

/** The order of members says nothing: clients send the same object in any. */
function isSame(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(left, right)
}

function toGroupReference(context: ScimContext, group: ResourceId): JsonObject {
  return { value: group, $ref: `${context.baseUrl}/Groups/${group}`, type: 'direct' }
}

function emailsOf(attributes: JsonObject): readonly JsonObject[] {
  const emails = attributes['emails']
  return Array.isArray(emails)
    ? emails.filter(isRecord).filter((email) => typeof email['value'] === 'string')
    : []
}

function has(attributes: JsonObject, path: string): boolean {
  return path === 'emails'
    ? loginEmail(attributes) !== undefined
    : textAt(attributes, ...path.split('.')) !== undefined
}

function refuseMissing(path: string | undefined): void {
  if (path !== undefined)
    badRequest('invalidValue', MISSING[path] ?? `${path} is missing. Map it and give it a value.`)
}

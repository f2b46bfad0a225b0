import { readMatch, readResource } from './answers.ts'
import type { Reading, ResourceKind, TargetResource } from './answers.ts'
import type { CycleContext, MatchingAttribute } from './cycle-context.ts'
import type { DirectoryGroup } from './directory.ts'
import type { AttributeMapping, SourceUser } from './mapping.ts'
import type { ScimCall } from './scim-client.ts'

/** Looks for a user in the target by each matching attribute in turn; the first that finds one decides. */
export async function findUser(
  { client, settings }: CycleContext,
  source: SourceUser,
): Promise<Reading<TargetResource | undefined>> {
  let match: Reading<TargetResource | undefined> = { ok: true, value: undefined }
  for (const attribute of settings.matching) {
    const value = mappedText(settings.userMappings, attribute, source)
    if (value === null) continue
    const query = { filter: equals(attribute, value) }
    match = readMatch(await client.send({ kind: 'find user', method: 'GET', path: '/Users', query }), 'User')
    if (!match.ok || match.value !== undefined) return match
  }
  return match
}

/** Looks for a group in the target by its display name, without the members. */
export async function findGroup(
  { client }: CycleContext,
  group: DirectoryGroup,
): Promise<Reading<TargetResource | undefined>> {
  const query = { excludedAttributes: 'members', filter: equals('displayName', group.displayName) }
  return readMatch(await client.send({ kind: 'find group', method: 'GET', path: '/Groups', query }), 'Group')
}

/** Reads the resource behind a cached id. A 404 is `InvalidAnchor`. */
export async function getLinked(
  { client }: CycleContext,
  kind: ResourceKind,
  targetId: string,
): Promise<Reading<TargetResource>> {
  const call: ScimCall =
    kind === 'User'
      ? { kind: 'get user', method: 'GET', path: resourcePath(kind, targetId) }
      : {
          kind: 'get group',
          method: 'GET',
          path: resourcePath(kind, targetId),
          query: { excludedAttributes: 'members' },
        }
  return readResource(await client.send(call), kind)
}

/** Path of a resource below the tenant URL. */
export function resourcePath(kind: ResourceKind, targetId: string): string {
  return `/${kind}s/${encodeURIComponent(targetId)}`
}

/** A filter for one exact value. Quotes and backslashes are escaped as in JSON (RFC 7644 §3.4.2.2). */
export function equals(attribute: string, value: string): string {
  return `${attribute} eq ${JSON.stringify(value)}`
}

function mappedText(
  mappings: readonly AttributeMapping<SourceUser>[],
  attribute: MatchingAttribute,
  source: SourceUser,
): string | null {
  const value = mappings.find((mapping) => mapping.target.text === attribute)?.read(source) ?? null
  return typeof value === 'string' && value !== '' ? value : null
}

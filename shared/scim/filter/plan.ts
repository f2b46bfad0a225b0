import { parseResourceId, type ResourceId } from '../../kernel/ids.ts'
import { findGroupIdByExternalId, findGroupIdsByName } from '../../storage/groups.ts'
import { listMembers, listMemberships } from '../../storage/memberships.ts'
import {
  findUserIdByName,
  findUserIdsByEmail,
  findUserIdsByExternalId,
  findUserIdsByPrefix,
} from '../../storage/user-lookups.ts'
import type { ScimContext } from '../context.ts'
import type { ResourceSchema } from '../schema/attribute.ts'
import { resolvePath, type Target } from '../schema/resolve.ts'
import { LIMITS } from '../../kernel/limits.ts'
import type { Filter, Literal } from './ast.ts'

/** Ids of the resources that may pass; each is read and checked against the whole filter afterwards. */
export type Lookup = (context: ScimContext) => Promise<readonly ResourceId[]>

/**
 * The index that serves a filter, or `undefined` where every resource would have to be read. Of an `and` one indexed
 * part is enough; an `or` needs one in each part.
 */
export function planLookup(schema: ResourceSchema, filter: Filter): Lookup | undefined {
  if (filter.kind === 'and') {
    // An equality finds fewer than a beginning does, or the members of a group.
    const terms = filter.terms.toSorted((a, b) => Number(findsMany(a)) - Number(findsMany(b)))
    return terms.map((term) => planLookup(schema, term)).find((lookup) => lookup !== undefined)
  }
  if (filter.kind === 'or') return unionOf(filter.terms.map((term) => planLookup(schema, term)))
  if (filter.kind === 'matches') return planMatches(schema, filter)
  if (filter.kind !== 'compare' || filter.operator === 'ne') return undefined
  const target = resolvePath(schema, filter.path)
  // What no schema has is in no resource: nothing has to be read to know that, unless its absence is asked for.
  if (target === undefined) return filter.value === null ? undefined : async () => []
  if (filter.operator === 'sw') return planPrefix(schema, target, filter.value)
  return filter.operator === 'eq' ? planEquality(schema, target, filter.value) : undefined
}

function findsMany(filter: Filter): boolean {
  if (filter.kind !== 'compare' && filter.kind !== 'matches') return false
  const isPrefix = filter.kind === 'compare' && filter.operator === 'sw'
  return isPrefix || filter.path.attribute.toLowerCase() === 'groups'
}

/** `emails[value eq "x" and type eq "work"]`: the equality inside is the lookup. */
function planMatches(
  schema: ResourceSchema,
  filter: Extract<Filter, { kind: 'matches' }>,
): Lookup | undefined {
  const inner = filter.path.filter
  const terms = inner?.kind === 'and' ? inner.terms : inner === undefined ? [] : [inner]
  for (const term of terms) {
    if (term.kind !== 'compare' || term.operator !== 'eq') continue
    const target = resolvePath(schema, { ...filter.path, filter: undefined, sub: term.path.attribute })
    const lookup = target && planEquality(schema, target, term.value)
    if (lookup !== undefined) return lookup
  }
  return undefined
}

function unionOf(lookups: readonly (Lookup | undefined)[]): Lookup | undefined {
  const all = lookups.filter((lookup) => lookup !== undefined)
  if (all.length < lookups.length) return undefined
  return async (context) => {
    const found = await Promise.all(all.map((lookup) => lookup(context)))
    return [...new Set(found.flat())].toSorted()
  }
}

function planEquality(schema: ResourceSchema, target: Target, literal: Literal): Lookup | undefined {
  if (literal === null || target.extension !== undefined) return undefined
  const text = String(literal)
  const { name } = target.attribute
  const sub = target.sub?.name ?? 'value'
  if (name === 'id') return async () => only(parseResourceId(text))
  if (sub !== 'value') return undefined
  return schema.kind === 'User' ? planUser(name, text) : planGroup(name, text)
}

/** Names that the search rows hold: userName, e-mails, displayName and family name of users. */
const SEARCHED: ReadonlySet<string> = new Set([
  'userName',
  'emails',
  'emails.value',
  'displayName',
  'name.familyName',
])

/** "Begins with" on what the search rows hold, which serve other values too: every hit is checked afterwards. */
function planPrefix(schema: ResourceSchema, target: Target, text: Literal): Lookup | undefined {
  if (schema.kind !== 'User' || target.extension !== undefined) return undefined
  const name =
    target.sub === undefined ? target.attribute.name : `${target.attribute.name}.${target.sub.name}`
  if (!SEARCHED.has(name) || typeof text !== 'string' || text === '') return undefined
  return ({ store, tenant }) => findUserIdsByPrefix(store, tenant, text)
}

function planUser(name: string, text: string): Lookup | undefined {
  switch (name) {
    case 'userName':
      return async ({ store, tenant }) => only(await findUserIdByName(store, tenant, text))
    case 'externalId':
      return ({ store, tenant }) => findUserIdsByExternalId(store, tenant, text)
    case 'emails':
      return ({ store, tenant }) => findUserIdsByEmail(store, tenant, text)
    case 'groups':
      return (context) => findUsersOfGroup(context, text)
    default:
      return undefined
  }
}

async function findUsersOfGroup(
  { store, tenant }: ScimContext,
  text: string,
): Promise<readonly ResourceId[]> {
  const group = parseResourceId(text)
  if (group === undefined) return []
  // One more than may be read says that they are too many; a member that is a group is no user's id.
  const members = await listMembers(store, tenant, group, LIMITS.scannedResources + 1)
  return members.map(({ id }) => id)
}

function planGroup(name: string, text: string): Lookup | undefined {
  switch (name) {
    case 'displayName':
      return ({ store, tenant }) => findGroupIdsByName(store, tenant, text)
    case 'externalId':
      return async ({ store, tenant }) => only(await findGroupIdByExternalId(store, tenant, text))
    case 'members':
      return async ({ store, tenant }) => {
        const id = parseResourceId(text)
        return id === undefined ? [] : listMemberships(store, tenant, id)
      }
    default:
      return undefined
  }
}

function only(id: ResourceId | undefined): readonly ResourceId[] {
  return id === undefined ? [] : [id]
}

import { badRequest } from '../kernel/failure.ts'
import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { findGroup, toGroup, type StoredGroup } from '../storage/groups.ts'
import { listFirst, listPage } from '../storage/listing.ts'
import { findMembers } from '../storage/memberships.ts'
import type { Row } from '../storage/table.ts'
import { findUser, toUser, type StoredUser } from '../storage/users.ts'
import type { ScimContext } from './context.ts'
import type { Filter } from './filter/ast.ts'
import { matchesFilter } from './filter/match.ts'
import { parseFilter } from './filter/parse.ts'
import { planLookup } from './filter/plan.ts'
import { readMemberRows, toGroupResource } from './groups.ts'
import { prepareProjection, type Projection, type Projector } from './projection.ts'
import type { ResourceSchema } from './schema/attribute.ts'
import { GROUP_SCHEMA, USER_SCHEMA } from './schema/definitions.ts'
import { groupsOf } from './users.ts'
import { toUserResource } from './user.ts'

/** The query of a list request, as written. */
export interface PageQuery {
  readonly filter: string | undefined
  readonly startIndex: string | undefined
  readonly count: string | undefined
}

export interface ListQuery extends PageQuery, Projection {}

/** What users and groups do differently in a list. */
interface Listed<T> {
  readonly schema: ResourceSchema
  readonly find: (context: ScimContext, id: ResourceId) => Promise<T | undefined>
  readonly read: (row: Row) => T
  /** With what a filter may look at. */
  readonly candidate: (context: ScimContext, stored: T, filter: Filter) => Promise<JsonObject>
  /** With what the projection wants: the members of a group, the groups of a user. */
  readonly resource: (context: ScimContext, stored: T, projector: Projector) => Promise<JsonObject>
}

const USERS: Listed<StoredUser> = {
  schema: USER_SCHEMA,
  find: ({ store, tenant }, id) => findUser(store, tenant, id),
  read: toUser,
  candidate: async (context, user) => toUserResource(context, user),
  resource: async (context, user, projector) =>
    toUserResource(context, user, projector.asksFor('groups') ? await groupsOf(context, user) : undefined),
}

const GROUPS: Listed<StoredGroup> = {
  schema: GROUP_SCHEMA,
  find: ({ store, tenant }, id) => findGroup(store, tenant, id),
  read: toGroup,
  candidate: async (context, group, filter) => {
    const ids = [...memberIds(filter)]
    const members = ids.length === 0 ? [] : await findMembers(context.store, context.tenant, group.id, ids)
    return toGroupResource(
      context,
      group,
      members.map((id) => ({ id, kind: 'User' })),
    )
  },
  resource: async (context, group, projector) =>
    toGroupResource(
      context,
      group,
      projector.wants('members') ? await readMemberRows(context, group) : undefined,
    ),
}

/** GET /Users: a ListResponse (RFC 7644 §3.4.2), `totalResults` exact, `startIndex` as asked. */
export async function listUsers(context: ScimContext, query: ListQuery): Promise<JsonObject> {
  return listResources(context, USERS, query)
}

/** GET /Groups, likewise. Without `excludedAttributes=members` each group's members are read too. */
export async function listGroups(context: ScimContext, query: ListQuery): Promise<JsonObject> {
  return listResources(context, GROUPS, query)
}

/** The users of a page as they are stored, for the platform's own look at them. */
export async function findUsers(
  context: ScimContext,
  query: PageQuery,
): Promise<{ total: number; startIndex: number; page: readonly StoredUser[] }> {
  return findResources(context, USERS, query)
}

async function listResources<T>(
  context: ScimContext,
  listed: Listed<T>,
  query: ListQuery,
): Promise<JsonObject> {
  const projector = prepareProjection(listed.schema, query)
  const { total, startIndex, page } = await findResources(context, listed, query)
  const resources = await Promise.all(page.map((stored) => listed.resource(context, stored, projector)))
  limitMembers(resources)
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources.map(projector.project),
  }
}

async function findResources<T>(
  context: ScimContext,
  listed: Listed<T>,
  { filter, startIndex, count }: PageQuery,
): Promise<Found<T> & { startIndex: number }> {
  const page = { startIndex: readIndex('startIndex', startIndex, 1, 1), count: readCount(count) }
  const found =
    filter === undefined
      ? await listAll(context, listed, page)
      : await listMatching(context, listed, parseFilter(filter), page)
  return { ...found, startIndex: page.startIndex }
}

/** A list that would be cut short says so: who takes half of the members for all of them removes the others. */
function limitMembers(resources: readonly JsonObject[]): void {
  const members = resources.map(({ members: list }) => (Array.isArray(list) ? list.length : 0))
  if (members.reduce((sum, count) => sum + count, 0) > LIMITS.listedMembers)
    badRequest(
      'tooMany',
      `The groups of this page have more than ${LIMITS.listedMembers} members. Ask with excludedAttributes=members, or for fewer groups.`,
    )
}

interface Page {
  readonly startIndex: number
  readonly count: number
}

interface Found<T> {
  readonly total: number
  readonly page: readonly T[]
}

async function listAll<T>(context: ScimContext, listed: Listed<T>, page: Page): Promise<Found<T>> {
  const { total, rows } = await listPage(context.store, context.tenant, listed.schema.kind, page)
  return { total, page: rows.map(listed.read) }
}

/** Every candidate is checked against the whole filter: an index only narrows, and a hash only nearly identifies. */
async function listMatching<T>(
  context: ScimContext,
  listed: Listed<T>,
  filter: Filter,
  page: Page,
): Promise<Found<T>> {
  const matching: T[] = []
  for (const stored of await findCandidates(context, listed, filter)) {
    const candidate = await listed.candidate(context, stored, filter)
    if (matchesFilter(listed.schema, candidate, filter)) matching.push(stored)
  }
  const first = page.startIndex - 1
  return { total: matching.length, page: matching.slice(first, first + page.count) }
}

async function findCandidates<T>(
  context: ScimContext,
  listed: Listed<T>,
  filter: Filter,
): Promise<readonly T[]> {
  const lookup = planLookup(listed.schema, filter)
  if (lookup !== undefined) {
    const ids = (await lookup(context)).slice(0, LIMITS.scannedResources)
    const found = await Promise.all(ids.map((id) => listed.find(context, id)))
    return found.filter((stored) => stored !== undefined)
  }
  const rows = await listFirst(context.store, context.tenant, listed.schema.kind, LIMITS.scannedResources + 1)
  if (rows.length > LIMITS.scannedResources)
    badRequest(
      'tooMany',
      `No index serves this filter, and there are more than ${LIMITS.scannedResources} resources to read. Filter by userName, externalId, emails or id; groups by displayName, externalId or id.`,
    )
  return rows.map(listed.read)
}

/** Ids that a filter compares members with: whether they are in is all that it can ask of a group of any size. */
function* memberIds(filter: Filter): Generator<ResourceId> {
  if (filter.kind === 'and' || filter.kind === 'or') for (const term of filter.terms) yield* memberIds(term)
  if (filter.kind === 'not') yield* memberIds(filter.term)
  if (filter.kind === 'matches' && filter.path.filter !== undefined && isMembers(filter.path.attribute))
    yield* literalIds(filter.path.filter)
  if (filter.kind === 'compare' && isMembers(filter.path.attribute)) yield* literalIds(filter)
}

function* literalIds(filter: Filter): Generator<ResourceId> {
  if (filter.kind === 'and' || filter.kind === 'or') for (const term of filter.terms) yield* literalIds(term)
  const id = filter.kind === 'compare' ? parseResourceId(filter.value) : undefined
  if (id !== undefined) yield id
}

function isMembers(name: string): boolean {
  return name.toLowerCase() === 'members'
}

function readCount(text: string | undefined): number {
  return Math.min(readIndex('count', text, LIMITS.defaultCount, 0), LIMITS.maxCount)
}

/** A number below the least one counts as that (RFC 7644 §3.4.2.4); what is no number is 400. */
function readIndex(name: string, text: string | undefined, fallback: number, least: number): number {
  if (text === undefined || text === '') return fallback
  if (!/^[+-]?\d{1,15}$/.test(text)) badRequest('invalidValue', `"${name}" must be a whole number.`)
  return Math.max(Number(text), least)
}

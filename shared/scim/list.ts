import { badRequest } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { Steps } from '../kernel/turns.ts'
import { listPage } from '../storage/listing.ts'
import type { StoredUser } from '../storage/users.ts'
import { inTurns, type ScimContext } from './context.ts'
import { parseFilter } from './filter/parse.ts'
import { eachOf, findAll, findMatching, GROUPS, readRows, USERS, type Listed } from './listed.ts'
import { prepareProjection, type Projection, type Projector } from './projection.ts'
import { readSortOrder, sortResources } from './sort.ts'

/** The query of a list request, as written (RFC 7644 §3.4.2). */
export interface PageQuery {
  readonly filter: string | undefined
  readonly sortBy: string | undefined
  readonly sortOrder: string | undefined
  readonly startIndex: string | undefined
  readonly count: string | undefined
}

export interface ListQuery extends PageQuery, Projection {}

export interface Page {
  readonly startIndex: number
  readonly count: number
}

interface Found<T> {
  readonly total: number
  readonly page: readonly T[]
}

/** GET /Users: a ListResponse, `totalResults` exact, `startIndex` as asked. */
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
): Promise<Found<StoredUser> & Pick<Page, 'startIndex'>> {
  const page = readPage(query)
  return { ...(await findResources(context, USERS, query, page)), startIndex: page.startIndex }
}

async function listResources<T>(
  context: ScimContext,
  listed: Listed<T>,
  query: ListQuery,
): Promise<JsonObject> {
  const page = readPage(query)
  const found = await findResources(context, listed, query, page)
  return toListResponse(found.total, page.startIndex, await toResources(context, listed, found.page, query))
}

/** One page, in the order of `sortBy` or of ids. Only what is neither filtered nor sorted costs the same at any size. */
export async function findResources<T>(
  context: ScimContext,
  listed: Listed<T>,
  query: PageQuery,
  page: Page,
): Promise<Found<T>> {
  const matching = await findUnpaged(context, listed, query)
  if (matching !== undefined) return { total: matching.length, page: slice(matching, page) }
  const { total, rows } = await listPage(context.store, context.tenant, listed.kind, page)
  return { total, page: await readRows(context, listed, rows) }
}

/** Everything that a filter or a sort has to look at, in order; `undefined` where the request has neither. */
export async function findUnpaged<T>(
  context: ScimContext,
  listed: Listed<T>,
  { filter, sortBy, sortOrder }: PageQuery,
): Promise<readonly T[] | undefined> {
  const order = readSortOrder(sortBy, sortOrder)
  if (filter === undefined && order === undefined) return undefined
  const matching =
    filter === undefined
      ? await findAll(context, listed)
      : await findMatching(context, listed, parseFilter(filter))
  if (order === undefined) return matching
  const schema = listed.schema(context)
  const read = (stored: T) => ({ schema, resource: listed.plain(context, stored) })
  return inTurns(context, sortResources(matching, order, read))
}

/** Stored rows as resources, projected. 400 `tooMany` where groups would bring very many members. */
export async function toResources<T>(
  context: ScimContext,
  listed: Listed<T>,
  page: readonly T[],
  projection: Projection,
): Promise<readonly JsonObject[]> {
  return projectAll(context, listed, page, prepareProjection(listed.schema(context), projection))
}

/** The same with a projection that is prepared for several pages. */
export async function projectAll<T>(
  context: ScimContext,
  listed: Listed<T>,
  page: readonly T[],
  projector: Projector,
): Promise<readonly JsonObject[]> {
  const resources = await eachOf(context, page, (stored) => listed.resource(context, stored, projector))
  limitMembers(resources)
  return inTurns(context, projectEach(resources, projector))
}

function* projectEach(resources: readonly JsonObject[], projector: Projector): Steps<readonly JsonObject[]> {
  const projected: JsonObject[] = []
  for (const resource of resources) {
    projected.push(yield* projector.project(resource))
    yield
  }
  return projected
}

export function toListResponse(
  total: number,
  startIndex: number,
  resources: readonly JsonObject[],
): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}

export function readPage({ startIndex, count }: Pick<PageQuery, 'startIndex' | 'count'>): Page {
  return {
    startIndex: readIndex('startIndex', startIndex, 1, 1),
    count: Math.min(readIndex('count', count, LIMITS.defaultCount, 0), LIMITS.maxCount),
  }
}

export function slice<T>(items: readonly T[], { startIndex, count }: Page): readonly T[] {
  return items.slice(startIndex - 1, startIndex - 1 + count)
}

/** A list that would be cut short says so: who takes half of the members for all of them removes the others. */
export function limitMembers(resources: readonly JsonObject[]): void {
  const members = resources.map(({ members: list }) => (Array.isArray(list) ? list.length : 0))
  if (members.reduce((sum, count) => sum + count, 0) > LIMITS.listedMembers)
    badRequest(
      'tooMany',
      `The groups of this page have more than ${LIMITS.listedMembers} members. Ask with excludedAttributes=members, or for fewer groups.`,
    )
}

/** A number below the least one counts as that (RFC 7644 §3.4.2.4); what is no number is 400. */
function readIndex(name: string, text: string | undefined, fallback: number, least: number): number {
  if (text === undefined || text === '') return fallback
  if (!/^[+-]?\d{1,15}$/.test(text)) badRequest('invalidValue', `"${name}" must be a whole number.`)
  return Math.max(Number(text), least)
}

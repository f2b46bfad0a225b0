import { badRequest } from '../kernel/failure.ts'
import { isRecord, memberOf, type JsonObject } from '../kernel/json.ts'
import { inTurns, type ScimContext } from './context.ts'
import { eachOf, findAll, GROUPS, USERS, type Listed } from './listed.ts'
import {
  findResources,
  findUnpaged,
  limitMembers,
  readPage,
  slice,
  toListResponse,
  projectAll,
  toResources,
  type ListQuery,
  type Page,
} from './list.ts'
import { requireMessage } from './message.ts'
import { prepareProjection } from './projection.ts'
import { readSortOrder, sortResources } from './sort.ts'

/** The query in the body of a POST to .search (RFC 7644 §3.4.3): the same parameters as a list's, lists as lists. */
export function readSearchRequest(body: unknown): ListQuery {
  if (!isRecord(body)) return badRequest('invalidSyntax', 'The body must be a SearchRequest object.')
  requireMessage(body, 'SearchRequest')
  const read = (name: string): string | undefined => toParameter(name, memberOf(body, name))
  return {
    filter: read('filter'),
    sortBy: read('sortBy'),
    sortOrder: read('sortOrder'),
    startIndex: read('startIndex'),
    count: read('count'),
    attributes: read('attributes'),
    excludedAttributes: read('excludedAttributes'),
  }
}

function toParameter(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    // An empty list is as good as none (RFC 7643 §2.5).
    return value.length === 0 ? undefined : value.join(',')
  return badRequest('invalidValue', `"${name}" is not of a type that a SearchRequest takes.`)
}

/** A resource of either type, still as it is stored. */
interface Item {
  readonly plain: () => JsonObject
  readonly isUser: boolean
  readonly resource: () => Promise<readonly JsonObject[]>
}

/** POST /.search: users and groups in one list, users first unless it is sorted. */
export async function searchAll(context: ScimContext, query: ListQuery): Promise<JsonObject> {
  const page = readPage(query)
  const order = readSortOrder(query.sortBy, query.sortOrder)
  if (query.filter === undefined && order === undefined) return listBoth(context, query, page)
  const items = [...(await itemsOf(context, USERS, query)), ...(await itemsOf(context, GROUPS, query))]
  const read = (item: Item) => ({
    schema: item.isUser ? USERS.schema(context) : GROUPS.schema(context),
    resource: item.plain(),
  })
  const sorted = order === undefined ? items : await inTurns(context, sortResources(items, order, read))
  const resources = (await eachOf(context, slice(sorted, page), (item) => item.resource())).flat()
  limitMembers(resources)
  return toListResponse(items.length, page.startIndex, resources)
}

async function itemsOf<T>(
  context: ScimContext,
  listed: Listed<T>,
  query: ListQuery,
): Promise<readonly Item[]> {
  const found = await findUnpaged(context, listed, { ...query, sortBy: undefined })
  const stored = found ?? (await findAll(context, listed))
  const projector = prepareProjection(listed.schema(context), query)
  return stored.map((one) => ({
    plain: () => listed.plain(context, one),
    isUser: listed.kind === 'User',
    resource: () => projectAll(context, listed, [one], projector),
  }))
}

/** Nothing to look at: a page of users, and groups where the users end. */
async function listBoth(context: ScimContext, query: ListQuery, page: Page): Promise<JsonObject> {
  const users = await findResources(context, USERS, query, page)
  const rest = {
    startIndex: Math.max(page.startIndex - users.total, 1),
    count: page.count - users.page.length,
  }
  const groups = await findResources(context, GROUPS, query, rest)
  const resources = [
    ...(await toResources(context, USERS, users.page, query)),
    ...(await toResources(context, GROUPS, groups.page, query)),
  ]
  return toListResponse(users.total + groups.total, page.startIndex, resources)
}

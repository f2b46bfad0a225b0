import { badRequest } from '../kernel/failure.ts'
import type { ResourceId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { mapSteps } from '../kernel/turns.ts'
import { findGroup, toGroup, type StoredGroup } from '../storage/groups.ts'
import { listFirst } from '../storage/listing.ts'
import type { Row } from '../storage/table.ts'
import { findUser, toUser, type StoredUser } from '../storage/users.ts'
import { groupCandidates, userCandidates, type ReadCandidate } from './candidates.ts'
import { inTurns, type ScimContext } from './context.ts'
import type { Filter } from './filter/ast.ts'
import { checkFilter } from './filter/check.ts'
import { createComparisons, refuseFilter } from './filter/comparisons.ts'
import { prepareFilter } from './filter/match.ts'
import { planLookup } from './filter/plan.ts'
import { readMemberResources, toGroupResource } from './groups.ts'
import type { Projector } from './projection.ts'
import type { ResourceSchema } from './schema/attribute.ts'
import { GROUP_SCHEMA } from './schema/definitions.ts'
import { userSchema } from './schema/user-schema.ts'
import { groupsOf } from './users.ts'
import { toUserResource } from './user.ts'

/** What users and groups do differently in a list. */
export interface Listed<T> {
  readonly kind: 'User' | 'Group'
  readonly schema: (context: ScimContext) => ResourceSchema
  readonly find: (context: ScimContext, id: ResourceId) => Promise<T | undefined>
  readonly read: (row: Row) => T
  /** With what a filter looks at. */
  readonly candidates: (context: ScimContext, filter: Filter) => Promise<ReadCandidate<T>>
  /** As a filter or sort sees it without reading anything more. */
  readonly plain: (context: ScimContext, stored: T) => JsonObject
  /** With what the projection wants: the members of a group, the groups of a user. */
  readonly resource: (context: ScimContext, stored: T, projector: Projector) => Promise<JsonObject>
}

export const USERS: Listed<StoredUser> = {
  kind: 'User',
  schema: ({ rules }) => userSchema(rules.customAttributes),
  find: ({ store, tenant }, id) => findUser(store, tenant, id),
  read: toUser,
  candidates: userCandidates,
  plain: toUserResource,
  resource: async (context, user, projector) =>
    toUserResource(context, user, projector.asksFor('groups') ? await groupsOf(context, user) : undefined),
}

export const GROUPS: Listed<StoredGroup> = {
  kind: 'Group',
  schema: () => GROUP_SCHEMA,
  find: ({ store, tenant }, id) => findGroup(store, tenant, id),
  read: toGroup,
  candidates: groupCandidates,
  plain: toGroupResource,
  resource: async (context, group, projector) =>
    toGroupResource(
      context,
      group,
      projector.wants('members') ? await readMemberResources(context, group) : undefined,
    ),
}

/** Each may need the rows of its members, and those may be very many. */
const CANDIDATES_AT_ONCE = 10

/**
 * The resources that pass a filter, by id: through an index where one serves it, else by reading all. Every candidate
 * is checked against the whole filter: an index only narrows, and a hash only nearly identifies. 400 `tooMany` beyond
 * the 2,000 resources that one request may read.
 */
export async function findMatching<T>(
  context: ScimContext,
  listed: Listed<T>,
  filter: Filter,
): Promise<readonly T[]> {
  const schema = listed.schema(context)
  checkFilter(schema, filter)
  const passes = prepareFilter(schema, filter, createComparisons(refuseFilter))
  const found = await findCandidates(context, listed, filter)
  const read = await listed.candidates(context, filter)
  const matching: T[] = []
  for (let i = 0; i < found.length; i += CANDIDATES_AT_ONCE) {
    await context.turns.rest()
    const some = found.slice(i, i + CANDIDATES_AT_ONCE)
    const candidates = await Promise.all(some.map(read))
    for (const [at, stored] of some.entries())
      if (await inTurns(context, passes(candidates[at] ?? {}))) matching.push(stored)
  }
  return matching
}

/** All resources, for a sort that no index serves; 400 `tooMany` beyond 2,000. */
export async function findAll<T>(context: ScimContext, listed: Listed<T>): Promise<readonly T[]> {
  const limit = LIMITS.scannedResources
  const rows = await listFirst(context.store, context.tenant, listed.kind, limit + 1)
  if (rows.length > limit)
    refuseScan(
      'No index serves this request. Filter by userName, externalId, emails or id; groups by displayName, externalId or id',
    )
  return readRows(context, listed, rows)
}

/** Stored rows, parsed: a large one takes some milliseconds. */
export async function readRows<T>(
  context: ScimContext,
  listed: Listed<T>,
  rows: readonly Row[],
): Promise<readonly T[]> {
  return inTurns(context, mapSteps(rows, listed.read))
}

/** Storage requests of one list that are begun without a rest. */
const READ_AT_ONCE = 50

/** Does something that asks the store for each item, some at a time, and lets others in between. */
export async function eachOf<T, R>(
  { turns }: ScimContext,
  items: readonly T[],
  ask: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers: R[] = []
  for (let i = 0; i < items.length; i += READ_AT_ONCE) {
    await turns.rest()
    answers.push(...(await Promise.all(items.slice(i, i + READ_AT_ONCE).map(ask))))
  }
  return answers
}

async function findCandidates<T>(
  context: ScimContext,
  listed: Listed<T>,
  filter: Filter,
): Promise<readonly T[]> {
  const lookup = planLookup(listed.schema(context), filter)
  if (lookup === undefined) return findAll(context, listed)
  const ids = await lookup(context)
  if (ids.length > LIMITS.scannedResources)
    refuseScan('Too many resources may match. Narrow the filter, or give more letters')
  const found = await eachOf(context, ids, (id) => listed.find(context, id))
  return found.filter((stored) => stored !== undefined)
}

function refuseScan(sentence: string): never {
  return badRequest(
    'tooMany',
    `${sentence}: a request reads at most ${LIMITS.scannedResources} resources to find those that match.`,
  )
}

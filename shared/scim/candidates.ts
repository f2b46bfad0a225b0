import { badRequest } from '../kernel/failure.ts'
import type { ResourceId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { mapSteps } from '../kernel/turns.ts'
import type { StoredGroup } from '../storage/groups.ts'
import { findMembers, listMembers, listMemberships, listSweeps, type Member } from '../storage/memberships.ts'
import type { StoredUser } from '../storage/users.ts'
import { inTurns, type ScimContext } from './context.ts'
import type { Filter } from './filter/ast.ts'
import { relatedNeed, type RelatedNeed } from './filter/related.ts'
import { toGroupResource, toMember } from './groups.ts'
import { GROUP_SCHEMA } from './schema/definitions.ts'
import { userSchema } from './schema/user-schema.ts'
import { toUserResource } from './user.ts'

/*
 * Resources as a filter has to see them: with as many of a group's members or a user's groups as decide its answer,
 * which stand in rows of their own. Made once for each request, which reads a limited number of them.
 */

/** A stored resource with all that the filter looks at. */
export type ReadCandidate<T> = (stored: T) => Promise<JsonObject>

/** Groups with the members that decide what the filter says. 400 `tooMany` beyond 50,000 members. */
export async function groupCandidates(
  context: ScimContext,
  filter: Filter,
): Promise<ReadCandidate<StoredGroup>> {
  const need = relatedNeed(GROUP_SCHEMA, filter)
  if (need === undefined) return async (group) => toGroupResource(context, group)
  const budget = createBudget('members')
  return async (group) => {
    const members = group.populated ? await membersOf(context, group.id, need, budget) : []
    const shown = mapSteps(members, (member) => toMember(context.baseUrl, member))
    return toGroupResource(context, group, await inTurns(context, shown))
  }
}

/** Users with the groups that decide what the filter says; deleted groups do not count whose rows wait for their sweep. */
export async function userCandidates(
  context: ScimContext,
  filter: Filter,
): Promise<ReadCandidate<StoredUser>> {
  const need = relatedNeed(userSchema(context.rules.customAttributes), filter)
  if (need === undefined) return async (user) => toUserResource(context, user)
  const { store, tenant } = context
  const swept = new Set(await listSweeps(store, tenant))
  const budget = createBudget('groups')
  return async (user) => {
    const groups = user.grouped ? await groupsOf(context, user.id, { need, swept, budget }) : []
    return toUserResource(context, user, groups)
  }
}

async function membersOf(
  { store, tenant }: ScimContext,
  group: ResourceId,
  need: RelatedNeed,
  budget: Budget,
): Promise<readonly Member[]> {
  if (need.all) return budget.spend(await listMembers(store, tenant, group, budget.left() + 1))
  const first = need.any ? await listMembers(store, tenant, group, 1) : []
  return [...first, ...(await findMembers(store, tenant, group, [...need.ids]))]
}

interface GroupsOf {
  readonly need: RelatedNeed
  readonly swept: ReadonlySet<ResourceId>
  readonly budget: Budget
}

async function groupsOf(
  { store, tenant }: ScimContext,
  user: ResourceId,
  { need, swept, budget }: GroupsOf,
): Promise<readonly ResourceId[]> {
  const ids = [...need.ids].filter((id) => !swept.has(id))
  const is = await Promise.all(ids.map((id) => findMembers(store, tenant, id, [user])))
  const found = ids.filter((_, i) => is[i]?.length === 1)
  if (!need.all && !need.any) return found
  const limit = need.all ? budget.left() + 1 : swept.size + 1
  const listed = await listMemberships(store, tenant, user, limit)
  return [...found, ...(need.all ? budget.spend(listed) : listed).filter((id) => !swept.has(id))]
}

interface Budget {
  left(): number
  spend<T>(items: readonly T[]): readonly T[]
}

function createBudget(name: string): Budget {
  let left: number = LIMITS.listedMembers
  return {
    left: () => Math.max(left, 0),
    spend(items) {
      left -= items.length
      if (left < 0)
        badRequest(
          'tooMany',
          `The filter looks at more than ${LIMITS.listedMembers} ${name}: compare "${name}" by eq with an id, or narrow the filter.`,
        )
      return items
    },
  }
}

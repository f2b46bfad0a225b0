import { activityRows, type Activity } from '../activity/activity.ts'
import { badRequest, fail } from '../kernel/failure.ts'
import { randomText, type ResourceId } from '../kernel/ids.ts'
import { filterSteps, type Steps } from '../kernel/turns.ts'
import {
  ADDED_AT_ONCE,
  addMembers,
  findKinds,
  findMembers,
  listMembers,
  REMOVED_AT_ONCE,
  removeMembers,
  type GroupTouch,
  type Member,
  type MembersRefusal,
} from '../storage/memberships.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import { inTurns, type ScimContext } from './context.ts'
import { createComparisons, refuseOperations } from './filter/comparisons.ts'
import { prepareElementFilter } from './filter/match.ts'
import { isEmpty, type MemberChanges, type MemberReference } from './member-changes.ts'
import { GROUP_SCHEMA } from './schema/definitions.ts'

/** The group to write to; with an etag, only if it is still as it was read. */
interface TargetGroup {
  readonly id: ResourceId
  readonly etag?: string | undefined
  /** The request has found members to add, and acted on that: who is gone by now is left out. */
  readonly isChecked?: boolean
}

/** Its first write takes the condition away: from then on the group changes by our own hand. */
type OpenGroup = { id: ResourceId; etag: string | undefined }

/**
 * Writes the changes of a group's members, in transactions of 32 additions or 48 removals: more than fit into one are
 * not atomic in Table Storage, but each is repeatable, so a client that tries again converges. Known members are
 * applied and unknown ones reported; 400 where members are to be added and none is known.
 */
export async function changeMembers(
  context: ScimContext,
  target: TargetGroup,
  changes: MemberChanges,
): Promise<void> {
  if (isEmpty(changes)) return
  const group = { id: target.id, etag: target.etag }
  if ([...changes.add.values()].some(({ id }) => id === group.id))
    badRequest('invalidValue', 'A group cannot be a member of itself.')
  const additions = [...changes.add.values()]
  const add = target.isChecked === true ? addAll : addAny
  if (!needsList(changes)) {
    await add(context, group, additions)
    await remove(context, group, known([...changes.remove.values()]))
    return
  }
  // Nothing is removed before it is known that the new members exist.
  if (target.isChecked !== true) await requireKnown(context, additions)
  const current = await listMembers(context.store, context.tenant, group.id)
  const staying = new Set(known(additions))
  // A group may have very many members: they are looked through only where somebody is added.
  const present = new Set(additions.length === 0 ? [] : current.map(({ id }) => id))
  await context.turns.rest()
  const leaving = leavingOf(changes)
  const going = await inTurns(
    context,
    filterSteps(current, function* (member) {
      yield
      return !staying.has(member.id) && (yield* leaving(member))
    }),
  )
  await add(
    context,
    group,
    additions.filter(({ id }) => id === undefined || !present.has(id)),
  )
  await remove(
    context,
    group,
    going.map(({ id }) => id),
  )
}

/** Members that are looked up without a rest. */
const LOOKED_UP_AT_ONCE = 50

/** The members among the references that exist; 400 where there are references and none does. */
export async function requireKnown(
  context: ScimContext,
  members: readonly MemberReference[],
): Promise<readonly Member[]> {
  const { store, tenant, turns } = context
  const ids = known(members)
  const found: Member[] = []
  for (let i = 0; i < ids.length; i += LOOKED_UP_AT_ONCE) {
    await turns.rest()
    found.push(...(await findKinds(store, tenant, ids.slice(i, i + LOOKED_UP_AT_ONCE))))
  }
  if (members.length > 0 && found.length === 0) refuseUnknown(members)
  return found
}

function needsList(changes: MemberChanges): boolean {
  return changes.replaceAll || changes.removeMatching.length > 0
}

/** Whether a present member goes, unless it is named anew. */
function leavingOf(changes: MemberChanges): (member: Member) => Steps<boolean> {
  const attribute = GROUP_SCHEMA.attributes.get('members')
  const comparisons = createComparisons(refuseOperations)
  const filters = changes.removeMatching.flatMap((filter) =>
    attribute === undefined ? [] : [prepareElementFilter(attribute, filter, comparisons)],
  )
  return function* (member) {
    if (changes.replaceAll || changes.remove.has(member.id)) return true
    const element = { value: member.id, type: member.kind }
    for (const matches of filters) if (yield* matches(element)) return true
    return false
  }
}

function known(members: readonly MemberReference[]): readonly ResourceId[] {
  return members.map(({ id }) => id).filter((id) => id !== undefined)
}

/** The members of a group that has just been made: who is gone by now is left out, since the group is there. */
export async function addFirstMembers(
  context: ScimContext,
  group: ResourceId,
  members: readonly MemberReference[],
): Promise<void> {
  const distinct = new Map(members.map((member) => [member.text, member]))
  await addAll(context, { id: group, etag: undefined }, [...distinct.values()])
}

/** 400 where there are references and none exists. */
async function addAny(
  context: ScimContext,
  group: OpenGroup,
  members: readonly MemberReference[],
): Promise<void> {
  if ((await addAll(context, group, members)) === 0 && members.length > 0) refuseUnknown(members)
}

/** How many of them exist, and are in now. */
async function addAll(
  context: ScimContext,
  group: OpenGroup,
  members: readonly MemberReference[],
): Promise<number> {
  let added = 0
  for (let i = 0; i < members.length; i += ADDED_AT_ONCE) {
    await context.turns.rest()
    added += await addSome(context, group, members.slice(i, i + ADDED_AT_ONCE))
  }
  return added
}

/** Takes it that all exist, which the transaction checks; only where it is refused each one is looked up. */
async function addSome(
  context: ScimContext,
  group: OpenGroup,
  members: readonly MemberReference[],
): Promise<number> {
  const hopeful = members.flatMap(({ id, kind }) => (id === undefined ? [] : [{ id, kind }]))
  if (hopeful.length === members.length) {
    const refusal = await write(context, group, { verb: 'add', members: hopeful, unknown: [] })
    if (refusal === undefined) return hopeful.length
    requireGroup(refusal)
  }
  return retryWhileChanged(async () => {
    const found = await findKinds(context.store, context.tenant, known(members))
    const unknown = members.filter(({ id }) => !found.some((member) => member.id === id))
    if (found.length === 0) {
      await recordUnknown(context, group, unknown)
      return 0
    }
    const refusal = await write(context, group, { verb: 'add', members: found, unknown })
    if (refusal !== undefined) requireGroup(refusal)
    return refusal === undefined ? found.length : undefined
  })
}

/** Removing who is not in, or does not exist, is a success that changes nothing. */
async function remove(context: ScimContext, group: OpenGroup, members: readonly ResourceId[]): Promise<void> {
  for (let i = 0; i < members.length; i += REMOVED_AT_ONCE) {
    await context.turns.rest()
    let some = members.slice(i, i + REMOVED_AT_ONCE)
    await retryWhileChanged(async () => {
      const going = some.map((id): Member => ({ id, kind: 'User' }))
      const refusal = await write(context, group, { verb: 'remove', members: going, unknown: [] })
      if (refusal === undefined) return true
      requireGroup(refusal)
      // Refused for one who is not in: of one member nothing is left to do, of several the others are found.
      some = some.length === 1 ? [] : await findPresent(context, group.id, some)
      // Nobody was faster then, and there is nothing to wait for.
      return some.length === 0 ? true : undefined
    })
  }
}

async function findPresent(
  { store, tenant }: ScimContext,
  group: ResourceId,
  ids: readonly ResourceId[],
): Promise<ResourceId[]> {
  return (await findMembers(store, tenant, group, ids)).map(({ id }) => id)
}

interface MembersWrite {
  readonly verb: 'add' | 'remove'
  readonly members: readonly Member[]
  /** Reported in the same activity row. */
  readonly unknown: readonly MemberReference[]
}

async function write(
  context: ScimContext,
  group: OpenGroup,
  { verb, members, unknown }: MembersWrite,
): Promise<MembersRefusal | undefined> {
  const { store, tenant, caller } = context
  const at = context.now()
  const touch: GroupTouch = { modified: at.toISOString(), version: randomText(10), etag: group.etag }
  const sign = verb === 'add' ? '+' : '-'
  const rows = activityRows(
    caller,
    memberActivity(group.id, [...members.map(({ id }) => sign + id), ...unknown.map(unknownNote)].join(' ')),
    at,
  )
  const change = { group: group.id, touch }
  const refusal =
    verb === 'add'
      ? await addMembers(store, tenant, { ...change, members }, rows)
      : await removeMembers(store, tenant, { ...change, members: members.map(({ id }) => id) }, rows)
  if (refusal === undefined) group.etag = undefined
  return refusal
}

function memberActivity(group: ResourceId, note: string): Activity {
  return {
    operation: 'group.members',
    resource: { type: 'Group', id: group },
    status: 204,
    attributes: ['members'],
    note,
  }
}

async function recordUnknown(
  context: ScimContext,
  group: OpenGroup,
  unknown: readonly MemberReference[],
): Promise<void> {
  const activity = memberActivity(group.id, unknown.map(unknownNote).join(' '))
  await context.recorder.record(context.tenant, context.caller, activity)
}

/** An id that is none of ours may be anything, a person's name included: only its length is told. */
function unknownNote({ id, text }: MemberReference): string {
  return id === undefined ? `unknown:(${text.length} characters)` : `unknown:${id}`
}

function requireGroup(refusal: MembersRefusal): void {
  if (refusal === 'group changed') fail({ code: 'precondition_failed' })
  if (refusal === 'group missing') fail({ code: 'not_found', detail: 'No group has this id.' })
}

function refuseUnknown(members: readonly MemberReference[]): never {
  const names = members.slice(0, 20).map(({ text }) => `"${text.slice(0, 100)}"`)
  const more = members.length > names.length ? ` and ${members.length - names.length} more` : ''
  return badRequest(
    'invalidValue',
    `No user or group has the id ${names.join(', ')}${more}. Provision the members first.`,
  )
}

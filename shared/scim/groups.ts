import { activityRows, type Activity } from '../activity/activity.ts'
import { badRequest, fail } from '../kernel/failure.ts'
import { newResourceId, parseResourceId, randomText, type ResourceId } from '../kernel/ids.ts'
import { isRecord, memberOf, type JsonObject } from '../kernel/json.ts'
import { mapSteps } from '../kernel/turns.ts'
import {
  findGroup,
  findGroupIdByExternalId,
  insertGroup,
  replaceGroup,
  type GroupRefusal,
  type GroupState,
  type StoredGroup,
} from '../storage/groups.ts'
import { listMembers, type Member } from '../storage/memberships.ts'
import { removeGroup } from '../storage/removal.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import { inTurns, type ScimContext } from './context.ts'
import { isEmpty, memberChanges, noMemberChanges, readMembers, type MemberChanges } from './member-changes.ts'
import { addFirstMembers, changeMembers, requireKnown } from './members.ts'
import { noteSkipped, recordSkipped } from './notes.ts'
import { applyPatch } from './patch/apply.ts'
import { parsePatch, type PatchOperation } from './patch/operations.ts'
import { isConditional, NO_PRECONDITION, requireMatch, toEtag } from './precondition.ts'
import type { Projector } from './projection.ts'
import { checkIndexed, readResource, settle, textAt } from './resource.ts'
import { CORE_GROUP } from './schema/attribute.ts'
import { GROUP_SCHEMA } from './schema/definitions.ts'
import { resolvePath } from './schema/resolve.ts'
import { changedAttributes } from './user.ts'

/** POST /Groups, members included. 409 where the externalId or the display name is taken. */
export async function createGroup(
  context: ScimContext,
  body: unknown,
  projector: Projector,
): Promise<JsonObject> {
  const { attributes, ignored } = await inTurns(context, readResource(GROUP_SCHEMA, withoutMembers(body)))
  const members = await inTurns(context, readMembers(membersOf(body)))
  await requireKnown(context, members)
  const group = await retryWhileChanged(async () => {
    const at = context.now()
    const id = newResourceId()
    const state: GroupState = { ...stateOf(attributes, at), created: at.toISOString() }
    const activity: Activity = {
      operation: 'group.create',
      resource: { type: 'Group', id },
      status: 201,
      attributes: changedAttributes({}, attributes),
      ...noteSkipped(ignored),
    }
    const rows = activityRows(context.caller, activity, at)
    const refusal = await insertGroup(context.store, context.tenant, { id, state }, rows)
    if (refusal === undefined) return { ...state, id }
    return refusal === 'changed' ? undefined : refuseTaken(context, refusal, attributes)
  })
  if (members.length === 0) return toGroupResource(context, group)
  await addFirstMembers(context, group.id, members)
  return getGroup({ ...context, precondition: NO_PRECONDITION }, group.id, projector)
}

/** GET /Groups/{id}, whole: the members are read only where the projector says that the answer shows them. */
export async function getGroup(context: ScimContext, id: string, projector: Projector): Promise<JsonObject> {
  const group = await requireGroup(context, id)
  const members = projector.wants('members') ? await readMemberResources(context, group) : undefined
  return toGroupResource(context, group, members)
}

/**
 * PATCH /Groups/{id}. Changes of members alone never read the group or its members: their cost does not grow with it.
 */
export async function patchGroup(context: ScimContext, id: string, body: unknown): Promise<void> {
  const groupId = requireGroupId(id)
  const operations = await inTurns(context, parsePatch(GROUP_SCHEMA, body))
  const onMembers = operations.filter(isOnMembers)
  const others = operations.filter((operation) => !isOnMembers(operation))
  const changes = await inTurns(context, memberChanges(onMembers))
  const isChecked = others.length > 0 && changes.add.size > 0
  if (isChecked) await requireKnown(context, [...changes.add.values()])
  const conditional = isConditional(context.precondition)
  const unchanged =
    others.length > 0 || conditional || cannotFail(changes)
      ? await changeGroup(context, groupId, async (group) => {
          const { attributes, skipped } = await inTurns(context, applyPatch(GROUP_SCHEMA, group, others))
          return { attributes: await inTurns(context, settle(GROUP_SCHEMA, attributes)), skipped }
        })
      : undefined
  await changeMembers(context, { ...((conditional && unchanged) || { id: groupId }), isChecked }, changes)
}

/** PUT /Groups/{id}. `members` replaces them all; without it they stay, since a rename must not empty a group. */
export async function replaceGroupResource(context: ScimContext, id: string, body: unknown): Promise<void> {
  const groupId = requireGroupId(id)
  const { attributes, ignored } = await inTurns(context, readResource(GROUP_SCHEMA, withoutMembers(body)))
  const given = membersOf(body)
  const members = await inTurns(context, readMembers(given))
  await requireKnown(context, members)
  const unchanged = await changeGroup(context, groupId, async () => ({ attributes, skipped: ignored }))
  if (given === undefined) return
  const add = new Map(members.map((member) => [member.text, member]))
  const target = (isConditional(context.precondition) && unchanged) || { id: groupId }
  const changes = { ...noMemberChanges(), replaceAll: true, add }
  await changeMembers(context, { ...target, isChecked: true }, changes)
}

/** DELETE /Groups/{id}: gone at once; the rows of very many members may follow. */
export async function deleteGroup(context: ScimContext, id: string): Promise<void> {
  await retryWhileChanged(async () => {
    const group = await requireGroup(context, id)
    const activity: Activity = {
      operation: 'group.delete',
      resource: { type: 'Group', id: group.id },
      status: 204,
    }
    const rows = activityRows(context.caller, activity, context.now())
    const removal = { group, until: context.deadline }
    const refusal = await removeGroup(context.store, context.tenant, removal, rows)
    return refusal === undefined ? true : undefined
  })
}

/** The group as SCIM shows it; `members` only where they were read. */
export function toGroupResource(
  context: ScimContext,
  group: GroupState & { readonly id: ResourceId },
  members?: readonly JsonObject[],
): JsonObject {
  const { baseUrl } = context
  return {
    schemas: [CORE_GROUP],
    id: group.id,
    ...group.attributes,
    ...(members?.length ? { members } : {}),
    meta: {
      resourceType: 'Group',
      created: group.created,
      lastModified: group.modified,
      location: `${baseUrl}/Groups/${group.id}`,
      version: toEtag(group.version),
    },
  }
}

/** All members of a group as SCIM shows them; no storage request for a group that never had any. */
export async function readMemberResources(
  context: ScimContext,
  group: { readonly id: ResourceId; readonly populated: boolean },
): Promise<readonly JsonObject[]> {
  if (!group.populated) return []
  const members = await listMembers(context.store, context.tenant, group.id)
  return inTurns(
    context,
    mapSteps(members, (member) => toMember(context.baseUrl, member)),
  )
}

export function toMember(baseUrl: string, { id, kind }: Member): JsonObject {
  return { value: id, $ref: `${baseUrl}/${kind}s/${id}`, type: kind }
}

type Change = (group: StoredGroup) => Promise<{ attributes: JsonObject; skipped: readonly string[] }>

/** Writes a group's attributes. Comes back with the group where there was nothing to write. */
async function changeGroup(
  context: ScimContext,
  id: ResourceId,
  change: Change,
): Promise<StoredGroup | undefined> {
  const outcome = await retryWhileChanged(async () => {
    const before = await requireGroup(context, id)
    const { attributes, skipped } = await change(before)
    const changed = changedAttributes(before.attributes, attributes)
    if (changed.length === 0) {
      await recordSkipped(context, { type: 'Group', id }, skipped)
      return { unchanged: before }
    }
    const at = context.now()
    const after: GroupState = { ...stateOf(attributes, at), created: before.created }
    const activity: Activity = {
      operation: 'group.update',
      resource: { type: 'Group', id },
      status: 204,
      attributes: changed,
      ...noteSkipped(skipped),
    }
    const rows = activityRows(context.caller, activity, at)
    const refusal = await replaceGroup(context.store, context.tenant, { before, after }, rows)
    if (refusal === undefined) return { unchanged: undefined }
    return refusal === 'changed' ? undefined : refuseTaken(context, refusal, attributes, id)
  })
  return outcome.unchanged
}

function stateOf(attributes: JsonObject, at: Date): Omit<GroupState, 'created'> {
  const displayName = textAt(attributes, 'displayName')
  const externalId = textAt(attributes, 'externalId')
  checkIndexed('displayName', displayName)
  checkIndexed('externalId', externalId)
  return {
    attributes,
    displayName:
      displayName ?? badRequest('invalidValue', 'displayName is missing. Map displayName to displayName.'),
    externalId,
    modified: at.toISOString(),
    version: randomText(10),
  }
}

/** Changes that no transaction would check against the group, so that a wrong id would go unnoticed. */
function cannotFail(changes: MemberChanges): boolean {
  const touchesKnown = [...changes.add.values(), ...changes.remove.values()].some(
    ({ id }) => id !== undefined,
  )
  return isEmpty(changes) || !touchesKnown
}

function isOnMembers(operation: PatchOperation): boolean {
  return resolvePath(GROUP_SCHEMA, operation.path)?.attribute.name === 'members'
}

function membersOf(body: unknown): unknown {
  return isRecord(body) ? memberOf(body, 'members') : undefined
}

function withoutMembers(body: unknown): unknown {
  return isRecord(body)
    ? Object.fromEntries(Object.entries(body).filter(([name]) => name.toLowerCase() !== 'members'))
    : body
}

function requireGroupId(id: string): ResourceId {
  return parseResourceId(id) ?? fail({ code: 'not_found', detail: 'No group has this id.' })
}

async function requireGroup(context: ScimContext, id: string): Promise<StoredGroup> {
  const group = await findGroup(context.store, context.tenant, requireGroupId(id))
  if (group === undefined) return fail({ code: 'not_found', detail: 'No group has this id.' })
  requireMatch(context.precondition, group.version)
  return group
}

async function refuseTaken(
  context: ScimContext,
  refusal: Exclude<GroupRefusal, 'changed'>,
  attributes: JsonObject,
  own?: ResourceId,
): Promise<undefined> {
  if (refusal.taken === 'displayName')
    return fail({
      code: 'not_unique',
      attributes: ['displayName'],
      detail: `The display name is taken by the group with id ${refusal.by ?? ''}. Two groups may share a name only if both have an externalId: map objectId to externalId.`,
    })
  const id = await findGroupIdByExternalId(
    context.store,
    context.tenant,
    textAt(attributes, 'externalId') ?? '',
  )
  // Freed in the meantime, or taken by the same request sent twice: the next round sees how it stands.
  if (id === undefined || id === own) return undefined
  return fail({
    code: 'not_unique',
    attributes: ['externalId'],
    detail: `The externalId is taken by the group with id ${id}.`,
  })
}

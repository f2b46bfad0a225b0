import { readCreated, readDeleted, readDone, readMatch } from '../entra/answers.ts'
import type { Reading } from '../entra/answers.ts'
import { runPass } from '../entra/cycle-context.ts'
import type { DirectoryGroup } from '../entra/directory.ts'
import { linkOf } from '../entra/job-state.ts'
import type { Link } from '../entra/job-state.ts'
import { equals, resourcePath } from '../entra/matching.ts'
import type { CallKind } from '../entra/scim-client.ts'
import { CORE_GROUP } from '../entra/target-path.ts'
import { batches, memberChanges, noteMembers, pushMembers, sendChanges, toReference } from './member-push.ts'
import { patchBody } from './patch-body.ts'
import { noteFailure } from './push-context.ts'
import type { PushContext } from './push-context.ts'

/** Pushes every group that changed or whose members did; the first time it is linked or created. */
export async function pushGroups(push: PushContext): Promise<void> {
  const due = Object.values(push.directory.groups).filter((group) => isPushed(group) && isDue(push, group))
  await runPass(push, 'groups', due, (group) => visit(push, group, pushGroup))
}

/** Deletes the groups that are deleted or no longer pushed. */
export async function deleteGroups(push: PushContext): Promise<void> {
  const due = Object.values(push.directory.groups).filter(
    (group) => !isPushed(group) && (push.state.groups[group.objectId]?.targetId ?? null) !== null,
  )
  await runPass(push, 'deprovisioning', due, (group) => visit(push, group, deleteGroup))
}

type Outcome = Reading<unknown> & { readonly call?: CallKind }
type Step = (push: PushContext, group: DirectoryGroup, link: Link) => Promise<Outcome>

async function visit(push: PushContext, group: DirectoryGroup, step: Step): Promise<void> {
  const { objectId, displayName: name, version } = group
  const link = linkOf(push.state.groups, objectId)
  push.tally.events++
  const outcome = await step(push, group, link)
  if (outcome.ok) link.evaluated = version
  else noteFailure(push, { objectId, name, call: outcome.call ?? 'update group' }, outcome)
}

const pushGroup: Step = async (push, group, link) => {
  if (link.targetId !== null) return updateGroup(push, group, link)
  const query = { filter: equals('displayName', group.displayName), startIndex: '1', count: '100' }
  const found = readMatch(
    await push.client.send({ kind: 'find group', method: 'GET', path: '/Groups', query }),
    'Whole group',
  )
  if (!found.ok) return { ...found, call: 'find group' }
  if (found.value === undefined) return createGroup(push, group, link)
  link.targetId = found.value.id
  push.tally.matched++
  return pushMembers(push, group, link)
}

/** The first members come with the group, the rest in requests of their own. */
async function createGroup(push: PushContext, group: DirectoryGroup, link: Link): Promise<Outcome> {
  const [first = []] = batches(memberChanges(push, group, link).adding, push.settings.membersPerPatch)
  const body = {
    schemas: [CORE_GROUP],
    displayName: group.displayName,
    members: first.map(toReference),
  }
  const created = readCreated(
    await push.client.send({ kind: 'create group', method: 'POST', path: '/Groups', body }),
    'Group',
  )
  if (!created.ok) return { ...created, call: 'create group' }
  link.targetId = created.value.id
  push.tally.created++
  noteMembers(push, link, { adding: first, removing: [] })
  return sendChanges(push, group, link)
}

/** Okta repeats the name whenever anything about a group changes, its members included. */
async function updateGroup(push: PushContext, group: DirectoryGroup, link: Link): Promise<Outcome> {
  const id = link.targetId ?? ''
  const body = patchBody({ op: 'replace', value: { id, displayName: group.displayName } })
  const path = resourcePath('Group', id)
  const renamed = readDone(await push.client.send({ kind: 'update group', method: 'PATCH', path, body }))
  if (!renamed.ok) return { ...renamed, call: 'update group' }
  if (link.evaluated < group.version) push.tally.updated++
  return sendChanges(push, group, link)
}

const deleteGroup: Step = async (push, _group, link) => {
  const path = resourcePath('Group', link.targetId ?? '')
  const done = readDeleted(await push.client.send({ kind: 'delete group', method: 'DELETE', path }))
  if (!done.ok) return { ...done, call: 'delete group' }
  link.targetId = null
  link.members = []
  push.tally.deleted++
  return done
}

function isPushed({ assigned, deleted }: DirectoryGroup): boolean {
  return assigned && !deleted
}

function isDue(push: PushContext, group: DirectoryGroup): boolean {
  const link = linkOf(push.state.groups, group.objectId)
  if (link.evaluated < group.version) return true
  const { adding, removing } = memberChanges(push, group, link)
  return adding.length + removing.length > 0
}

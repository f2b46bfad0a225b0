import { readCreated, readDeleted, readDone } from './answers.ts'
import type { Refusal, TargetResource } from './answers.ts'
import { isInScope, recordFailure, runPass, settle } from './cycle-context.ts'
import type { CycleContext } from './cycle-context.ts'
import type { DirectoryGroup } from './directory.ts'
import { isDue, linkOf } from './job-state.ts'
import type { Link } from './job-state.ts'
import { diff, newGroupBody } from './mapping.ts'
import { findGroup, getLinked, resourcePath } from './matching.ts'
import { encodeGroupPatch } from './patch-encoding.ts'
import type { CallKind } from './scim-client.ts'

/** Brings every due group in scope into the target, without members. */
export async function runGroupPass(cycle: CycleContext): Promise<void> {
  const due = Object.values(cycle.directory.groups).filter(
    (group) =>
      isInScope(cycle.settings, group) && isDue(cycle.state.groups[group.objectId], group.version, cycle.now),
  )
  await runPass(cycle, 'groups', due, (group) => evaluateGroup(cycle, group))
}

/** Deletes the groups that are deleted or no longer assigned; groups know no "disabled". */
export async function runGroupDeprovisioning(cycle: CycleContext): Promise<void> {
  const due = Object.values(cycle.directory.groups).filter((group) => {
    const link = cycle.state.groups[group.objectId]
    const isLinked = link !== undefined && link.targetId !== null
    return isLinked && !isInScope(cycle.settings, group) && isDue(link, group.version, cycle.now)
  })
  await runPass(cycle, 'deprovisioning', due, (group) => deleteGroup(cycle, group))
}

async function evaluateGroup(cycle: CycleContext, group: DirectoryGroup): Promise<void> {
  const link = linkOf(cycle.state.groups, group.objectId)
  cycle.tally.events++
  await bringIn(cycle, group, link)
  settle(cycle, link, group)
}

async function bringIn(cycle: CycleContext, group: DirectoryGroup, link: Link): Promise<void> {
  const call = link.targetId === null ? 'find group' : 'get group'
  const found =
    link.targetId === null ? await findGroup(cycle, group) : await getLinked(cycle, 'Group', link.targetId)
  if (!found.ok) return refused(cycle, group, call, found)
  if (found.value === undefined) return createGroup(cycle, group, link)
  if (link.targetId === null) {
    link.targetId = found.value.id
    cycle.tally.matched++
  }
  return updateGroup(cycle, group, found.value)
}

async function createGroup(cycle: CycleContext, group: DirectoryGroup, link: Link): Promise<void> {
  const { client, settings, tally } = cycle
  const body = newGroupBody(settings.groupMappings, group)
  const answer = await client.send({ kind: 'create group', method: 'POST', path: '/Groups', body })
  const created = readCreated(answer, 'Group')
  if (!created.ok) return refused(cycle, group, 'create group', created)
  link.targetId = created.value.id
  link.members = []
  tally.created++
}

async function updateGroup(
  cycle: CycleContext,
  group: DirectoryGroup,
  resource: TargetResource,
): Promise<void> {
  const { client, settings, tally } = cycle
  const changes = diff(settings.groupMappings, group, resource.body)
  if (changes.length === 0) return
  const body = encodeGroupPatch(changes, settings.mode)
  const path = resourcePath('Group', resource.id)
  const done = readDone(await client.send({ kind: 'update group', method: 'PATCH', path, body }))
  if (!done.ok) return refused(cycle, group, 'update group', done)
  tally.updated++
}

async function deleteGroup(cycle: CycleContext, group: DirectoryGroup): Promise<void> {
  const link = linkOf(cycle.state.groups, group.objectId)
  cycle.tally.events++
  settle(cycle, link, group)
  if (link.targetId === null) return
  const path = resourcePath('Group', link.targetId)
  const done = readDeleted(await cycle.client.send({ kind: 'delete group', method: 'DELETE', path }))
  if (!done.ok) return refused(cycle, group, 'delete group', done)
  link.targetId = null
  link.members = []
  cycle.tally.deleted++
}

function refused(cycle: CycleContext, group: DirectoryGroup, call: CallKind, refusal: Refusal): void {
  const link = linkOf(cycle.state.groups, group.objectId)
  recordFailure(cycle, link, { objectId: group.objectId, name: group.displayName, call }, refusal)
}

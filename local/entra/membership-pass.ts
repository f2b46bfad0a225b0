import { readDone } from './answers.ts'
import { isActive, isInScope, recordFailure, runPass } from './cycle-context.ts'
import type { CycleContext } from './cycle-context.ts'
import type { DirectoryGroup } from './directory.ts'
import { linkOf } from './job-state.ts'
import type { Link } from './job-state.ts'
import { resourcePath } from './matching.ts'
import { encodeAddMembers, encodeRemoveMembers } from './patch-encoding.ts'

interface Member {
  readonly objectId: string
  readonly targetId: string
}

/**
 * Sends the memberships that changed since they were last sent, in batches, after users and groups. What the target has
 * is never read back: a 2xx counts. Members out of scope are not sent, and those disabled later are not taken out.
 */
export async function runMembershipPass(cycle: CycleContext): Promise<void> {
  const due = Object.values(cycle.directory.groups).filter((group) => isMembershipDue(cycle, group))
  await runPass(cycle, 'memberships', due, (group) => sendMembers(cycle, group))
}

function isMembershipDue({ settings, state, tally, visited }: CycleContext, group: DirectoryGroup): boolean {
  const link = state.groups[group.objectId]
  if (link === undefined || link.targetId === null || !isInScope(settings, group)) return false
  if (tally.failedIds.has(group.objectId)) return false
  return visited.has(group.objectId) || link.awaitsMembers
}

async function sendMembers(cycle: CycleContext, group: DirectoryGroup): Promise<void> {
  const link = linkOf(cycle.state.groups, group.objectId)
  const { adding, removing, awaits } = membershipChanges(cycle, group, link)
  link.awaitsMembers = awaits
  for (const batch of batches(adding, cycle.settings.membersPerPatch))
    if (!(await sendBatch(cycle, group, 'add members', batch))) return
  for (const batch of batches(removing, cycle.settings.membersPerPatch))
    if (!(await sendBatch(cycle, group, 'remove members', batch))) return
}

function membershipChanges(
  cycle: CycleContext,
  group: DirectoryGroup,
  link: Link,
): { readonly adding: readonly Member[]; readonly removing: readonly Member[]; readonly awaits: boolean } {
  const wanted = new Set(group.memberIds)
  const sent = new Set(link.members)
  const missing = group.memberIds.filter((id) => !sent.has(id) && isActiveMember(cycle, id))
  const adding = missing.flatMap((id) => toMember(cycle, id))
  // Whoever was deleted from the target has left the group with that.
  link.members = link.members.filter((id) => toMember(cycle, id).length > 0)
  const removing = link.members.filter((id) => !wanted.has(id)).flatMap((id) => toMember(cycle, id))
  return { adding, removing, awaits: adding.length < missing.length }
}

async function sendBatch(
  cycle: CycleContext,
  group: DirectoryGroup,
  call: 'add members' | 'remove members',
  batch: readonly Member[],
): Promise<boolean> {
  const { client, settings, state, tally } = cycle
  const link = linkOf(state.groups, group.objectId)
  const encode = call === 'add members' ? encodeAddMembers : encodeRemoveMembers
  const body = encode(
    batch.map((member) => member.targetId),
    settings.mode,
  )
  const path = resourcePath('Group', link.targetId ?? '')
  tally.events++
  const done = readDone(await client.send({ kind: call, method: 'PATCH', path, body }))
  if (!done.ok) {
    const failed = { objectId: group.objectId, name: group.displayName, call, reference: true } as const
    recordFailure(cycle, link, failed, done)
    return false
  }
  noteSent(cycle, link, call, batch)
  return true
}

function noteSent(
  { tally }: CycleContext,
  link: Link,
  call: 'add members' | 'remove members',
  batch: readonly Member[],
): void {
  const ids = batch.map((member) => member.objectId)
  if (call === 'add members') {
    link.members.push(...ids)
    tally.membersAdded += ids.length
  } else {
    const gone = new Set(ids)
    link.members = link.members.filter((id) => !gone.has(id))
    tally.membersRemoved += ids.length
  }
}

function isActiveMember(cycle: CycleContext, objectId: string): boolean {
  const user = cycle.directory.users[objectId]
  return user !== undefined && isActive(cycle, user)
}

function toMember({ state }: CycleContext, objectId: string): readonly Member[] {
  const targetId = state.users[objectId]?.targetId ?? null
  return targetId === null ? [] : [{ objectId, targetId }]
}

function batches<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}

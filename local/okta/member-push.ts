import { readDone } from '../entra/answers.ts'
import type { Reading } from '../entra/answers.ts'
import type { DirectoryGroup } from '../entra/directory.ts'
import type { Link } from '../entra/job-state.ts'
import type { JsonObject } from '../entra/json.ts'
import { equals, resourcePath } from '../entra/matching.ts'
import type { CallKind } from '../entra/scim-client.ts'
import { patchBody } from './patch-body.ts'
import { isProvisioned } from './push-context.ts'
import type { PushContext } from './push-context.ts'

interface Member {
  readonly objectId: string
  readonly targetId: string
  readonly userName: string
}

interface MemberChanges {
  readonly adding: readonly Member[]
  readonly removing: readonly Member[]
}

/** What differs from the members sent so far. Whoever is not provisioned is not added, and not taken out either. */
export function memberChanges(push: PushContext, group: DirectoryGroup, link: Link): MemberChanges {
  const wanted = new Set(group.memberIds)
  const sent = new Set(link.members)
  return {
    adding: group.memberIds.filter((id) => !sent.has(id)).flatMap((id) => toMember(push, id)),
    removing: link.members
      .filter((id) => !wanted.has(id))
      .flatMap((id) => toMember(push, id, { departed: true })),
  }
}

/** Remembers members that the target has taken, or taken out. */
export function noteMembers({ tally }: PushContext, link: Link, { adding, removing }: MemberChanges): void {
  const gone = new Set(removing.map((member) => member.objectId))
  link.members = [...link.members.filter((id) => !gone.has(id)), ...adding.map((member) => member.objectId)]
  tally.membersAdded += adding.length
  tally.membersRemoved += removing.length
}

/** A full push: the first part replaces whatever the group holds, the others are added to it. */
export async function pushMembers(
  push: PushContext,
  group: DirectoryGroup,
  link: Link,
): Promise<Reading<undefined> & { readonly call?: CallKind }> {
  link.members = []
  const [adding = []] = batches(memberChanges(push, group, link).adding, push.settings.membersPerPatch)
  const operation = { op: 'replace', path: 'members', value: adding.map(toReference) }
  const done = await patch(push, link, 'push members', [operation])
  if (!done.ok) return { ...done, call: 'push members' }
  noteMembers(push, link, { adding, removing: [] })
  return sendChanges(push, group, link)
}

/** Sends what differs, each request with a part of the departures and arrivals. */
export async function sendChanges(
  push: PushContext,
  group: DirectoryGroup,
  link: Link,
): Promise<Reading<undefined> & { readonly call?: CallKind }> {
  const { adding, removing } = memberChanges(push, group, link)
  const size = push.settings.membersPerPatch
  const [arrivals, departures] = [batches(adding, size), batches(removing, size)]
  for (let i = 0; i < Math.max(arrivals.length, departures.length); i++) {
    const part = { adding: arrivals[i] ?? [], removing: departures[i] ?? [] }
    const done = await patch(push, link, 'change members', operationsOf(part))
    if (!done.ok) return { ...done, call: 'change members' }
    noteMembers(push, link, part)
  }
  return { ok: true, value: undefined }
}

/** A member as Okta names it. */
export function toReference({ targetId, userName }: Member): JsonObject {
  return { value: targetId, display: userName }
}

/** Cuts a list into parts of at most that size; nothing has no parts. */
export function batches<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
}

function operationsOf({ adding, removing }: MemberChanges): readonly JsonObject[] {
  const departures = removing.map(({ targetId }) => ({
    op: 'remove',
    path: `members[${equals('value', targetId)}]`,
  }))
  const arrivals = { op: 'add', path: 'members', value: adding.map(toReference) }
  return adding.length === 0 ? departures : [...departures, arrivals]
}

async function patch(
  { client }: PushContext,
  link: Link,
  kind: CallKind,
  operations: readonly JsonObject[],
): Promise<Reading<undefined>> {
  const path = resourcePath('Group', link.targetId ?? '')
  return readDone(await client.send({ kind, method: 'PATCH', path, body: patchBody(...operations) }))
}

function toMember(
  { directory, state }: PushContext,
  objectId: string,
  { departed = false } = {},
): readonly Member[] {
  const user = directory.users[objectId]
  const targetId = state.users[objectId]?.targetId ?? null
  if (user === undefined || targetId === null || !(departed || isProvisioned(user))) return []
  return [{ objectId, targetId, userName: user.userPrincipalName }]
}

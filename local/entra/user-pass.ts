import { readCreated, readDeleted, readDone } from './answers.ts'
import type { Reading, TargetResource } from './answers.ts'
import { isActive, isInScope, recordFailure, runPass, settle } from './cycle-context.ts'
import type { CycleContext } from './cycle-context.ts'
import type { DirectoryUser } from './directory.ts'
import { isDue, linkOf } from './job-state.ts'
import type { Link } from './job-state.ts'
import { isRecord } from './json.ts'
import { diff, newUserBody } from './mapping.ts'
import type { SourceUser } from './mapping.ts'
import { findUser, getLinked, resourcePath } from './matching.ts'
import { encodeUserPatch } from './patch-encoding.ts'
import type { Change } from './patch-encoding.ts'
import { changeOfRoles, writeRoles } from './roles.ts'
import type { CallKind } from './scim-client.ts'
import { parseTargetPath, readTarget } from './target-path.ts'

const MANAGER = parseTargetPath('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager')

/** Brings every due, active user into the target: found or created, then changed where it differs. */
export async function runUserPass(cycle: CycleContext): Promise<void> {
  const due = Object.values(cycle.directory.users).filter(
    (user) => isActive(cycle, user) && isUserDue(cycle, user),
  )
  await runPass(cycle, 'users', due, (user) => evaluateUser(cycle, user))
}

/**
 * Takes every due user that is no longer active out of service: `active` becomes false, and after a deletion for good
 * the resource is deleted. Users that the target never had are left alone, so disabled ones are not created.
 */
export async function runUserDeprovisioning(cycle: CycleContext): Promise<void> {
  const due = Object.values(cycle.directory.users).filter(
    (user) => !isActive(cycle, user) && isManaged(cycle, user) && isUserDue(cycle, user),
  )
  await runPass(cycle, 'deprovisioning', due, (user) =>
    user.deleted === 'hard' ? deleteUser(cycle, user) : evaluateUser(cycle, user),
  )
}

/** Evaluates one user as a cycle does, whether it is due or not. */
export async function evaluateUser(cycle: CycleContext, user: DirectoryUser): Promise<void> {
  const link = linkOf(cycle.state.users, user.objectId)
  const source = { user, isSoftDeleted: !isActive(cycle, user) }
  cycle.tally.events++
  const resource = await bringIn(cycle, source, link)
  settle(cycle, link, user)
  if (resource === undefined) return
  const manager = readTarget(resource.body, MANAGER)
  const managerId = isRecord(manager) && typeof manager.value === 'string' ? manager.value : null
  cycle.managersSeen.set(user.objectId, managerId)
}

/** The target's resource in the end; undefined after a failure, which is then recorded. */
async function bringIn(
  cycle: CycleContext,
  source: SourceUser,
  link: Link,
): Promise<TargetResource | undefined> {
  const call = link.targetId === null ? 'find user' : 'get user'
  const found =
    link.targetId === null ? await findUser(cycle, source) : await getLinked(cycle, 'User', link.targetId)
  if (!found.ok) return refused(cycle, source.user, call, found)
  if (found.value === undefined) return createUser(cycle, source, link)
  if (link.targetId === null) {
    link.targetId = found.value.id
    cycle.tally.matched++
  }
  return updateUser(cycle, source, found.value)
}

async function createUser(
  cycle: CycleContext,
  source: SourceUser,
  link: Link,
): Promise<TargetResource | undefined> {
  const { client, settings, tally } = cycle
  const body = newUserBody(settings.userMappings, source)
  writeRoles(body, settings.roles, source.user.appRoles)
  const created = readCreated(
    await client.send({ kind: 'create user', method: 'POST', path: '/Users', body }),
    'User',
  )
  if (!created.ok) return refused(cycle, source.user, 'create user', created)
  link.targetId = created.value.id
  link.released = false
  tally.created++
  return created.value
}

async function updateUser(
  cycle: CycleContext,
  source: SourceUser,
  resource: TargetResource,
): Promise<TargetResource | undefined> {
  const { client, settings, state, tally } = cycle
  const changes = changesOfUser(cycle, source, resource)
  const isDisabling = changes.some((change) => change.path === 'active' && change.value === false)
  if (changes.length > 0) {
    const kind = isDisabling ? 'disable user' : 'update user'
    const body = encodeUserPatch(changes, settings.mode)
    const path = resourcePath('User', resource.id)
    const done = readDone(await client.send({ kind, method: 'PATCH', path, body }))
    if (!done.ok) return refused(cycle, source.user, kind, done)
    if (isDisabling) tally.disabled++
    else tally.updated++
  }
  const { user } = source
  linkOf(state.users, user.objectId).released = user.deleted === 'no' && !isInScope(settings, user)
  return resource
}

/** Of a user out of scope only `active` is of interest; a blocked one that is still assigned keeps being updated. */
function changesOfUser(
  { settings }: CycleContext,
  source: SourceUser,
  resource: TargetResource,
): readonly Change[] {
  const changes = diff(settings.userMappings, source, resource.body)
  if (!isInScope(settings, source.user)) return changes.filter((change) => change.path === 'active')
  const roles = changeOfRoles(settings.roles, source.user.appRoles, resource.body)
  return roles === null ? changes : [...changes, roles]
}

async function deleteUser(cycle: CycleContext, user: DirectoryUser): Promise<void> {
  const link = linkOf(cycle.state.users, user.objectId)
  cycle.tally.events++
  settle(cycle, link, user)
  if (link.targetId === null) return
  const path = resourcePath('User', link.targetId)
  const done = readDeleted(await cycle.client.send({ kind: 'delete user', method: 'DELETE', path }))
  if (!done.ok) return refused(cycle, user, 'delete user', done)
  link.targetId = null
  cycle.tally.deleted++
}

function refused(
  cycle: CycleContext,
  user: DirectoryUser,
  call: CallKind,
  refusal: Extract<Reading<unknown>, { ok: false }>,
): undefined {
  const link = linkOf(cycle.state.users, user.objectId)
  recordFailure(cycle, link, { objectId: user.objectId, name: user.userPrincipalName, call }, refusal)
}

/** Once disabled because its assignment ended, a user is none of Entra's business until it is back in scope. */
function isManaged({ settings, state }: CycleContext, user: DirectoryUser): boolean {
  const link = state.users[user.objectId]
  if (link === undefined || link.targetId === null) return false
  return !link.released || isInScope(settings, user)
}

function isUserDue({ state, now }: CycleContext, user: DirectoryUser): boolean {
  const link = state.users[user.objectId]
  if (isDue(link, user.version, now)) return true
  const manager = user.managerId === null ? undefined : state.users[user.managerId]
  return link?.awaitsManager === true && (manager?.targetId ?? null) !== null
}

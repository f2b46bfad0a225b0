import { readCreated, readDone, readMatch, readResource } from '../entra/answers.ts'
import type { Reading, TargetResource } from '../entra/answers.ts'
import { runPass } from '../entra/cycle-context.ts'
import type { DirectoryUser } from '../entra/directory.ts'
import { linkOf } from '../entra/job-state.ts'
import type { Link } from '../entra/job-state.ts'
import { equals, resourcePath } from '../entra/matching.ts'
import type { CallKind } from '../entra/scim-client.ts'
import { patchBody } from './patch-body.ts'
import { changedUserBody, newUserBody } from './profile.ts'
import { isProvisioned, noteFailure } from './push-context.ts'
import type { PushContext } from './push-context.ts'

/** Brings everybody who is assigned and changed into the target: linked or created, reactivated, then replaced. */
export async function pushUsers(push: PushContext): Promise<void> {
  const due = Object.values(push.directory.users).filter((user) => isProvisioned(user) && isDue(push, user))
  await runPass(push, 'users', due, (user) => visit(push, user, pushUser))
}

/** Deactivates everybody who is no longer assigned, blocked or deleted. Okta deletes no accounts. */
export async function deactivateUsers(push: PushContext): Promise<void> {
  const due = Object.values(push.directory.users).filter((user) => {
    const link = push.state.users[user.objectId]
    const isLinked = link !== undefined && link.targetId !== null && !link.released
    return isLinked && !isProvisioned(user) && isDue(push, user)
  })
  await runPass(push, 'deprovisioning', due, (user) => visit(push, user, deactivate))
}

type Step = (push: PushContext, user: DirectoryUser, link: Link) => Promise<Failed | undefined>

interface Failed {
  readonly call: CallKind
  readonly refusal: Extract<Reading<unknown>, { ok: false }>
}

async function visit(push: PushContext, user: DirectoryUser, step: Step): Promise<void> {
  const link = linkOf(push.state.users, user.objectId)
  push.tally.events++
  const failed = await step(push, user, link)
  if (failed === undefined) link.evaluated = user.version
  else {
    const { objectId, userPrincipalName: name } = user
    noteFailure(push, { objectId, name, call: failed.call }, failed.refusal)
  }
}

const pushUser: Step = async (push, user, link) => {
  if (link.targetId === null) {
    const found = await findUser(push, user)
    if (!found.ok) return { call: 'find user', refusal: found }
    if (found.value === undefined) return createUser(push, user, link)
    link.targetId = found.value.id
    push.tally.matched++
  }
  if (link.released) {
    const failed = await setActive(push, link.targetId, true)
    if (failed !== undefined) return failed
    link.released = false
    push.tally.updated++
  }
  return updateUser(push, user, link.targetId)
}

async function findUser(
  { client }: PushContext,
  user: DirectoryUser,
): Promise<Reading<TargetResource | undefined>> {
  const query = { filter: equals('userName', user.userPrincipalName), startIndex: '1', count: '100' }
  return readMatch(await client.send({ kind: 'find user', method: 'GET', path: '/Users', query }), 'User')
}

async function createUser(
  { client, tally }: PushContext,
  user: DirectoryUser,
  link: Link,
): Promise<Failed | undefined> {
  const body = newUserBody(user)
  const created = readCreated(
    await client.send({ kind: 'create user', method: 'POST', path: '/Users', body }),
    'User',
  )
  if (!created.ok) return { call: 'create user', refusal: created }
  link.targetId = created.value.id
  link.released = false
  tally.created++
  return undefined
}

async function updateUser(
  { client, tally }: PushContext,
  user: DirectoryUser,
  targetId: string,
): Promise<Failed | undefined> {
  const path = resourcePath('User', targetId)
  const read = readResource(await client.send({ kind: 'get user', method: 'GET', path }), 'User')
  if (!read.ok) return { call: 'get user', refusal: read }
  const body = changedUserBody(read.value.body, user)
  if (body === undefined) return undefined
  const replaced = readResource(await client.send({ kind: 'update user', method: 'PUT', path, body }), 'User')
  if (!replaced.ok) return { call: 'update user', refusal: replaced }
  tally.updated++
  return undefined
}

const deactivate: Step = async (push, _user, link) => {
  const failed = await setActive(push, link.targetId ?? '', false)
  if (failed !== undefined) return failed
  link.released = true
  push.tally.disabled++
  return undefined
}

async function setActive(
  { client }: PushContext,
  targetId: string,
  active: boolean,
): Promise<Failed | undefined> {
  const kind = active ? 'enable user' : 'disable user'
  const body = patchBody({ op: 'replace', value: { active } })
  const done = readDone(
    await client.send({ kind, method: 'PATCH', path: resourcePath('User', targetId), body }),
  )
  return done.ok ? undefined : { call: kind, refusal: done }
}

function isDue({ state }: PushContext, user: DirectoryUser): boolean {
  return (state.users[user.objectId]?.evaluated ?? 0) < user.version
}

import { readDone } from './answers.ts'
import { isActive, recordFailure, runPass } from './cycle-context.ts'
import type { CycleContext } from './cycle-context.ts'
import type { DirectoryUser } from './directory.ts'
import { linkOf } from './job-state.ts'
import { resourcePath } from './matching.ts'
import { encodeManagerPatch } from './patch-encoding.ts'

interface ManagerChange {
  readonly user: DirectoryUser
  readonly targetId: string
  readonly managerTargetId: string
  readonly op: 'add' | 'replace'
}

/**
 * Sets the managers of the users evaluated in this cycle, once all users are in the target. Both must be in scope. A
 * manager taken away is a null, which Entra never sends.
 */
export async function runReferencePass(cycle: CycleContext): Promise<void> {
  const changes = [...cycle.managersSeen.keys()].flatMap((objectId) => managerChange(cycle, objectId))
  await runPass(cycle, 'managers', changes, (change) => setManager(cycle, change))
}

function managerChange(cycle: CycleContext, objectId: string): readonly ManagerChange[] {
  const { managersSeen, state } = cycle
  const link = linkOf(state.users, objectId)
  const user = activeUser(cycle, objectId)
  const manager = activeUser(cycle, user?.managerId ?? null)
  link.awaitsManager = false
  if (user === undefined || manager === undefined || link.targetId === null) return []
  const managerTargetId = state.users[manager.objectId]?.targetId ?? null
  link.awaitsManager = managerTargetId === null
  const seen = managersSeen.get(objectId) ?? null
  if (managerTargetId === null || managerTargetId === seen) return []
  return [{ user, targetId: link.targetId, managerTargetId, op: seen === null ? 'add' : 'replace' }]
}

function activeUser(cycle: CycleContext, objectId: string | null): DirectoryUser | undefined {
  const user = objectId === null ? undefined : cycle.directory.users[objectId]
  return user !== undefined && isActive(cycle, user) ? user : undefined
}

async function setManager(cycle: CycleContext, change: ManagerChange): Promise<void> {
  const { user, targetId, managerTargetId, op } = change
  const { client, settings, state, tally } = cycle
  tally.events++
  const body = encodeManagerPatch(op, managerTargetId, settings.mode)
  const path = resourcePath('User', targetId)
  const done = readDone(await client.send({ kind: 'set manager', method: 'PATCH', path, body }))
  if (done.ok) return
  const failed = {
    objectId: user.objectId,
    name: user.userPrincipalName,
    call: 'set manager',
    reference: true,
  } as const
  recordFailure(cycle, linkOf(state.users, user.objectId), failed, done)
}

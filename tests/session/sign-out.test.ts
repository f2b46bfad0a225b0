import { describe, expect, it } from 'vitest'
import { activityRows, listActivity } from '../../shared/activity/activity.ts'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { endEntraSession, signOut, signOutEverywhere } from '../../shared/oidc/sign-out.ts'
import { endOfSession, newSession, SESSION_MS } from '../../shared/session/portal-session.ts'
import { commitSignIn } from '../../shared/storage/sign-ins.ts'
import { findUser } from '../../shared/storage/users.ts'
import { addUser, newDirectory, type Directory } from '../support/directory-context.ts'

/** A person of a connector of its own, signed in twice: with and without a session of Entra's. */
async function scene() {
  const directory = newDirectory('memory')
  const id = await addUser(directory, { roles: [{ value: 'Admin' }] })
  const { store, tenant } = directory
  const at = new Date('2026-11-24T09:00:00.000Z')
  const found = await findUser(store, tenant, id)
  if (found === undefined) throw new Error('There is no user.')
  const caller = { actor: 'browser', correlationId: 'r', clientRequestId: undefined }
  await commitSignIn(
    store,
    tenant,
    {
      user: found,
      loginId: 'login',
      at,
      session: { sid: 'entra-session', expires: new Date(at.getTime() + SESSION_MS) },
    },
    activityRows(caller, { operation: 'user.signIn', status: 200 }, at),
  )
  const context = { store, tenant, caller, now: new Date(at.getTime() + 60_000) }
  const person = { connector: tenant.connector, user: id }
  return {
    directory,
    id,
    context,
    one: newSession({ ...person, sid: 'entra-session' }, at),
    other: newSession({ ...person, sid: undefined }, at),
  }
}

async function endOf({ store, tenant }: Directory, id: ResourceId, session: ReturnType<typeof newSession>) {
  return endOfSession(session, await findUser(store, tenant, id))
}

async function operations({ store, tenant }: Directory): Promise<readonly string[]> {
  const items = await listActivity(store, tenant, { before: undefined, count: 10 })
  return items.map(({ operation }) => operation)
}

describe('signing out', () => {
  it('ends this session and no other', async () => {
    const { directory, id, context, one, other } = await scene()
    expect(await directory.counted(() => signOut(context, one))).toBe(2)
    expect(await endOf(directory, id, one)).toBe('session-ended')
    expect(await endOf(directory, id, other)).toBeUndefined()
    expect(await operations(directory)).toContain('user.signOut')
  })

  it('everywhere ends every session that there is, and none that follows', async () => {
    const { directory, id, context, one, other } = await scene()
    await signOutEverywhere(context, id)
    expect(await endOf(directory, id, one)).toBe('session-ended')
    expect(await endOf(directory, id, other)).toBe('session-ended')
    expect(await endOf(directory, id, newSession({ ...one }, context.now))).toBeUndefined()
    expect(await operations(directory)).toContain('user.signOutEverywhere')
  })

  it('at Entra ends what began in that session', async () => {
    const { directory, id, context, one, other } = await scene()
    expect(await endEntraSession(context, 'entra-session')).toBe(id)
    expect(await endOf(directory, id, one)).toBe('session-ended')
    expect(await endOf(directory, id, other)).toBeUndefined()
    expect(await operations(directory)).toContain('user.signOutAtEntra')
  })

  it('at Entra, told twice, writes once', async () => {
    const { directory, context } = await scene()
    await endEntraSession(context, 'entra-session')
    await endEntraSession(context, 'entra-session')
    expect((await operations(directory)).filter((name) => name === 'user.signOutAtEntra')).toHaveLength(1)
  })

  it('of a session that nobody has costs one read', async () => {
    const { directory, context } = await scene()
    expect(await directory.counted(() => endEntraSession(context, 'unknown'))).toBe(1)
  })
})

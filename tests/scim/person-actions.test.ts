import { describe, expect, it } from 'vitest'
import { listPersonActivity } from '../../shared/activity/activity.ts'
import { newResourceId, type ResourceId } from '../../shared/kernel/ids.ts'
import type { PeopleContext } from '../../shared/scim/people-context.ts'
import { endAllSessions, endPersonGrant, freeEmail, unlinkPerson } from '../../shared/scim/person-actions.ts'
import { patchUser } from '../../shared/scim/users.ts'
import { listFamilies } from '../../shared/storage/refresh-families.ts'
import { findLink } from '../../shared/storage/sign-ins.ts'
import { failureFrom, intercept, only } from '../connectors/fixtures.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addUser,
  newDirectory,
  outcomeOf,
  projectUser,
  replaceOp,
  STORES,
  type Directory,
} from '../support/directory-context.ts'
import { addGrant, read, signIn } from './people-fixtures.ts'

const ADMIN = { actor: 'user:admin', correlationId: 'request-2', clientRequestId: undefined }

async function lastLine({ store, tenant }: Directory, id: ResourceId) {
  const [line] = await listPersonActivity(store, tenant, id, { before: undefined, count: 1 })
  return line
}

async function grantsOf({ store, tenant }: Directory, id: ResourceId): Promise<readonly string[]> {
  return (await listFamilies(store, tenant, id)).map((family) => family.id)
}

const deactivate = (directory: Directory, id: ResourceId): Promise<unknown> =>
  patchUser(directory.context, id, replaceOp('active', false), projectUser())

describe.each(STORES)('over %s', (kind) => {
  it('ending everything ends sessions and grants, and says who did it', async () => {
    const directory = newDirectory(kind)
    const id = await addUser(directory)
    await signIn(directory, id)
    for (const grant of ['a', 'b']) await addGrant(directory, id, { id: grant })
    const started = Date.now()
    await endAllSessions({ ...directory.context, caller: ADMIN }, id)

    const { validFrom, account } = (await read(directory, id)).signIn
    expect(Date.parse(validFrom ?? '')).toBeGreaterThanOrEqual(started)
    expect(account).toBeDefined()
    expect(await grantsOf(directory, id)).toEqual([])
    expect(await lastLine(directory, id)).toMatchObject({
      operation: 'user.signOutEverywhere',
      actor: 'user:admin',
      resource: { type: 'User', id },
    })
  })

  it('ending one grant leaves the others, and once more changes nothing', async () => {
    const directory = newDirectory(kind)
    const id = await addUser(directory)
    for (const grant of ['a', 'b']) await addGrant(directory, id, { id: grant })
    for (const grant of ['a', 'a', 'A/', '']) await endPersonGrant(directory.context, id, grant)

    expect(await grantsOf(directory, id)).toEqual(['b'])
    const lines = await listPersonActivity(directory.store, directory.tenant, id, {
      before: undefined,
      count: 10,
    })
    expect(lines.filter(({ operation }) => operation === 'user.endGrant')).toHaveLength(1)
  })

  it('unlinking lets the person in Entra be somebody else, and ends sessions', async () => {
    const directory = newDirectory(kind)
    const { store, tenant } = directory
    const id = await addUser(directory)
    await signIn(directory, id)
    const account = only((await read(directory, id)).signIn.account)
    await unlinkPerson(directory.context, id)

    const after = (await read(directory, id)).signIn
    expect(after).toMatchObject({ account: undefined, loginHint: undefined })
    expect(after.validFrom).toBeDefined()
    expect(await findLink(store, tenant, account)).toBeUndefined()
    expect(await lastLine(directory, id)).toMatchObject({ operation: 'user.unlink' })
    await unlinkPerson(directory.context, id)
  })

  it('freeing the e-mail of a deactivated person lets somebody else have it', async () => {
    const directory = newDirectory(kind)
    const emails = [{ type: 'work', value: 'mira@contoso.com' }]
    const id = await addUser(directory, { emails })
    await deactivate(directory, id)
    const taken = await outcomeOf(addUser(directory, { emails }))
    const before = await read(directory, id)
    await freeEmail(directory.context, id)

    expect(taken).toBe('not_unique')
    expect(await outcomeOf(addUser(directory, { emails }))).toBe('ok')
    const after = await read(directory, id)
    expect([after.attributes, after.version]).toEqual([before.attributes, before.version])
    expect(await lastLine(directory, id)).toMatchObject({ operation: 'user.freeEmail' })
    expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
  })
})

describe('the e-mail of somebody', () => {
  it('who is active is not freed', async () => {
    const directory = newDirectory('memory')
    const id = await addUser(directory)

    expect(await failureFrom(freeEmail(directory.context, id))).toMatchObject({ code: 'conflict' })
    expect((await read(directory, id)).index.uniqueEmail).toBeDefined()
  })

  it('who comes back meanwhile is not freed', async () => {
    const directory = newDirectory('memory')
    const id = await addUser(directory)
    await deactivate(directory, id)
    let isFirst = true
    const racing = intercept(directory.store, async ({ method }) => {
      if (method !== 'batch' || !isFirst) return
      isFirst = false
      await patchUser(directory.context, id, replaceOp('active', true), projectUser())
    })
    const work = freeEmail({ ...directory.context, store: racing }, id)

    expect(await failureFrom(work)).toMatchObject({ code: 'conflict' })
    expect((await read(directory, id)).index.uniqueEmail).toBeDefined()
  })
})

const ACTIONS: readonly (readonly [string, (context: PeopleContext, id: ResourceId) => Promise<void>])[] = [
  ['ending everything', endAllSessions],
  ['unlinking', unlinkPerson],
  ['freeing an e-mail', freeEmail],
]

describe.each(ACTIONS)('%s', (_, act) => {
  it('of nobody is 404', async () => {
    const { context } = newDirectory('memory')

    expect(await failureFrom(act(context, newResourceId()))).toMatchObject({ code: 'not_found' })
  })
})

import { describe, expect, it } from 'vitest'
import { listPersonActivity } from '../../shared/activity/activity.ts'
import { newResourceId, type ResourceId } from '../../shared/kernel/ids.ts'
import { deleteGroup } from '../../shared/scim/groups.ts'
import { listUsers } from '../../shared/scim/list.ts'
import { purgePerson, restorePerson } from '../../shared/scim/person-restore.ts'
import { deleteUser, groupsOf } from '../../shared/scim/users.ts'
import { failureFrom, intercept } from '../connectors/fixtures.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addUser,
  keysOf,
  newDirectory,
  outcomesOf,
  pageQuery,
  STORES,
  type Directory,
} from '../support/directory-context.ts'
import { addGrant, read } from './people-fixtures.ts'

const ADMIN = { actor: 'user:admin', correlationId: 'request-2', clientRequestId: undefined }
const NAME = { userName: 'mira@contoso.com', emails: [{ type: 'work', value: 'mira@contoso.com' }] }

async function addDeleted(directory: Directory, groups = 0): Promise<ResourceId> {
  const id = await addUser(directory, NAME)
  for (let i = 0; i < groups; i++) await addGroup(directory, [id])
  await deleteUser(directory.context, id)
  return id
}

describe.each(STORES)('restoring a person over %s', (kind) => {
  it('brings back the resource under its id, in the groups that still exist', async () => {
    const directory = newDirectory(kind)
    const { context } = directory
    const id = await addUser(directory, { ...NAME, roles: [{ value: 'Admin' }] })
    const before = await read(directory, id)
    const [kept, gone] = [await addGroup(directory, [id]), await addGroup(directory, [id])]
    await deleteUser(context, id)
    await deleteGroup(context, gone)

    expect(await restorePerson({ ...context, caller: ADMIN }, id)).toEqual({ joined: 1, left: 1 })
    const after = await read(directory, id)
    expect(after.attributes).toEqual(before.attributes)
    expect([after.index, after.created]).toEqual([before.index, before.created])
    expect(await groupsOf(context, after)).toEqual([kept])
    expect(await listUsers(context, pageQuery())).toMatchObject({ totalResults: 1 })
    expect(await keysOf(directory, 't.')).toEqual([])
    expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
    const [line] = await listPersonActivity(directory.store, directory.tenant, id, {
      before: undefined,
      count: 1,
    })
    expect(line).toMatchObject({ operation: 'user.restore', actor: 'user:admin' })
  })

  it('succeeds once of three at a time', async () => {
    const directory = newDirectory(kind)
    const id = await addDeleted(directory, 2)
    const works = [1, 2, 3].map(() => restorePerson(directory.context, id))
    const outcomes = await outcomesOf(works)

    expect(outcomes.ok).toBe(1)
    expect((outcomes.conflict ?? 0) + (outcomes.not_found ?? 0)).toBe(2)
    expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
  })
})

describe('restoring a person', () => {
  it('joins more groups than fit into one transaction', async () => {
    const directory = newDirectory('memory')
    const id = await addDeleted(directory, 70)

    expect(await restorePerson(directory.context, id)).toEqual({ joined: 70, left: 0 })
    expect(await groupsOf(directory.context, await read(directory, id))).toHaveLength(70)
    expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
  })

  it('does without a group that is deleted in the same moment', async () => {
    const directory = newDirectory('memory')
    const { context } = directory
    const id = await addUser(directory, NAME)
    const [kept, gone] = [await addGroup(directory, [id]), await addGroup(directory, [id])]
    await deleteUser(context, id)
    let isFirst = true
    const racing = intercept(directory.store, async ({ method }) => {
      if (method !== 'batch' || !isFirst) return
      isFirst = false
      await deleteGroup(context, gone)
    })

    expect(await restorePerson({ ...context, store: racing }, id)).toEqual({ joined: 1, left: 1 })
    expect(await groupsOf(context, await read(directory, id))).toEqual([kept])
  })

  it('lets no earlier session or grant hold again', async () => {
    const directory = newDirectory('memory')
    const id = await addDeleted(directory)
    const started = Date.now()
    await restorePerson(directory.context, id)

    const { signIn } = await read(directory, id)
    expect(Date.parse(signIn.validFrom ?? '')).toBeGreaterThanOrEqual(started)
    expect(signIn.account).toBeUndefined()
  })

  it.each([
    ['user name', 'userName', { userName: NAME.userName }],
    ['login e-mail', 'emails', { emails: NAME.emails }],
  ])('is refused while somebody else has the %s', async (words, attribute, overrides) => {
    const directory = newDirectory('memory')
    const id = await addDeleted(directory)
    await addUser(directory, overrides)

    expect(await failureFrom(restorePerson(directory.context, id))).toMatchObject({
      code: 'not_unique',
      attributes: [attribute],
      detail: expect.stringContaining(words),
    })
    expect(await keysOf(directory, 't.')).toHaveLength(1)
    expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
  })

  it('is 404 for nobody and 409 for somebody who is there', async () => {
    const directory = newDirectory('memory')
    const id = await addUser(directory)

    for (const act of [restorePerson, purgePerson]) {
      expect(await failureFrom(act(directory.context, newResourceId()))).toMatchObject({ code: 'not_found' })
      expect(await failureFrom(act(directory.context, id))).toMatchObject({ code: 'conflict' })
    }
  })
})

describe('purging a person', () => {
  it('leaves no row with their id but the lines of the connector', async () => {
    const directory = newDirectory('memory')
    const id = await addDeleted(directory)
    await addGrant(directory, id, { id: 'old' })

    expect(await purgePerson({ ...directory.context, caller: ADMIN }, id)).toBe('done')
    expect((await keysOf(directory)).filter((key) => key.includes(id))).toEqual([])
    const [line] = await keysOf(directory, 'a.')
    expect(line).toBeDefined()
    expect(await failureFrom(restorePerson(directory.context, id))).toMatchObject({ code: 'not_found' })
  })

  it('that runs out of time can be done again', async () => {
    const directory = newDirectory('memory')
    const id = await addDeleted(directory)

    expect(await purgePerson({ ...directory.context, deadline: 0 }, id)).toBe('unfinished')
    expect(await keysOf(directory, 't.')).toHaveLength(1)
    expect(await purgePerson(directory.context, id)).toBe('done')
  })
})

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { newResourceId } from '../../shared/kernel/ids.ts'
import { patchGroup } from '../../shared/scim/groups.ts'
import { addGroup, addUsers, newDirectory, removeMembersOp } from '../support/directory-context.ts'

/*
 * Entra tries removals again that were answered long ago. Nothing is to be done for them, so nothing may be waited for:
 * a wait would never end here.
 */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }))
afterEach(() => void vi.useRealTimers())

it.each([
  ['one who is not in', 1],
  ['several who are not in', 3],
])('removing %s is answered without a wait', async (_, count) => {
  const directory = newDirectory('memory')
  const [member, ...others] = await addUsers(directory, count + 1)
  const group = await addGroup(directory, member === undefined ? [] : [member])

  const removal = patchGroup(directory.context, group, removeMembersOp(...others))

  await expect(removal).resolves.toBeUndefined()
})

it('removing somebody who does not exist is answered without a wait', async () => {
  const directory = newDirectory('memory')
  const [member] = await addUsers(directory, 1)
  const group = await addGroup(directory, member === undefined ? [] : [member])

  await expect(
    patchGroup(directory.context, group, removeMembersOp(newResourceId())),
  ).resolves.toBeUndefined()
})

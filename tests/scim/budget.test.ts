import { beforeAll, describe, expect, it } from 'vitest'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { getGroup } from '../../shared/scim/groups.ts'
import { listGroups, listUsers } from '../../shared/scim/list.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addUser,
  addUsers,
  newDirectory,
  pageQuery,
  projectGroup,
  type Directory,
  type StoreKind,
} from '../support/directory-context.ts'
import { GROUP_BUDGET } from './budget-groups.ts'
import { USER_BUDGET } from './budget-users.ts'

const SIZES: readonly (readonly [StoreKind, number])[] = [
  ['memory', 10],
  ['memory', 5_000],
  ['Azurite', 10],
]

describe.each(SIZES)('storage requests on %s with %i users', (kind, size) => {
  let directory: Directory

  beforeAll(async () => {
    directory = newDirectory(kind)
    for (let i = 0; i < size; i++) await addUser(directory)
  })

  it.each([...USER_BUDGET, ...GROUP_BUDGET])('%s: %i', async (_, expected, prepare) => {
    const call = await prepare(directory)
    await foldCounts(directory)

    expect(await directory.counted(call)).toBe(expected)
  })

  it('create a user: 1', async () => {
    expect(
      await costOfCreate(
        directory,
        () => addUser(directory),
        (id) => !folds(id),
      ),
    ).toBe(1)
  })

  it('create a group: 1', async () => {
    expect(
      await costOfCreate(
        directory,
        () => addGroup(directory),
        (id) => !folds(id),
      ),
    ).toBe(1)
  })

  it('leaves a consistent partition behind', async () => {
    expect(await checkDirectory(directory.store, directory.tenant)).toEqual([])
  })
})

describe('what costs more, and when', () => {
  it('reads 1,000 members of a group with each request', async () => {
    const directory = newDirectory('memory')
    const group = await addGroup(directory, await addUsers(directory, 2_500))

    const requests = await directory.counted(() => getGroup(directory.context, group, projectGroup()))

    expect(requests).toBe(1 + 3)
  })

  it('folds the counters on a create in 64, which takes a read and a transaction more', async () => {
    const directory = newDirectory('memory')

    expect(await costOfCreate(directory, () => addUser(directory), folds)).toBe(3)
  })
})

/** Lists until nothing is left to fold, so that the cost of the next one is that of any list. */
async function foldCounts(directory: Directory): Promise<void> {
  const once = async (): Promise<void> => {
    await listUsers(directory.context, pageQuery({ count: '0' }))
    await listGroups(directory.context, pageQuery({ count: '0' }))
  }
  while ((await directory.counted(once)) > 2);
}

/** Of the ids of new resources one in 64 makes the create fold the counters. */
const folds = (id: ResourceId): boolean => Number.parseInt(id.slice(-2), 16) % 64 === 0

/** What a create costs whose id is of the wanted kind; the others are created and forgotten. */
async function costOfCreate(
  directory: Directory,
  create: () => Promise<ResourceId>,
  isWanted: (id: ResourceId) => boolean,
): Promise<number> {
  for (;;) {
    let isDone = false
    const requests = await directory.counted(async () => {
      isDone = isWanted(await create())
    })
    if (isDone) return requests
  }
}

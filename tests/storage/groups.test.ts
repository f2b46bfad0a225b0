import { describe, expect, it } from 'vitest'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { createGroup, deleteGroup, getGroup, patchGroup } from '../../shared/scim/groups.ts'
import { getUser } from '../../shared/scim/users.ts'
import { findGroupIdByExternalId, findGroupIdsByName } from '../../shared/storage/groups.ts'
import { listSweeps, sweepGroup } from '../../shared/storage/memberships.ts'
import type { Store } from '../../shared/storage/store.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addUsers,
  idOf,
  keysOf,
  newDirectory,
  outcomeOf,
  projectGroup,
  projectUser,
  replaceOp,
  STORES,
  type Directory,
} from '../support/directory-context.ts'
import { entraGroup, patchOp } from '../support/gatehouse.ts'

async function expectConsistent({ store, tenant }: Directory): Promise<void> {
  expect(await checkDirectory(store, tenant)).toEqual([])
}

/** The answer had to be on its way before anything could be swept. */
const outOfTime = ({ context }: Directory): Directory['context'] => ({ ...context, deadline: 0 })

async function groupWith(
  directory: Directory,
  count: number,
): Promise<{ group: ResourceId; members: ResourceId[] }> {
  const members = await addUsers(directory, count)
  return { members, group: await addGroup(directory, members) }
}

describe.each(STORES)('groups on %s', (kind) => {
  it('are found by their name in any case and by their externalId in its own', async () => {
    const directory = newDirectory(kind)
    const { store, tenant } = directory
    const group = await addGroup(directory, [], { displayName: 'Harbour Crew', externalId: 'Crew-1' })

    expect(await findGroupIdsByName(store, tenant, 'harbour crew')).toEqual([group])
    expect(await findGroupIdByExternalId(store, tenant, 'Crew-1')).toBe(group)
    expect(await findGroupIdByExternalId(store, tenant, 'crew-1')).toBeUndefined()
  })

  it('share a name where all have an externalId, and are all found by it', async () => {
    const directory = newDirectory(kind)
    const groups = [
      await addGroup(directory, [], { displayName: 'Harbour crew' }),
      await addGroup(directory, [], { displayName: 'HARBOUR CREW' }),
    ]

    const found = await findGroupIdsByName(directory.store, directory.tenant, 'harbour crew')

    expect(found).toEqual(groups.toSorted())
    expect(
      await outcomeOf(addGroup(directory, [], { displayName: 'Harbour crew', externalId: undefined })),
    ).toBe('not_unique')
    await expectConsistent(directory)
  })

  it('own their name without an externalId, until they get one', async () => {
    const directory = newDirectory(kind)
    const displayName = 'Harbour crew'
    const owner = await addGroup(directory, [], { displayName, externalId: undefined })
    expect(await outcomeOf(addGroup(directory, [], { displayName }))).toBe('not_unique')

    await patchGroup(directory.context, owner, replaceOp('externalId', 'crew'))

    expect(await outcomeOf(addGroup(directory, [], { displayName }))).toBe('ok')
    const clear = patchOp({ op: 'Remove', path: 'externalId' })
    expect(await outcomeOf(patchGroup(directory.context, owner, clear))).toBe('not_unique')
    await expectConsistent(directory)
  })

  it('take over a name that groups with an externalId have left', async () => {
    const directory = newDirectory(kind)
    const displayName = 'Harbour crew'
    await deleteGroup(directory.context, await addGroup(directory, [], { displayName }))

    expect(await outcomeOf(addGroup(directory, [], { displayName, externalId: undefined }))).toBe('ok')
    await expectConsistent(directory)
  })

  it('keep their name when only its case changes', async () => {
    const directory = newDirectory(kind)
    const group = await addGroup(directory, [], { displayName: 'Harbour crew', externalId: undefined })

    await patchGroup(directory.context, group, replaceOp('displayName', 'Harbour CREW'))

    expect(await getGroup(directory.context, group, projectGroup())).toMatchObject({
      displayName: 'Harbour CREW',
    })
    await expectConsistent(directory)
  })

  it('are stored at the greatest size of a resource, and not one character beyond', async () => {
    const directory = newDirectory(kind)
    const displayName = 'x'.repeat(LIMITS.indexedValueLength)
    const externalId = '"'.repeat(LIMITS.indexedValueLength)

    const group = idOf(
      await createGroup(directory.context, entraGroup({ displayName, externalId }), projectGroup()),
    )

    expect(await getGroup(directory.context, group, projectGroup())).toMatchObject({
      displayName,
      externalId,
    })
    expect(await outcomeOf(addGroup(directory, [], { displayName: `${displayName}x` }))).toBe('bad_request')
    await expectConsistent(directory)
  })

  it.each([0, 44, 45, 200])('are deleted with %i members, and leave nothing', async (count) => {
    const directory = newDirectory(kind)
    const { group } = await groupWith(directory, count)

    await deleteGroup(directory.context, group)

    for (const prefix of ['g.', 'm.', 'r.', 'z.', 'y.']) expect(await keysOf(directory, prefix)).toEqual([])
    expect(await keysOf(directory, 'u.')).toHaveLength(count)
    await expectConsistent(directory)
  })

  it('are gone at once though their members’ rows are not', async () => {
    const directory = newDirectory(kind)
    const { group, members } = await groupWith(directory, 120)

    await deleteGroup(outOfTime(directory), group)

    expect(await keysOf(directory, 'z.g.')).toEqual([`z.g.${group}`])
    expect(await keysOf(directory, 'm.')).toHaveLength(120 - 44)
    expect(await outcomeOf(getGroup(directory.context, group, projectGroup()))).toBe('not_found')
    // What is left of the memberships shows nowhere.
    const users = await Promise.all(
      members.map((member) => getUser(directory.context, member, projectUser())),
    )
    expect(users.filter((user) => user['groups'] !== undefined)).toEqual([])
    await expectConsistent(directory)
  })

  it('do not show to a reader while whose reads the sweep ends', async () => {
    const directory = newDirectory(kind)
    const { store, tenant } = directory
    const { group, members } = await groupWith(directory, 60)
    await deleteGroup(outOfTime(directory), group)
    // A member whose rows the deletion itself did not take.
    const [left = ''] = (await keysOf(directory, 'm.')).map((key) => key.slice(`m.${group}.`.length))
    expect(members).toContain(left)
    let reads = 0
    const swept: Store = {
      ...store,
      table(account, name) {
        const table = store.table(account, name)
        return {
          ...table,
          async range(partition, query) {
            const rows = await table.range(partition, query)
            if (reads++ === 0) await sweepGroup(store, tenant, group, Number.MAX_SAFE_INTEGER)
            return rows
          },
        }
      },
    }

    const user = await getUser({ ...directory.context, store: swept }, left, projectUser())

    expect(user['groups']).toBeUndefined()
  })

  it('are swept by whoever reads one of their members', async () => {
    const directory = newDirectory(kind)
    const { group, members } = await groupWith(directory, 60)
    await deleteGroup(outOfTime(directory), group)

    await getUser(directory.context, String(members[0]), projectUser())

    expect(await keysOf(directory, 'm.')).toEqual([])
    expect(await keysOf(directory, 'r.')).toEqual([])
    expect(await keysOf(directory, 'z.')).toEqual([])
    await expectConsistent(directory)
  })

  it('are swept to the end by the next one, wherever the first one stopped', async () => {
    const directory = newDirectory(kind)
    const { store, tenant } = directory
    const { group } = await groupWith(directory, 150)
    await deleteGroup(outOfTime(directory), group)

    expect(await sweepGroup(store, tenant, group, 0)).toBe(false)
    expect(await listSweeps(store, tenant)).toEqual([group])
    expect(await sweepGroup(store, tenant, group, Number.MAX_SAFE_INTEGER)).toBe(true)
    expect(await listSweeps(store, tenant)).toEqual([])

    // And again, as two requests may meet the same sweep.
    expect(await sweepGroup(store, tenant, group, Number.MAX_SAFE_INTEGER)).toBe(true)
    expect(await keysOf(directory, 'm.')).toEqual([])
    await expectConsistent(directory)
  })
})

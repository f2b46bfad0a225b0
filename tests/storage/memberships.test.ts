import { describe, expect, it } from 'vitest'
import { newResourceId, type ResourceId } from '../../shared/kernel/ids.ts'
import { deleteGroup, getGroup, patchGroup, replaceGroupResource } from '../../shared/scim/groups.ts'
import { getUser } from '../../shared/scim/users.ts'
import { activityWrites } from '../../shared/storage/activity.ts'
import { addMembers, removeMembers } from '../../shared/storage/memberships.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addMembersOp,
  addUser,
  addUsers,
  keysOf,
  newDirectory,
  outcomeOf,
  projectGroup,
  projectUser,
  removeMembersOp,
  rowsOf,
  STORES,
  type Directory,
} from '../support/directory-context.ts'
import { entraGroup, patchOp } from '../support/gatehouse.ts'

async function expectConsistent({ store, tenant }: Directory): Promise<void> {
  expect(await checkDirectory(store, tenant)).toEqual([])
}

async function membersOf(directory: Directory, group: ResourceId): Promise<readonly string[]> {
  return (await keysOf(directory, `m.${group}.`)).map((key) => key.slice(`m.${group}.`.length))
}

const values = (ids: readonly ResourceId[]): object[] => ids.map((value) => ({ value }))
const touch = { modified: '2026-03-01T12:00:00.000Z', version: 'second' }
const activity = () => activityWrites(new Date(), { op: 'group.members' })

describe.each(STORES)('memberships on %s', (kind) => {
  it('are one transaction of 32 additions or 48 removals, with the activity', async () => {
    const directory = newDirectory(kind)
    const { store, tenant } = directory
    const users = await addUsers(directory, 48)
    const group = await addGroup(directory)
    const all = users.map((id) => ({ id, kind: 'User' as const }))

    for (const members of [all.slice(0, 32), all.slice(32)])
      expect(await addMembers(store, tenant, { group, touch, members }, activity())).toBeUndefined()
    await expectConsistent(directory)

    expect(await removeMembers(store, tenant, { group, touch, members: users }, activity())).toBeUndefined()
    expect(await membersOf(directory, group)).toEqual([])
    await expectConsistent(directory)
  })

  it('are refused as a whole where one of the members does not exist', async () => {
    const directory = newDirectory(kind)
    const { store, tenant } = directory
    const group = await addGroup(directory)
    const members = [await addUser(directory), newResourceId()].map((id) => ({ id, kind: 'User' as const }))

    expect(await addMembers(store, tenant, { group, touch, members }, activity())).toBe('member missing')
    expect(
      await addMembers(
        store,
        tenant,
        { group: newResourceId(), touch, members: members.slice(0, 1) },
        activity(),
      ),
    ).toBe('group missing')

    expect(await keysOf(directory, 'm.')).toEqual([])
    await expectConsistent(directory)
  })

  it('take those who exist and name those who do not in the activity', async () => {
    const directory = newDirectory(kind)
    const group = await addGroup(directory)
    const [known, unknown] = [await addUser(directory), newResourceId()]

    await patchGroup(directory.context, group, addMembersOp(known, unknown))

    expect(await membersOf(directory, group)).toEqual([known])
    const [newest] = await rowsOf(directory, 'a.')
    expect(newest?.values).toMatchObject({ op: 'group.members', note: `+${known} unknown:${unknown}` })
    await expectConsistent(directory)
  })

  it('are 400 where nobody exists, and leave the group as it was', async () => {
    const directory = newDirectory(kind)
    const group = await addGroup(directory)

    expect(await outcomeOf(patchGroup(directory.context, group, addMembersOp(newResourceId(), 'mira')))).toBe(
      'bad_request',
    )
    expect(await membersOf(directory, group)).toEqual([])
    await expectConsistent(directory)
  })

  it.each([1, 2, 48, 49, 130])('end for %i members at once', async (count) => {
    const directory = newDirectory(kind)
    const users = await addUsers(directory, count + 1)
    const group = await addGroup(directory, users)

    await patchGroup(directory.context, group, removeMembersOp(...users.slice(1)))

    expect(await membersOf(directory, group)).toEqual(users.slice(0, 1))
    await expectConsistent(directory)
  })

  it('end for those who are in; nothing happens to the others', async () => {
    const directory = newDirectory(kind)
    const [member, stranger] = [await addUser(directory), await addUser(directory)]
    const group = await addGroup(directory, [member])

    await patchGroup(directory.context, group, removeMembersOp(stranger, newResourceId(), member, 'mira'))

    expect(await membersOf(directory, group)).toEqual([])
    await expectConsistent(directory)
  })

  it('are replaced by PUT and by "replace", down to nobody', async () => {
    const directory = newDirectory(kind)
    const users = await addUsers(directory, 70)
    const group = await addGroup(directory, users.slice(0, 40))

    await replaceGroupResource(directory.context, group, entraGroup({ members: values(users.slice(20)) }))
    expect(await membersOf(directory, group)).toEqual(users.slice(20).toSorted())
    await expectConsistent(directory)

    const one = patchOp({ op: 'Replace', path: 'members', value: values(users.slice(0, 1)) })
    await patchGroup(directory.context, group, one)
    expect(await membersOf(directory, group)).toEqual(users.slice(0, 1))

    await patchGroup(directory.context, group, patchOp({ op: 'Remove', path: 'members' }))
    expect(await membersOf(directory, group)).toEqual([])
    await expectConsistent(directory)
  })

  it('show on both sides: 100 groups of a user', async () => {
    const directory = newDirectory(kind)
    const user = await addUser(directory)
    const groups: ResourceId[] = []
    for (let i = 0; i < 100; i++) groups.push(await addGroup(directory, [user]))

    const { groups: shown } = await getUser(directory.context, user, projectUser())

    const { baseUrl } = directory.context
    expect(shown).toEqual(
      groups.toSorted().map((value) => ({ value, $ref: `${baseUrl}/Groups/${value}`, type: 'direct' })),
    )
    const { members } = await getGroup(directory.context, String(groups[0]), projectGroup())
    expect(members).toEqual([{ value: user, $ref: `${baseUrl}/Users/${user}`, type: 'User' }])
  })

  it('of groups in groups end with either of the two', async () => {
    const directory = newDirectory(kind)
    const inner = await addGroup(directory)
    const outers = [await addGroup(directory, [inner]), await addGroup(directory, [inner])]
    const { members } = await getGroup(directory.context, String(outers[0]), projectGroup())
    expect(members).toMatchObject([{ value: inner, type: 'Group' }])

    await deleteGroup(directory.context, String(outers[0]))
    await expectConsistent(directory)
    await deleteGroup(directory.context, inner)

    expect(await keysOf(directory, 'm.')).toEqual([])
    expect(await keysOf(directory, 'r.')).toEqual([])
    await expectConsistent(directory)
  })

  it('never make a group its own member', async () => {
    const directory = newDirectory(kind)
    const group = await addGroup(directory)

    expect(await outcomeOf(patchGroup(directory.context, group, addMembersOp(group)))).toBe('bad_request')
    await expectConsistent(directory)
  })
})

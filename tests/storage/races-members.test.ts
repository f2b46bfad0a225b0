import { describe, expect, it } from 'vitest'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { deleteGroup, getGroup, patchGroup } from '../../shared/scim/groups.ts'
import { deleteUser, getUser, patchUser } from '../../shared/scim/users.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addMembersOp,
  addUser,
  addUsers,
  keysOf,
  newDirectory,
  outcomeOf,
  outcomesOf,
  projectGroup,
  projectUser,
  removeMembersOp,
  replaceOp,
  STORES,
  type Directory,
} from '../support/directory-context.ts'

const DELAYS = { delayMs: 15 }

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i))
}

function add({ context }: Directory, group: ResourceId, ...members: readonly ResourceId[]): Promise<void> {
  return patchGroup(context, group, addMembersOp(...members))
}

function remove({ context }: Directory, group: ResourceId, ...members: readonly ResourceId[]): Promise<void> {
  return patchGroup(context, group, removeMembersOp(...members))
}

async function expectConsistent({ store, tenant }: Directory): Promise<void> {
  expect(await checkDirectory(store, tenant)).toEqual([])
}

describe.each(STORES)('memberships that race on %s', (kind) => {
  it('takes 256 members that are added one by one at once', async () => {
    const directory = newDirectory(kind, DELAYS)
    const members = await addUsers(directory, 256)
    const group = await addGroup(directory)

    const outcomes = await outcomesOf(members.map((member) => add(directory, group, member)))

    const { members: listed } = await getGroup(directory.context, group, projectGroup())
    expect(outcomes).toEqual({ ok: 256 })
    expect(listed).toHaveLength(256)
    await expectConsistent(directory)
  })

  it('leaves no membership dangling when adds, deletes and renames of users meet', async () => {
    const directory = newDirectory(kind, DELAYS)
    const users = await addUsers(directory, 60)
    const groups = await Promise.all(times(3, () => addGroup(directory)))

    const outcomes = await outcomesOf(
      users.flatMap((user, i) => [
        ...groups.map((group) => add(directory, group, user)),
        patchUser(directory.context, user, replaceOp('displayName', `Late ${i}`), projectUser()),
        deleteUser(directory.context, user),
      ]),
    )

    // Who adds somebody who is gone is told so.
    expect(Object.keys(outcomes).every((code) => ['ok', 'not_found', 'bad_request'].includes(code))).toBe(
      true,
    )
    expect(await keysOf(directory, 'u.')).toEqual([])
    expect(await keysOf(directory, 'm.')).toEqual([])
    expect(await keysOf(directory, 'r.')).toEqual([])
    await expectConsistent(directory)
  })

  it('leaves no membership dangling when several are added at once and one of them goes', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(10, async () => {
      const [going, ...staying] = await addUsers(directory, 8)
      const group = await addGroup(directory)
      await Promise.all([
        add(directory, group, ...staying, going as ResourceId),
        deleteUser(directory.context, going as ResourceId),
      ])
      return keysOf(directory, `m.${group}.`)
    })

    for (const members of await Promise.all(rounds)) expect(members).toHaveLength(7)
    await expectConsistent(directory)
  })

  it('leaves no membership behind when a group is deleted while members come', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(10, async () => {
      const members = await addUsers(directory, 12)
      const group = await addGroup(directory, members.slice(0, 4))
      await outcomesOf([
        ...members.slice(4).map((member) => add(directory, group, member)),
        ...members.slice(0, 2).map((member) => remove(directory, group, member)),
        deleteGroup(directory.context, group),
      ])
      return group
    })

    await Promise.all(rounds)

    expect(await keysOf(directory, 'g.')).toEqual([])
    expect(await keysOf(directory, 'm.')).toEqual([])
    expect(await keysOf(directory, 'z.')).toEqual([])
    await expectConsistent(directory)
  })

  it('sweeps a large group while its members are deleted and read', async () => {
    const directory = newDirectory(kind, DELAYS)
    const members = await addUsers(directory, 120)
    const group = await addGroup(directory, members)

    const outcomes = await outcomesOf([
      deleteGroup(directory.context, group),
      ...members.slice(0, 20).map((member) => deleteUser(directory.context, member)),
      ...members.slice(40, 50).map((member) => getUser(directory.context, member, projectUser())),
    ])

    expect(outcomes).toEqual({ ok: 31 })
    expect(await keysOf(directory, 'm.')).toEqual([])
    expect(await keysOf(directory, 'r.')).toEqual([])
    expect(await keysOf(directory, 'z.')).toEqual([])
    await expectConsistent(directory)
  })

  it('has a member or has it not when adds and removes of it meet', async () => {
    const directory = newDirectory(kind, DELAYS)
    const member = await addUser(directory)
    const group = await addGroup(directory)

    const outcomes = await outcomesOf(
      times(30, (i) => (i % 2 ? remove(directory, group, member) : add(directory, group, member))),
    )

    expect(outcomes).toEqual({ ok: 30 })
    await expectConsistent(directory)
  })

  it('removes members together with one whom somebody else removes', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(10, async () => {
      const members = await addUsers(directory, 6)
      const group = await addGroup(directory, members)
      await Promise.all([
        remove(directory, group, ...members),
        ...members.slice(0, 3).map((member) => remove(directory, group, member)),
      ])
      return keysOf(directory, `m.${group}.`)
    })

    for (const left of await Promise.all(rounds)) expect(left).toEqual([])
    await expectConsistent(directory)
  })

  it('deletes two groups of which one is the other one’s member', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(10, async () => {
      const inner = await addGroup(directory, await addUsers(directory, 1))
      const outer = await addGroup(directory, [inner])
      return Promise.all([
        outcomeOf(deleteGroup(directory.context, inner)),
        outcomeOf(deleteGroup(directory.context, outer)),
      ])
    })

    for (const outcomes of await Promise.all(rounds)) expect(outcomes).toEqual(['ok', 'ok'])
    expect(await keysOf(directory, 'm.')).toEqual([])
    await expectConsistent(directory)
  })

  it('adds a group to another one that is deleted meanwhile, or does not', async () => {
    const directory = newDirectory(kind, DELAYS)
    const rounds = times(20, async (i) => {
      const inner = await addGroup(directory)
      const outer = await addGroup(directory)
      const going = i % 2 ? inner : outer
      return outcomesOf([
        patchGroup(directory.context, outer, {
          ...addMembersOp(),
          Operations: [{ op: 'add', path: 'members', value: [{ value: inner, type: 'Group' }] }],
        }),
        deleteGroup(directory.context, going),
      ])
    })

    for (const { ok } of await Promise.all(rounds)) expect(ok).toBeGreaterThanOrEqual(1)
    await expectConsistent(directory)
  })
})

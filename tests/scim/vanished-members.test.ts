import { describe, expect, it } from 'vitest'
import { newResourceId, type ResourceId } from '../../shared/kernel/ids.ts'
import type { ScimContext } from '../../shared/scim/context.ts'
import { createGroup, getGroup, patchGroup, replaceGroupResource } from '../../shared/scim/groups.ts'
import { deleteUser } from '../../shared/scim/users.ts'
import type { Store } from '../../shared/storage/store.ts'
import type { Table } from '../../shared/storage/table.ts'
import {
  addGroup,
  addUsers,
  keysOf,
  newDirectory,
  projectGroup,
  type Directory,
} from '../support/directory-context.ts'
import { entraGroup, patchOp } from '../support/gatehouse.ts'

/** A store in which users are deleted right before they become members: after the check that they are there. */
function withDeletions(directory: Directory, users: readonly ResourceId[]): Store {
  const { store, context } = directory
  const going = [...users]
  const wrap = (table: Table): Table => ({
    get: (partition, key) => table.get(partition, key),
    range: (partition, query) => table.range(partition, query),
    scan: (from, to) => table.scan(from, to),
    async batch(partition, writes) {
      if (writes.some(({ kind, key }) => kind !== 'delete' && key.startsWith('m.')))
        for (const id of going.splice(0)) await deleteUser(context, id)
      return table.batch(partition, writes)
    },
  })
  return { ...store, table: (account, name) => wrap(store.table(account, name)) }
}

it.each([
  ['all of its members', 3, 3],
  ['its only member', 1, 1],
  ['some of its members', 3, 2],
  ['all members of the first transaction', 40, 33],
])('a group is made with who is left where %s vanish meanwhile', async (_, count, vanishing) => {
  const directory = newDirectory('memory')
  const users = await addUsers(directory, count)
  const store = withDeletions(directory, users.slice(0, vanishing))
  const body = entraGroup({ members: users.map((value) => ({ value })) })

  const made = await createGroup({ ...directory.context, store }, body, projectGroup())

  const left = users.slice(vanishing).map((value) => expect.objectContaining({ value, type: 'User' }))
  const members = made['members'] ?? []
  expect(members).toHaveLength(left.length)
  expect(members).toEqual(expect.arrayContaining(left))
  expect(await keysOf(directory, 'g.')).toEqual([`g.${String(made['id'])}`])
  expect(await keysOf(directory, 'm.')).toHaveLength(left.length)
})

/** Requests that name members and something else: the group may have changed before the members are written. */
const CHANGES: readonly [
  name: string,
  send: (context: ScimContext, id: string, members: object[]) => Promise<void>,
][] = [
  ['PUT', (context, id, members) => replaceGroupResource(context, id, entraGroup({ members }))],
  [
    'PATCH',
    (context, id, members) =>
      patchGroup(
        context,
        id,
        patchOp(
          { op: 'replace', path: 'displayName', value: entraGroup().displayName },
          { op: 'replace', path: 'members', value: members },
        ),
      ),
  ],
]

describe.each(CHANGES)('%s of a group', (_, send) => {
  it.each([
    ['all of its new members', 3, 3],
    ['its only new member', 1, 1],
    ['some of its new members', 3, 2],
    ['all new members of the first transaction', 40, 33],
  ])('keeps who is left where %s vanish meanwhile, and nobody else', async (__, count, vanishing) => {
    const directory = newDirectory('memory')
    const before = await addUsers(directory, 1)
    const users = await addUsers(directory, count)
    const group = await addGroup(directory, before)
    const store = withDeletions(directory, users.slice(0, vanishing))

    await send(
      { ...directory.context, store },
      group,
      users.map((value) => ({ value })),
    )

    const left = users.slice(vanishing)
    const { members = [] } = await getGroup(directory.context, group, projectGroup())
    expect(members).toHaveLength(left.length)
    expect(members).toEqual(
      expect.arrayContaining(left.map((value) => expect.objectContaining({ value, type: 'User' }))),
    )
    expect(await keysOf(directory, 'm.')).toHaveLength(left.length)
  })

  it('is refused where nobody whom it names was there, and changes nothing', async () => {
    const directory = newDirectory('memory')
    const group = await addGroup(directory, await addUsers(directory, 1))
    const before = await getGroup(directory.context, group, projectGroup())

    await expect(send(directory.context, group, [{ value: newResourceId() }])).rejects.toMatchObject({
      failure: { scimType: 'invalidValue' },
    })

    expect(await getGroup(directory.context, group, projectGroup())).toEqual(before)
  })
})

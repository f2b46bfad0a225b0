import { expect, it } from 'vitest'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { createGroup } from '../../shared/scim/groups.ts'
import { deleteUser } from '../../shared/scim/users.ts'
import type { Store } from '../../shared/storage/store.ts'
import type { Table } from '../../shared/storage/table.ts'
import { addUsers, keysOf, newDirectory, projectGroup, type Directory } from '../support/directory-context.ts'
import { entraGroup } from '../support/gatehouse.ts'

/** A store in which users are deleted right after a group was made: between the check of its members and their rows. */
function withDeletions(directory: Directory, users: readonly ResourceId[]): Store {
  const { store, context } = directory
  const wrap = (table: Table): Table => ({
    get: (partition, key) => table.get(partition, key),
    range: (partition, query) => table.range(partition, query),
    scan: (from, to) => table.scan(from, to),
    async batch(partition, writes) {
      const result = await table.batch(partition, writes)
      if (writes.some(({ kind, key }) => kind === 'insert' && key.startsWith('g.')))
        for (const id of users) await deleteUser(context, id)
      return result
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

import { expect, it } from 'vitest'
import { findDeletedPeople } from '../../shared/scim/deleted-people.ts'
import { restorePerson } from '../../shared/scim/person-restore.ts'
import { deleteUser } from '../../shared/scim/users.ts'
import { addUser, addUsers, newDirectory } from '../support/directory-context.ts'

it('lists who was deleted, page by page, and nobody who is there or came back', async () => {
  const directory = newDirectory('memory')
  const { context } = directory
  await addUser(directory)
  const gone = (await addUsers(directory, 6)).toSorted()
  for (const id of gone) await deleteUser(context, id)
  const [back, ...rest] = gone
  if (back !== undefined) await restorePerson(context, back)
  const first = await findDeletedPeople(context, { count: 3 })
  const second = await findDeletedPeople(context, { count: 3, after: first.next })

  expect([...first.people, ...second.people].map(({ id }) => id)).toEqual(rest)
  expect([first.people.length, second.next]).toEqual([3, undefined])
  expect(first.people[0]?.userName).toContain('@')
})

import { describe, expect, it } from 'vitest'
import { findPeople } from '../../shared/scim/people.ts'
import { getPersonPage } from '../../shared/scim/person-page.ts'
import type { Store } from '../../shared/storage/store.ts'
import { addGroup, addUser, addUsers, newDirectory, type Directory } from '../support/directory-context.ts'
import { countRounds } from '../support/rounds.ts'

async function busy(): Promise<{ directory: Directory; id: Awaited<ReturnType<typeof addUser>> }> {
  const directory = newDirectory('memory')
  const id = await addUser(directory, { displayName: 'Mira', userName: 'mira@contoso.com' })
  for (let i = 0; i < 12; i++) await addGroup(directory, [id])
  await addUsers(directory, 40)
  return { directory, id }
}

describe('storage requests of a page', () => {
  it('of a person: five, and one for each group, in two rounds', async () => {
    const { directory, id } = await busy()
    const work = (store: Store): Promise<unknown> => getPersonPage({ ...directory.context, store }, id)

    expect(await countRounds(directory.store, work)).toEqual({ rounds: 2, calls: 17 })
  })

  it.each([
    ['all people', {}, { rounds: 1, calls: 1 }],
    ['those without a role', { role: 'none' }, { rounds: 1, calls: 1 }],
    ['a whole name', { text: 'mira@contoso.com' }, { rounds: 2, calls: 4 }],
    ['first letters', { text: 'mira@con' }, { rounds: 2, calls: 4 }],
    ['nobody', { text: 'qqq' }, { rounds: 1, calls: 3 }],
  ] as const)('of %s', async (_, query, expected) => {
    const { directory } = await busy()
    const { context } = directory
    const work = (store: Store): Promise<unknown> =>
      findPeople({ ...context, store }, { count: 25, ...query })

    expect(await countRounds(directory.store, work)).toEqual(expected)
  })
})

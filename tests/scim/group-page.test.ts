import { describe, expect, it } from 'vitest'
import { newResourceId, type ResourceId } from '../../shared/kernel/ids.ts'
import { findGroups, getGroupPage } from '../../shared/scim/group-page.ts'
import { patchGroup } from '../../shared/scim/groups.ts'
import { memberKey } from '../../shared/storage/keys.ts'
import type { Store } from '../../shared/storage/store.ts'
import type { Write } from '../../shared/storage/table.ts'
import {
  addGroup,
  addMembersOp,
  addUser,
  addUsers,
  newDirectory,
  type Directory,
} from '../support/directory-context.ts'
import { countRounds } from '../support/rounds.ts'

async function membersOf({ context }: Directory, group: ResourceId, count: number): Promise<string[][]> {
  const pages: string[][] = []
  let after: string | undefined
  do {
    const page = await getGroupPage(context, group, { after, count })
    pages.push(page?.members.map(({ id }) => id) ?? [])
    after = page?.next
  } while (after !== undefined && pages.length < 100)
  return pages
}

describe('the page of a group', () => {
  it.each([1, 4, 10, 11])('shows each of ten members once, %i a page', async (count) => {
    const directory = newDirectory('memory')
    const users = await addUsers(directory, 10)
    const group = await addGroup(directory, users)
    const pages = await membersOf(directory, group, count)

    expect(pages.flat()).toEqual(users.toSorted())
    expect(pages).toHaveLength(Math.ceil(10 / count))
  })

  it('names people and groups, and says who is deactivated', async () => {
    const directory = newDirectory('memory')
    const user = await addUser(directory, {
      displayName: 'Mira',
      userName: 'mira@contoso.com',
      active: false,
    })
    const inner = await addGroup(directory, [], { displayName: 'Pilots' })
    const group = await addGroup(directory, [user], { displayName: 'Crew' })
    await patchGroup(directory.context, group, addMembersOp(inner))
    const page = await getGroupPage(directory.context, group, { count: 10 })

    expect(page).toMatchObject({ id: group, name: 'Crew', next: undefined })
    expect(page?.members).toHaveLength(2)
    expect(page?.members).toEqual(
      expect.arrayContaining([
        { id: user, kind: 'User', name: 'Mira', userName: 'mira@contoso.com', active: false },
        { id: inner, kind: 'Group', name: 'Pilots', userName: undefined, active: true },
      ]),
    )
  })

  it('of 100,000 members costs two rounds, and only the page is read', async () => {
    const directory = newDirectory('memory')
    const { context, store, tenant } = directory
    const group = await addGroup(directory, await addUsers(directory, 5))
    const table = store.table(tenant.account, 'directory')
    for (let i = 0; i < 1_000; i++) {
      const writes = Array.from({ length: 100 }, (): Write => ({
        kind: 'put',
        key: memberKey(group, newResourceId()),
        values: {},
      }))
      await table.batch(tenant.connector, writes)
    }
    const work = (counted: Store): Promise<unknown> =>
      getGroupPage({ ...context, store: counted }, group, { count: 50 })

    expect(await countRounds(store, work)).toEqual({ rounds: 2, calls: 52 })
  })

  it('is nobody where there is no such group, here or with this connector', async () => {
    const [directory, other] = [newDirectory('memory'), newDirectory('memory')]
    const group = await addGroup(directory)

    expect(await getGroupPage(directory.context, newResourceId(), { count: 5 })).toBeUndefined()
    const foreign = { ...directory.context, tenant: other.tenant }
    expect(await getGroupPage(foreign, group, { count: 5 })).toBeUndefined()
  })
})

describe('the list of groups', () => {
  it('shows each once, page by page, and finds those of a name in any case', async () => {
    const directory = newDirectory('memory')
    for (let i = 0; i < 7; i++) await addGroup(directory, [], { displayName: `Crew ${i % 5}` })
    const first = await findGroups(directory.context, { count: 4 })
    const rest = await findGroups(directory.context, { count: 4, after: first.next })

    expect([first.groups.length, rest.groups.length, rest.next]).toEqual([4, 3, undefined])
    expect(new Set([...first.groups, ...rest.groups].map(({ id }) => id)).size).toBe(7)
    const found = await findGroups(directory.context, { text: ' CREW 1 ', count: 10 })
    expect(found.groups.map(({ name }) => name)).toEqual(['Crew 1', 'Crew 1'])
  })

  it('begins anew at a cursor that is none', async () => {
    const directory = newDirectory('memory')
    await addGroup(directory)

    expect((await findGroups(directory.context, { count: 4, after: '../x' })).groups).toHaveLength(1)
  })
})

import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { listGroups, listUsers } from '../../shared/scim/list.ts'
import { searchAll } from '../../shared/scim/search.ts'
import { memberKey, searchKey } from '../../shared/storage/keys.ts'
import {
  addGroup,
  addUser,
  addUsers,
  newDirectory,
  outcomeOf,
  pageQuery,
  type Directory,
} from '../support/directory-context.ts'

/** A group of so many members, written past the product, which would take a minute. */
async function addCrowd(directory: Directory, size: number): Promise<void> {
  const group = await addGroup(directory, [await addUser(directory)])
  const table = directory.store.table(directory.tenant.account, 'directory')
  const ids = Array.from({ length: size - 1 }, () => crypto.randomUUID())
  for (let i = 0; i < ids.length; i += 100)
    await table.batch(
      directory.tenant.connector,
      ids.slice(i, i + 100).map((id) => ({ kind: 'put', key: memberKey(group, id as never), values: {} })),
    )
}

describe(`groups that have more than ${LIMITS.listedMembers} members together`, () => {
  it('are refused in every list, unless members are excluded or the page is smaller', async () => {
    const directory = newDirectory('memory')
    await addCrowd(directory, LIMITS.listedMembers - 1)
    await addCrowd(directory, 2)
    const { context } = directory
    const calls = [
      listGroups,
      searchAll,
      (_: unknown, query: ReturnType<typeof pageQuery>) =>
        searchAll(context, { ...query, sortBy: 'displayName' }),
    ]
    for (const call of calls) {
      expect(await outcomeOf(call(context, pageQuery()))).toBe('bad_request')
      expect(await outcomeOf(call(context, pageQuery({ excludedAttributes: 'members' })))).toBe('ok')
      expect(await outcomeOf(call(context, pageQuery({ count: '1' })))).toBe('ok')
    }
  })
})

describe(`beyond ${LIMITS.scannedResources} users`, () => {
  it('what needs all of them is refused, and what an index serves is not', async () => {
    const directory = newDirectory('memory')
    const { context } = directory
    await addUsers(directory, LIMITS.scannedResources - 1)
    await addUser(directory, { userName: 'only@one.example', displayName: 'Only One', title: 'Diver' })
    const sorted = pageQuery({ sortBy: 'title', count: '1' })
    expect(await listUsers(context, sorted)).toMatchObject({ totalResults: LIMITS.scannedResources })

    await addUser(directory)

    const outcomes = async (asked: Parameters<typeof pageQuery>[0]) => {
      const query = pageQuery({ count: '1', ...asked })
      return [await outcomeOf(listUsers(context, query)), await outcomeOf(searchAll(context, query))]
    }
    const refused = ['bad_request', 'bad_request']
    expect(await outcomes({ sortBy: 'title' })).toEqual(refused)
    expect(await outcomes({ sortBy: 'displayName', sortOrder: 'descending' })).toEqual(refused)
    expect(await outcomes({ filter: 'title eq "Diver"' })).toEqual(refused)
    expect(await outcomes({ filter: 'userName co "only"' })).toEqual(refused)
    expect(await outcomes({ filter: 'userName sw "mira"' })).toEqual(refused)
    const served = ['ok', 'ok']
    expect(await outcomes({})).toEqual(served)
    expect(await outcomes({ filter: 'userName eq "only@one.example"', sortBy: 'title' })).toEqual(served)
    expect(await outcomes({ filter: 'displayName sw "only"', sortBy: 'title' })).toEqual(served)
    expect(await outcomes({ filter: 'colour eq "red"' })).toEqual(served)
    expect(await outcomes({ filter: 'userName sw "mira" and externalId eq "x"' })).toEqual(served)
    expect(await outcomes({ filter: 'title eq "Diver" and emails eq "nobody@x.example"' })).toEqual(served)
  })
})

describe('very many names of few users', () => {
  it('that begin alike are refused rather than cut short', async () => {
    const directory = newDirectory('memory')
    const { context, store, tenant } = directory
    const id = await addUser(directory, { displayName: 'Alike' })
    const outcome = () => outcomeOf(listUsers(context, pageQuery({ filter: 'displayName sw "ali"' })))
    expect(await outcome()).toBe('ok')
    const rows = 5 * (LIMITS.scannedResources + 1)
    const keys = Array.from({ length: rows }, (_, i) => searchKey(`ali${i}`, id))
    const table = store.table(tenant.account, 'directory')
    for (let i = 0; i < rows; i += 100)
      await table.batch(
        tenant.connector,
        keys.slice(i, i + 100).map((key) => ({ kind: 'put', key, values: {} })),
      )
    expect(await outcome()).toBe('bad_request')
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { deleteUser, patchUser } from '../../shared/scim/users.ts'
import { listGroups, listUsers, type ListQuery } from '../../shared/scim/list.ts'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import {
  addGroup,
  addUser,
  addUsers,
  idOf,
  newDirectory,
  outcomeOf,
  pageQuery,
  projectUser,
  replaceOp,
  STORES,
  type Directory,
} from '../support/directory-context.ts'

interface Listed {
  readonly totalResults: number
  readonly startIndex: number
  readonly itemsPerPage: number
  readonly Resources: readonly Record<string, unknown>[]
}

async function users({ context }: Directory, query: Partial<ListQuery> = {}): Promise<Listed> {
  return (await listUsers(context, pageQuery(query))) as unknown as Listed
}

async function groups({ context }: Directory, query: Partial<ListQuery> = {}): Promise<Listed> {
  return (await listGroups(context, pageQuery(query))) as unknown as Listed
}

const idsOf = ({ Resources }: Listed): ResourceId[] => Resources.map(idOf)

describe.each(STORES)('a list of users on %s', (kind) => {
  let directory: Directory
  let ids: readonly ResourceId[]

  beforeAll(async () => {
    directory = newDirectory(kind)
    ids = (await addUsers(directory, 120)).toSorted()
  })

  it.each([1, 17, 100, 119, 120, 121])('has everybody once, in pages of %i', async (count) => {
    const seen: ResourceId[] = []
    for (let startIndex = 1; startIndex <= 120; startIndex += count) {
      const page = await users(directory, { startIndex: String(startIndex), count: String(count) })
      expect(page).toMatchObject({ totalResults: 120, startIndex, itemsPerPage: page.Resources.length })
      seen.push(...idsOf(page))
    }

    expect(seen).toEqual(ids)
  })

  it.each<[string, Partial<ListQuery>, Partial<Listed>]>([
    ['no paging', {}, { totalResults: 120, startIndex: 1, itemsPerPage: LIMITS.defaultCount }],
    ['count 0', { count: '0' }, { totalResults: 120, startIndex: 1, itemsPerPage: 0 }],
    ['a negative count', { count: '-5' }, { totalResults: 120, startIndex: 1, itemsPerPage: 0 }],
    ['a count beyond the cap', { count: '100000' }, { totalResults: 120, itemsPerPage: 120 }],
    ['startIndex 0', { startIndex: '0', count: '1' }, { startIndex: 1, itemsPerPage: 1 }],
    ['a negative startIndex', { startIndex: '-3', count: '1' }, { startIndex: 1, itemsPerPage: 1 }],
    ['the last one', { startIndex: '120' }, { startIndex: 120, itemsPerPage: 1 }],
    ['past the end', { startIndex: '121' }, { totalResults: 120, startIndex: 121, itemsPerPage: 0 }],
    ['far past the end', { startIndex: '999999999999999' }, { totalResults: 120, itemsPerPage: 0 }],
  ])('%s', async (_, query, expected) => {
    const page = await users(directory, query)

    expect(page).toMatchObject(expected)
    expect(page.Resources).toHaveLength(page.itemsPerPage)
  })

  it.each([{ startIndex: 'one' }, { count: '1.5' }, { count: '1e3' }, { startIndex: '1234567890123456' }])(
    'refuses %o',
    async (query) => {
      expect(await outcomeOf(users(directory, query))).toBe('bad_request')
    },
  )

  it('pages what a filter finds in the same way', async () => {
    const filter = 'active eq true'
    const first = await users(directory, { filter, count: '7' })
    const second = await users(directory, { filter, startIndex: '8', count: '7' })
    const past = await users(directory, { filter, startIndex: '121', count: '7' })

    expect(first).toMatchObject({ totalResults: 120, itemsPerPage: 7 })
    expect([...idsOf(first), ...idsOf(second)]).toEqual(ids.slice(0, 14))
    expect(past).toMatchObject({ totalResults: 120, itemsPerPage: 0, Resources: [] })
  })
})

describe('a list of users', () => {
  it('is empty and says so where there are none', async () => {
    expect(await users(newDirectory('memory'))).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    })
  })

  it('counts and shows deactivated users, and no deleted ones', async () => {
    const directory = newDirectory('memory')
    const [inactive, gone, third] = [
      await addUser(directory),
      await addUser(directory),
      await addUser(directory),
    ]
    await patchUser(directory.context, inactive, replaceOp('active', false), projectUser())
    await deleteUser(directory.context, gone)

    const page = await users(directory)

    expect(page.totalResults).toBe(2)
    expect(idsOf(page)).toEqual([inactive, third].toSorted())
  })

  it(`gives ${LIMITS.maxCount} at most, and all in the end`, async () => {
    const directory = newDirectory('memory')
    const ids = (await addUsers(directory, 1_100)).toSorted()
    const pages = [
      await users(directory, { count: '2000' }),
      await users(directory, { count: '2000', startIndex: '501' }),
      await users(directory, { count: '2000', startIndex: '1001' }),
    ]

    expect(pages.map(({ itemsPerPage }) => itemsPerPage)).toEqual([500, 500, 100])
    expect(pages.flatMap(idsOf)).toEqual(ids)
  })

  it('shows groups only where they are asked for', async () => {
    const directory = newDirectory('memory')
    const group = await addGroup(directory, [await addUser(directory)])

    const plain = await users(directory)
    const asked = await users(directory, { attributes: 'userName,groups' })

    expect(plain.Resources[0]).not.toHaveProperty('groups')
    expect(asked.Resources[0]).toMatchObject({ groups: [{ value: group }] })
  })

  it(`reads ${LIMITS.scannedResources} users for a filter that no index serves, and refuses more`, async () => {
    const directory = newDirectory('memory')
    await addUsers(directory, LIMITS.scannedResources)
    const query = { filter: 'title eq "Planner"', count: '1' }
    expect(await users(directory, query)).toMatchObject({ totalResults: LIMITS.scannedResources })

    await addUser(directory)

    expect(await outcomeOf(users(directory, query))).toBe('bad_request')
    expect(await outcomeOf(users(directory, { filter: 'userName eq "nobody"' }))).toBe('ok')
    expect(await outcomeOf(users(directory))).toBe('ok')
  })
})

describe('a list of groups', () => {
  it('is paged like users, with the members unless they are excluded', async () => {
    const directory = newDirectory('memory')
    const member = await addUser(directory)
    const ids: ResourceId[] = []
    for (let i = 0; i < 40; i++) ids.push(await addGroup(directory, [member]))

    const first = await groups(directory, { count: '17' })
    const rest = await groups(directory, {
      startIndex: '18',
      count: '30',
      excludedAttributes: 'members',
    })

    expect([...idsOf(first), ...idsOf(rest)]).toEqual(ids.toSorted())
    expect(first.Resources[0]).toMatchObject({ members: [{ value: member }] })
    expect(rest.Resources[0]).not.toHaveProperty('members')
    expect(rest.totalResults).toBe(40)
  })

  it('tells by a filter whether somebody is a member', async () => {
    const directory = newDirectory('memory')
    const [member, stranger] = [await addUser(directory), await addUser(directory)]
    const group = await addGroup(directory, [member])
    await addGroup(directory)
    const found = async (id: ResourceId, of: ResourceId): Promise<ResourceId[]> =>
      idsOf(await groups(directory, { filter: `id eq "${of}" and members eq "${id}"` }))

    expect(await found(member, group)).toEqual([group])
    expect(await found(stranger, group)).toEqual([])
    expect(idsOf(await groups(directory, { filter: `members.value eq "${member}"` }))).toEqual([group])
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { listGroups, listUsers } from '../../shared/scim/list.ts'
import {
  addGroup,
  addUser,
  addUsers,
  newDirectory,
  outcomeOf,
  pageQuery,
  STORES,
  type Directory,
} from '../support/directory-context.ts'

const USERS: readonly [string, number][] = [
  ['id eq "{ann}"', 1],
  ['id eq "nobody"', 0],
  ['userName eq "nobody"', 1],
  ['userName eq "ANN@x.example"', 2],
  ['externalId eq "x-1"', 3],
  ['externalId eq "x-2"', 1],
  ['emails eq "ann@x.example"', 2],
  ['emails.value eq "nobody@x.example"', 1],
  ['emails[type eq "work"].value eq "ann@x.example"', 2],
  ['emails[type eq "work" and value eq "ann@x.example"]', 2],
  ['userName sw "ann@"', 2],
  ['displayName sw "Only A"', 2],
  ['name.familyName sw "Zz"', 3],
  ['emails sw "nobody"', 1],
  ['title eq "x" and userName eq "ann@x.example"', 2],
  ['userName sw "mira" and externalId eq "x-2"', 1],
  ['userName eq "ann@x.example" or userName eq "nobody"', 3],
  ['colour eq "red"', 0],
  ['colour eq "red" or userName eq "nobody"', 1],
  ['title eq "Planner"', 1],
  ['userName ne "x"', 1],
  ['userName co "ann"', 1],
  ['userName eq "nobody" or title eq "x"', 1],
]
const GROUPS: readonly [string, number][] = [
  ['displayName eq "crew"', 2],
  ['displayName eq "nobody"', 1],
  ['externalId eq "g-1"', 2],
  ['members eq "{ann}"', 3],
  ['members.value eq "{ann}" and displayName eq "crew"', 3],
  ['id eq "{crew}" and members eq "{ann}"', 2],
  ['displayName sw "cr"', 1],
]

describe.each(STORES)('storage requests on %s', (kind) => {
  let directory: Directory
  let ids: Record<string, string>
  beforeAll(async () => {
    directory = newDirectory(kind)
    await addUsers(directory, 30)
    const emails = [{ value: 'ann@x.example', type: 'work' }]
    const ann = await addUser(directory, {
      userName: 'ann@x.example',
      externalId: 'x-1',
      displayName: 'Only Ann',
      name: { givenName: 'A', familyName: 'Zza' },
      emails,
    })
    await addUser(directory, { externalId: 'x-1', name: { givenName: 'B', familyName: 'Zzb' } })
    const crew = await addGroup(directory, [ann], { displayName: 'Crew', externalId: 'g-1' })
    ids = { ann, crew }
  })
  const fill = (filter: string) => filter.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '')
  const costOf = (list: typeof listUsers, query: Parameters<typeof pageQuery>[0]) =>
    directory.counted(() => list(directory.context, pageQuery({ excludedAttributes: 'members', ...query })))

  it.each(USERS)('of users, %s: %i', async (filter, wanted) => {
    expect(await costOf(listUsers, { filter: fill(filter) })).toBe(wanted)
  })

  it.each(GROUPS)('of groups, %s: %i', async (filter, wanted) => {
    expect(await costOf(listGroups, { filter: fill(filter) })).toBe(wanted)
  })

  it('are those of the filter where the list is sorted as well, and one to sort all', async () => {
    const filter = 'userName eq "ann@x.example"'
    expect(await costOf(listUsers, { filter, sortBy: 'title' })).toBe(2)
    expect(await costOf(listUsers, { sortBy: 'title' })).toBe(1)
  })

  it.each([{ sortBy: 'a..b' }, { filter: 'active gt true' }, { filter: 'title eq' }, { count: 'x' }])(
    'are none for %j, which cannot be answered',
    async (query) => {
      const list = () => outcomeOf(listUsers(directory.context, pageQuery(query)))
      expect([await directory.counted(list), await list()]).toEqual([0, 'bad_request'])
    },
  )
})

describe('storage requests to read all', () => {
  it(`are one for each thousand, ${LIMITS.scannedResources} at most`, async () => {
    const directory = newDirectory('memory')
    await addUsers(directory, LIMITS.scannedResources)
    const cost = await directory.counted(() =>
      listUsers(directory.context, pageQuery({ filter: 'title pr', count: '1' })),
    )
    expect(cost).toBeLessThanOrEqual(3)
  })
})

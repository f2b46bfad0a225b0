import { beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { deleteGroup } from '../../shared/scim/groups.ts'
import { listGroups, listUsers } from '../../shared/scim/list.ts'
import { getUser } from '../../shared/scim/users.ts'
import { sweepKey } from '../../shared/storage/keys.ts'
import {
  addGroup,
  addUser,
  addUsers,
  newDirectory,
  outcomeOf,
  pageQuery,
  projectUser,
  STORES,
  type Directory,
} from '../support/directory-context.ts'

/** Ann is in Crew and Deck, Bo in Crew, Cy nowhere; Deck also has the group Crew; Bare has nobody. */
const OF_GROUPS: readonly [string, string[]][] = [
  ['members pr', ['Crew', 'Deck']],
  ['not (members pr)', ['Bare']],
  ['members eq null', ['Bare']],
  ['members ne null', ['Crew', 'Deck']],
  ['members.type pr', ['Crew', 'Deck']],
  ['members eq "{ann}"', ['Crew', 'Deck']],
  ['members.value eq "{bo}"', ['Crew']],
  ['urn:ietf:params:scim:schemas:core:2.0:Group:members.value eq "{bo}"', ['Crew']],
  ['members eq "{cy}"', []],
  ['members ne "{bo}"', ['Bare', 'Deck']],
  ['not (members eq "{ann}")', ['Bare']],
  ['members[value eq "{ann}"]', ['Crew', 'Deck']],
  ['members[value eq "{ann}" and type eq "User"]', ['Crew', 'Deck']],
  ['members[value eq "{crew}" and type eq "User"]', []],
  ['members[value eq "{bo}" or value eq "{crew}"]', ['Crew', 'Deck']],
  ['members[value eq "{bo}" or type eq "Group"]', ['Crew', 'Deck']],
  ['members[not (type eq "User")]', ['Deck']],
  ['members[type eq "User"].value eq "{bo}"', ['Crew']],
  ['members[value eq "{crew}"].type eq "Group"', ['Deck']],
  ['members.type eq "User"', ['Crew', 'Deck']],
  ['members.type eq "Group"', ['Deck']],
  ['members co "-"', ['Crew', 'Deck']],
  ['members.value sw "{bo}"', ['Crew']],
  ['members.$ref ew "/Groups/{crew}"', ['Deck']],
  ['members pr and displayName eq "bare"', []],
  ['members.type eq "Group" or displayName eq "bare"', ['Bare', 'Deck']],
]
const OF_USERS: readonly [string, string[]][] = [
  ['groups pr', ['ann', 'bo']],
  ['not (groups pr)', ['cy']],
  ['groups eq null', ['cy']],
  ['groups eq "{deck}"', ['ann']],
  ['groups.value eq "{crew}"', ['ann', 'bo']],
  ['groups[value eq "{crew}"]', ['ann', 'bo']],
  ['groups.value eq "{crew}" and not (groups.value eq "{deck}")', ['bo']],
  ['groups ne "{deck}"', ['bo', 'cy']],
  ['groups.value eq "{deck}" or userName eq "cy"', ['ann', 'cy']],
  ['groups.value eq "{deck}" and userName eq "bo"', []],
  ['groups.type eq "direct"', ['ann', 'bo']],
  ['groups.$ref ew "/{deck}"', ['ann']],
  ['groups[value sw "{deck}"]', ['ann']],
  ['groups.value eq "{bare}"', []],
  ['groups.value eq "{ann}"', []],
  ['groups.value eq "no id"', []],
]
/** The requests of a search and of its answer, with three users and three groups. */
const COSTS: readonly ['users' | 'groups', string, number][] = [
  ['groups', 'members pr', 3],
  ['groups', 'members.type eq "Group"', 3],
  ['groups', 'members eq "{bo}"', 3],
  ['groups', 'displayName eq "crew" and members.type eq "User"', 3],
  ['users', 'groups eq "{deck}"', 5],
  ['users', 'groups.value eq "{crew}" and userName eq "bo"', 4],
  ['users', 'groups pr', 4],
]

function textsOf({ Resources }: Readonly<Record<string, unknown>>, name: string): string[] {
  return (Resources as Record<string, string>[]).map((one) => one[name] ?? '').toSorted(byText)
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1)

describe.each(STORES)('a filter on %s', (kind) => {
  let directory: Directory
  let ids: Record<string, string>
  beforeAll(async () => {
    directory = newDirectory(kind)
    const [ann, bo, cy] = [
      await addUser(directory, { userName: 'ann' }),
      await addUser(directory, { userName: 'bo' }),
      await addUser(directory, { userName: 'cy' }),
    ]
    const crew = await addGroup(directory, [ann, bo], { displayName: 'Crew' })
    const deck = await addGroup(directory, [ann, crew], { displayName: 'Deck' })
    const bare = await addGroup(directory, [], { displayName: 'Bare' })
    ids = { ann, bo, cy, crew, deck, bare }
  })
  const fill = (filter: string) => filter.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '')
  const query = (filter: string) => pageQuery({ filter: fill(filter), excludedAttributes: 'members' })

  it.each(OF_GROUPS)('members finds groups: %s', async (filter, wanted) => {
    const answer = await listGroups(directory.context, query(filter))
    expect(textsOf(answer, 'displayName')).toEqual(wanted)
    expect(answer['totalResults']).toBe(wanted.length)
  })

  it.each(OF_USERS)('groups finds users: %s', async (filter, wanted) => {
    const answer = await listUsers(directory.context, query(filter))
    expect(textsOf(answer, 'userName')).toEqual(wanted)
  })

  it.each(COSTS)('costs for %s, %s: %i', async (list, filter, wanted) => {
    const call = list === 'users' ? listUsers : listGroups
    expect(await directory.counted(() => call(directory.context, query(filter)))).toBe(wanted)
  })

  it.each([
    ['groups', 'members.display eq "Ann"'],
    ['groups', 'members[display eq "Ann"]'],
    ['groups', 'not (members.display pr)'],
    ['users', 'groups.display eq "Crew"'],
    ['users', 'groups[value eq "{crew}" and display co "Cr"]'],
  ])('is 400 where names are asked for that no row keeps: %s, %s', async (list, filter) => {
    const call = list === 'users' ? listUsers : listGroups
    await expect(call(directory.context, query(filter))).rejects.toMatchObject({
      failure: {
        code: 'bad_request',
        scimType: 'invalidFilter',
        detail: expect.stringMatching(/^"(members|groups)\.display" is not kept/),
      },
    })
  })

  it('holds on the GET of one user, too', async () => {
    for (const [name, wanted] of [['deck', 'ok'] as const, ['bare', 'not_found'] as const]) {
      const filter = fill(`groups.value eq "{${name}}"`)
      const answer = getUser(directory.context, ids['ann'] ?? '', projectUser(), filter)
      expect(await outcomeOf(answer)).toBe(wanted)
    }
  })
})

describe('a filter on groups', () => {
  it('does not see a deleted group whose rows wait for their sweep', async () => {
    const directory = newDirectory('memory')
    const { context, store, tenant } = directory
    const members = await addUsers(directory, 60)
    const group = await addGroup(directory, members)
    await deleteGroup({ ...context, deadline: 0 }, group)
    const sweep = await store.table(tenant.account, 'directory').get(tenant.connector, sweepKey(group))
    expect(sweep).toBeDefined()
    for (const filter of [`groups.value eq "${group}"`, 'groups pr', 'groups.type eq "direct"'])
      expect(await listUsers(context, pageQuery({ filter }))).toMatchObject({ totalResults: 0 })
  })

  it(`is 400 tooMany where more than ${LIMITS.scannedResources} users may match`, async () => {
    const directory = newDirectory('memory')
    const users = await addUsers(directory, LIMITS.scannedResources + 1)
    const group = await addGroup(directory, users)
    const filter = `groups.value eq "${group}"`
    await expect(listUsers(directory.context, pageQuery({ filter }))).rejects.toMatchObject({
      failure: { scimType: 'tooMany' },
    })
  })
})

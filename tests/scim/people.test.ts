import { describe, expect, it } from 'vitest'
import { findPeople, type PeopleQuery, type PersonLine } from '../../shared/scim/people.ts'
import { addUser, newDirectory, type Directory } from '../support/directory-context.ts'

async function addPerson(directory: Directory, name: string, more: object = {}): Promise<void> {
  const address = `${name.toLowerCase().replaceAll(' ', '.')}@contoso.com`
  const [given = '', family = given] = name.split(' ')
  await addUser(directory, {
    userName: address,
    displayName: name,
    name: { givenName: given, familyName: family },
    emails: [{ type: 'work', value: address }],
    externalId: undefined,
    ...more,
  })
}

/** All pages of a query, each as the names on it. */
async function pagesOf({ context }: Directory, query: Omit<PeopleQuery, 'after'>): Promise<string[][]> {
  const pages: string[][] = []
  let after: string | undefined
  do {
    const { people, next } = await findPeople(context, { ...query, after })
    pages.push(people.map(({ name }) => name))
    after = next
  } while (after !== undefined && pages.length < 200)
  return pages
}

const namesOf = async (directory: Directory, query: Partial<PeopleQuery>): Promise<string[]> =>
  (await pagesOf(directory, { count: 25, ...query })).flat()

async function newOffice(): Promise<Directory> {
  const directory = newDirectory('memory')
  for (const name of ['Mira Moon', 'Miro Sun', 'Ada Moonstone', 'Zoe Ümläut', 'Bo Admiral'])
    await addPerson(directory, name, name.startsWith('Bo') ? { roles: [{ value: 'Admin' }] } : {})
  await addPerson(directory, 'Gone Moon', { active: false })
  return directory
}

describe('looking for people', () => {
  it.each([
    ['a whole user name', 'mira.moon@contoso.com', ['Mira Moon']],
    ['in capitals', 'MIRA.MOON@CONTOSO.COM', ['Mira Moon']],
    ['the first letters of a first name', 'mir', ['Mira Moon', 'Miro Sun']],
    ['the first letters of a last name', 'Moon', ['Ada Moonstone', 'Gone Moon', 'Mira Moon']],
    ['more letters than a key holds', 'mira.moon@contoso.c', ['Mira Moon']],
    ['more letters, of which the last differ', 'mira.moon@contoso.x', []],
    ['letters beyond ASCII', 'üml', ['Zoe Ümläut']],
    ['blanks around', '  zoe ', ['Zoe Ümläut']],
    ['nobody', 'qqq', []],
  ])('by %s', async (_, text, names) => {
    expect((await namesOf(await newOffice(), { text })).toSorted()).toEqual(names)
  })

  it('finds by any e-mail address, and shows a whole match first', async () => {
    const directory = newDirectory('memory')
    for (let i = 0; i < 30; i++) await addPerson(directory, `Ann${i} Smith`)
    await addPerson(directory, 'Zed Last', { emails: [{ type: 'work', value: 'ann' }] })

    const [first, ...others] = await pagesOf(directory, { text: 'ann', count: 10 })
    expect(first?.[0]).toBe('Zed Last')
    expect(others.flat()).not.toContain('Zed Last')
  })

  it('shows everybody once, whatever the size of the page and however many rows they have', async () => {
    const directory = newDirectory('memory')
    for (let i = 0; i < 40; i++) await addPerson(directory, `Moon${i} Moon${i % 7}`)

    for (const count of [3, 7, 100]) {
      const pages = await pagesOf(directory, { text: 'moon', count })
      expect(new Set(pages.flat()).size).toBe(40)
      expect(pages.flat()).toHaveLength(40)
      expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(count)
    }
  })

  it.each([
    ['active', { active: true }, 5],
    ['inactive', { active: false }, 1],
    ['of a role', { role: 'Admin' }, 1],
    ['without a role', { role: 'none' }, 5],
    ['all', {}, 6],
  ] as const)('can be for those who are %s', async (_, query, count) => {
    const office = await newOffice()

    expect(await namesOf(office, query)).toHaveLength(count)
    expect(await namesOf(office, { ...query, count: 2 })).toHaveLength(count)
  })

  it('combines a text with a state', async () => {
    expect(await namesOf(await newOffice(), { text: 'moon', active: false })).toEqual(['Gone Moon'])
  })

  it('begins anew at a cursor that is none of ours', async () => {
    const office = await newOffice()

    for (const text of [undefined, 'moon'])
      for (const after of ['x', 'a.', '~', 'u./../', 's.zz\u0000']) {
        const query = { count: 25, ...(text === undefined ? {} : { text }) }
        expect(await findPeople(office.context, { ...query, after })).toMatchObject({
          people: expect.arrayContaining([expect.objectContaining({ name: 'Mira Moon' })]),
        })
      }
  })

  it('says what a line of the list needs', async () => {
    const { people } = await findPeople((await newOffice()).context, { text: 'bo', count: 25 })

    expect(people).toMatchObject([
      {
        name: 'Bo Admiral',
        userName: 'bo.admiral@contoso.com',
        email: 'bo.admiral@contoso.com',
        active: true,
        role: 'Admin',
        lastSignIn: undefined,
      } satisfies Omit<PersonLine, 'id'>,
    ])
  })
})

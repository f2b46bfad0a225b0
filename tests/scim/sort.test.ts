import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { namesOf, query, RELAXED, taken, useGatehouse, verdict } from '../conformance/connection.ts'
import type { TestConnector } from '../support/gatehouse.ts'

const gatehouse = useGatehouse()
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const OWN = 'urn:ietf:params:scim:schemas:extension:Sorting:2.0:User'
const customAttributes = ['string', 'boolean', 'integer', 'decimal', 'dateTime', 'reference'].map((type) => ({
  urn: OWN,
  name: `a-${type}`,
  type,
}))

/** Users named after their place in the order that is wanted, created in another one. */
async function newUsers(users: readonly object[]): Promise<TestConnector> {
  const connector = await gatehouse().newConnector({ ...RELAXED, customAttributes })
  const named = users.map((user, i) => ({ userName: String(i), ...user }))
  for (const user of named.toReversed()) await taken(connector, 'POST', '/Users', user)
  return connector
}

async function sorted(connector: TestConnector, sortBy: string, more: Record<string, string> = {}) {
  return namesOf(await taken(connector, 'GET', `/Users${query({ sortBy, ...more })}`))
}

const own = (name: string, values: readonly unknown[]) =>
  values.map((value) => ({ [OWN]: { [`a-${name}`]: value } }))
const at = (name: string, values: readonly unknown[]) => values.map((value) => ({ [name]: value }))

/** Values in the order that is wanted. */
const ORDERS: readonly [string, string, readonly object[]][] = [
  ['texts in any case', 'title', at('title', ['Anna', 'bert', 'BERTA', 'cy'])],
  ['texts by code units, not by a language', 'title', at('title', ['A', 'z', 'Ähre', 'ж', '中'])],
  ['texts by their folded form', 'title', at('title', ['ＡＢ', 'ac', 'ﬁb', 'fic'])],
  ['digits as text', 'title', at('title', ['10', '9', 'a'])],
  ['a beginning before the whole', 'title', at('title', ['An', 'Ann', 'Anna'])],
  ['case-exact texts by case', 'externalId', at('externalId', ['B', 'C', 'a', 'b'])],
  ['truth, false first', 'active', at('active', [false, true])],
  [
    'a sub-attribute',
    'name.familyName',
    at(
      'name',
      ['Abel', 'lie', 'Ås'].map((familyName) => ({ familyName })),
    ),
  ],
  ['an extension', `${ENT}:department`, ['A', 'b'].map((department) => ({ [ENT]: { department } }))],
  ['the manager by its id', `${ENT}:manager`, ['a', 'b'].map((value) => ({ [ENT]: { manager: { value } } }))],
  [
    'the manager.value',
    `${ENT}:manager.value`,
    ['a', 'b'].map((value) => ({ [ENT]: { manager: { value } } })),
  ],
  ['a name with the core URN', `${CORE}:title`, at('title', ['a', 'b'])],
  ['a name in another case', 'TITLE', at('title', ['a', 'b'])],
  ['references', 'profileUrl', at('profileUrl', ['https://a.example', 'https://b.example'])],
  ['integers', `${OWN}:a-integer`, own('integer', [-10, -9, 0, 9, 10, 100])],
  ['decimals', `${OWN}:a-decimal`, own('decimal', [-1.5, -1, 0.25, 2, 10.125])],
  [
    'moments, not their spelling',
    `${OWN}:a-dateTime`,
    own('dateTime', [
      '2026-05-01T09:00:00+04:00',
      '2026-05-01T06:00:00Z',
      '2026-05-01T01:30:00.5-05:00',
      '2027-01-01T00:00:00Z',
    ]),
  ],
  ['truth of a custom attribute', `${OWN}:a-boolean`, own('boolean', [false, true])],
  ['texts of a custom attribute', `${OWN}:a-string`, own('string', ['a', 'B', 'c'])],
  ['references of a custom attribute', `${OWN}:a-reference`, own('reference', ['urn:a', 'urn:b'])],
  [
    'the primary of several values, else the first',
    'emails',
    [
      [{ value: 'z@x.example' }, { value: 'a@x.example', primary: true }],
      [{ value: 'b@x.example' }, { value: 'a@x.example' }],
      [{ value: 'c@x.example', primary: false }],
    ].map((emails) => ({ emails })),
  ],
  [
    'a sub-attribute of the primary value',
    'emails.type',
    [
      [
        { value: '1@x.example', type: 'z' },
        { value: '2@x.example', type: 'a', primary: true },
      ],
      [{ value: '3@x.example', type: 'home' }],
      [
        { value: '4@x.example', type: 'WORK' },
        { value: '5@x.example', type: 'a' },
      ],
    ].map((emails) => ({ emails })),
  ],
  [
    'roles by their value',
    'roles',
    ['Admin', 'User'].map((value) => ({ roles: [{ value, primary: true }] })),
  ],
]

describe('a list sorts', () => {
  it.each(ORDERS)('%s, up and down', async (_, sortBy, users) => {
    const connector = await newUsers(users)
    const wanted = users.map((_user, i) => String(i))
    expect(await sorted(connector, sortBy)).toEqual(wanted)
    expect(await sorted(connector, sortBy, { sortOrder: 'ascending' })).toEqual(wanted)
    expect(await sorted(connector, sortBy, { sortOrder: 'Descending' })).toEqual(wanted.toReversed())
  })

  it.each(ORDERS)('%s, who has none last, or first when it descends', async (_, sortBy, users) => {
    const connector = await newUsers(users.slice(0, 2))
    await taken(connector, 'POST', '/Users', {
      userName: 'none',
      ...(sortBy === 'active' ? { active: true } : {}),
    })
    const wanted = ['0', '1', 'none']
    // `active` is never absent: the third is as true as the second one, and before or behind it by its id.
    const up = await sorted(connector, sortBy)
    const down = await sorted(connector, sortBy, { sortOrder: 'descending' })
    expect(sortBy === 'active' ? [up[0], down[2]] : [up, down]).toEqual(
      sortBy === 'active' ? ['0', '0'] : [wanted, wanted.toReversed()],
    )
  })

  it.each(['created', 'lastModified'])('by meta.%s', async (name) => {
    const connector = await newUsers(at('title', ['a', 'b', 'c', 'd', 'e']))
    const { json } = await taken(connector, 'GET', '/Users')
    const users = json.Resources as readonly { id: string; userName: string; meta: Record<string, string> }[]
    // Two of one millisecond are in the order of ids.
    const wanted = (sign: number) =>
      users
        .toSorted((a, b) => sign * (Date.parse(a.meta[name] ?? '') - Date.parse(b.meta[name] ?? '')))
        .map(({ userName }) => userName)
    expect(await sorted(connector, `meta.${name}`)).toEqual(wanted(1))
    expect(await sorted(connector, `meta.${name}`, { sortOrder: 'descending' })).toEqual(wanted(-1))
  })

  it.each(['ascending', 'descending'])('ties by id, %s', async (sortOrder) => {
    const connector = await newUsers(
      Array.from({ length: 12 }, (_, i) => ({ title: i % 2 === 0 ? 'A' : 'a' })),
    )
    const byId = namesOf(await taken(connector, 'GET', '/Users'))
    expect(await sorted(connector, 'title', { sortOrder })).toEqual(byId)
    expect(await sorted(connector, 'title', { sortOrder })).toEqual(byId)
  })

  it.each(['name', 'members', 'groups', 'colour', 'emails.colour', 'urn:example:x:badge'])(
    'by nothing for %s, which has no order: by id',
    async (sortBy) => {
      const connector = await newUsers(at('name', [{ givenName: 'b' }, { givenName: 'a' }]))
      expect(await sorted(connector, sortBy)).toEqual(namesOf(await taken(connector, 'GET', '/Users')))
    },
  )

  it('groups as it sorts users', async () => {
    const connector = await gatehouse().newConnector(RELAXED)
    for (const displayName of ['b', 'C', 'a'])
      await taken(connector, 'POST', '/Groups', { displayName, externalId: displayName })
    const names = async (sortBy: string) =>
      namesOf(await taken(connector, 'GET', `/Groups${query({ sortBy })}`))
    expect(await names('displayName')).toEqual(['a', 'b', 'C'])
    expect(await names('externalId')).toEqual(['C', 'a', 'b'])
  })

  it('what a filter finds, then cuts the page, then projects', async () => {
    const titles = ['f', 'e', 'd', 'c', 'b', 'a']
    const connector = await newUsers(
      titles.map((title, i) => ({ title, nickName: i % 3 === 0 ? 'no' : 'yes' })),
    )
    const asked = {
      sortBy: 'title',
      filter: 'nickName eq "yes"',
      startIndex: '2',
      count: '2',
      attributes: 'userName',
    }
    const { json } = await taken(connector, 'GET', `/Users${query(asked)}`)
    expect(json).toMatchObject({ totalResults: 4, startIndex: 2, itemsPerPage: 2 })
    expect(json.Resources.map((one: object) => Object.keys(one).toSorted())).toEqual([
      ['id', 'schemas', 'userName'],
      ['id', 'schemas', 'userName'],
    ])
    expect(namesOf({ json } as never)).toEqual(['4', '2'])
  })

  it('the same through every page, none doubled and none lost', async () => {
    const connector = await newUsers(
      at(
        'title',
        Array.from({ length: 11 }, (_, i) => 'abc'[i % 3]),
      ),
    )
    const seen: string[] = []
    for (let startIndex = 1; startIndex <= 11; startIndex += 4)
      seen.push(...(await sorted(connector, 'title', { startIndex: String(startIndex), count: '4' })))
    expect(seen).toEqual(await sorted(connector, 'title'))
    expect(new Set(seen).size).toBe(11)
  })
})

describe('a list refuses', () => {
  it.each([
    ['sortOrder sideways', { sortBy: 'title', sortOrder: 'sideways' }, 'invalidValue'],
    ['sortOrder asc', { sortBy: 'title', sortOrder: 'asc' }, 'invalidValue'],
    ['a path that cannot be read', { sortBy: 'title..x' }, 'invalidPath'],
    ['a path that reaches a prototype', { sortBy: '__proto__' }, 'invalidPath'],
    ['a path with an open bracket', { sortBy: 'emails[' }, 'invalidPath'],
    ['two paths', { sortBy: 'title,nickName' }, 'invalidPath'],
    [
      `more than ${LIMITS.filterCharacters} characters`,
      { sortBy: 'a'.repeat(LIMITS.filterCharacters + 1) },
      'invalidPath',
    ],
  ])('%s, be there resources or none', async (_, parameters, scimType) => {
    const empty = await gatehouse().newConnector(RELAXED)
    const full = await newUsers([{ title: 'a' }])
    for (const connector of [empty, full])
      expect(verdict(await connector.scim('GET', `/Users${query(parameters)}`))).toEqual([400, scimType])
  })

  it.each([{ sortBy: '' }, { sortBy: ' ' }, { sortOrder: 'descending' }])(
    'nothing for %j: it is no order',
    async (parameters) => {
      const connector = await newUsers(at('title', ['b', 'a']))
      const answer = await taken(connector, 'GET', `/Users${query(parameters)}`)
      expect(namesOf(answer)).toEqual(namesOf(await taken(connector, 'GET', '/Users')))
    },
  )
})

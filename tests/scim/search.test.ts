import { beforeAll, describe, expect, it } from 'vitest'
import type { TestConnector } from '../support/gatehouse.ts'
import { namesOf, query, RELAXED, taken, useGatehouse, verdict } from '../conformance/connection.ts'

const gatehouse = useGatehouse()
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** Three users and three groups whose names alternate. */
async function newSearchable(): Promise<TestConnector> {
  const connector = await gatehouse().newConnector(RELAXED)
  const ids: string[] = []
  for (const [userName, displayName, title] of [
    ['eve', 'Echo', 'Pilot'],
    ['ann', 'Alpha', 'Cook'],
    ['cleo', 'Charlie', 'Pilot'],
  ]) {
    const body = { userName, displayName, title, [ENT]: { department: `D-${userName ?? ''}` } }
    ids.push((await taken(connector, 'POST', '/Users', body)).json.id)
  }
  for (const displayName of ['Foxtrot', 'Bravo', 'Delta'])
    await taken(connector, 'POST', '/Groups', { displayName, members: ids.map((value) => ({ value })) })
  return connector
}

let connector: TestConnector
// Nothing in this file changes it.
beforeAll(async () => {
  connector = await newSearchable()
})

const search = (body: unknown, endpoint = '') => connector.scim('POST', `${endpoint}/.search`, body)

/** The groups that a search for groups alone shows. */
const groups = async (body: object) =>
  (await search({ filter: 'meta.resourceType eq "Group"', ...body })).json.Resources

describe('.search over everything', () => {
  it.each([
    ['ascending', ['ann', 'Bravo', 'cleo', 'Delta', 'eve', 'Foxtrot']],
    ['descending', ['Foxtrot', 'eve', 'Delta', 'cleo', 'Bravo', 'ann']],
  ])('sorts users and groups into one list without any filter, %s', async (sortOrder, wanted) => {
    const answer = await search({ sortBy: 'displayName', sortOrder })
    expect(answer.json).toMatchObject({ totalResults: 6, startIndex: 1, itemsPerPage: 6 })
    expect(namesOf(answer)).toEqual(wanted)
  })

  it.each([
    ['neither filter nor order', {}],
    ['a filter', { filter: 'displayName pr' }],
    ['an order', { sortBy: 'displayName' }],
    ['both', { sortBy: 'meta.created', sortOrder: 'descending', filter: 'not (displayName eq "x")' }],
  ])('with %s has everything once in pages of any size', async (_, asked) => {
    const whole = namesOf(await search(asked))
    expect(whole.toSorted()).toEqual(['Bravo', 'Delta', 'Foxtrot', 'ann', 'cleo', 'eve'])
    for (const count of [1, 2, 4, 5]) {
      const seen: string[] = []
      for (let startIndex = 1; startIndex <= 6; startIndex += count) {
        const page = await search({ ...asked, startIndex, count })
        expect(page.json).toMatchObject({ totalResults: 6, startIndex })
        seen.push(...namesOf(page))
      }
      expect(seen).toEqual(whole)
    }
    const past = await search({ ...asked, startIndex: 7 })
    expect(past.json).toMatchObject({ totalResults: 6, itemsPerPage: 0, Resources: [] })
    const none = await search({ ...asked, count: 0 })
    expect(none.json).toMatchObject({ totalResults: 6, itemsPerPage: 0, Resources: [] })
  })

  it('has users first where it is not sorted', async () => {
    expect(
      namesOf(await search({}))
        .slice(0, 3)
        .toSorted(),
    ).toEqual(['ann', 'cleo', 'eve'])
  })

  it.each([
    ['meta.resourceType eq "User"', ['ann', 'cleo', 'eve']],
    ['meta.resourceType eq "Group"', ['Bravo', 'Delta', 'Foxtrot']],
    ['title eq "pilot"', ['cleo', 'eve']],
    [`${ENT}:department sw "d-a"`, ['ann']],
    ['displayName ge "delta"', ['Delta', 'Foxtrot', 'eve']],
    ['userName eq "ann" or displayName eq "bravo"', ['Bravo', 'ann']],
    ['schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group"', ['Bravo', 'Delta', 'Foxtrot']],
    ['displayName eq "nobody"', []],
  ])('finds by %s', async (filter, wanted) => {
    const answer = await search({ filter })
    expect(namesOf(answer).toSorted()).toEqual(wanted)
    expect(answer.json.totalResults).toBe(wanted.length)
  })

  it('projects each type by the names that it has', async () => {
    const { json } = await search({ sortBy: 'displayName', count: 2, attributes: ['title', 'members.value'] })
    const [user, group] = json.Resources
    expect(user).toEqual({ schemas: user.schemas, id: user.id, title: 'Cook' })
    expect(Object.keys(group).toSorted()).toEqual(['id', 'members', 'schemas'])
    expect(group.members).toHaveLength(3)
    expect(group.members[0]).toEqual({ value: expect.any(String) })
  })

  it('leaves members out where they are excluded', async () => {
    expect((await groups({}))[0].members).toHaveLength(3)
    for (const one of await groups({ excludedAttributes: ['members'] }))
      expect(one).not.toHaveProperty('members')
  })
})

const FORMS: readonly [string, unknown, Record<string, string>][] = [
  ['numbers', { startIndex: 2, count: 1 }, { startIndex: '2', count: '1' }],
  ['numbers as texts', { startIndex: '2', count: '1' }, { startIndex: '2', count: '1' }],
  ['names in another case', { STARTINDEX: 2, Count: 1 }, { startIndex: '2', count: '1' }],
  ['a negative count and index', { startIndex: -4, count: -1 }, { startIndex: '-4', count: '-1' }],
  [
    'a list of attributes',
    { attributes: ['displayName', 'meta.version'] },
    { attributes: 'displayName,meta.version' },
  ],
  ['attributes in a text', { attributes: 'displayName, id' }, { attributes: 'displayName, id' }],
  ['an empty list of attributes', { attributes: [], excludedAttributes: [] }, {}],
  ['null for what is not asked', { filter: null, attributes: null, count: null, sortBy: null }, {}],
  [
    'excluded attributes',
    { excludedAttributes: ['meta', 'title', 'members'] },
    { excludedAttributes: 'meta,title,members' },
  ],
  ['a filter', { filter: 'displayName co "a"' }, { filter: 'displayName co "a"' }],
  [
    'everything',
    {
      filter: 'displayName pr',
      sortBy: 'displayName',
      sortOrder: 'descending',
      startIndex: 2,
      count: 1,
      attributes: ['displayName'],
    },
    {
      filter: 'displayName pr',
      sortBy: 'displayName',
      sortOrder: 'descending',
      startIndex: '2',
      count: '1',
      attributes: 'displayName',
    },
  ],
  ['the schema of a SearchRequest', { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] }, {}],
  ['nothing', {}, {}],
]

describe.each(['/Users', '/Groups'])('.search of %s', (endpoint) => {
  it.each(FORMS)('with %s answers as the list does', async (_, body, parameters) => {
    const [posted, got] = [
      await search(body, endpoint),
      await connector.scim('GET', endpoint + query(parameters)),
    ]
    expect([posted.status, got.status]).toEqual([200, 200])
    expect(posted.headers.get('content-type')).toBe('application/scim+json')
    expect(posted.json).toEqual(got.json)
  })
})

describe.each(['', '/Users', '/Groups'])('.search at "%s" refuses', (endpoint) => {
  it.each([
    ['a filter that cannot be read', { filter: 'displayName eq' }, 'invalidFilter'],
    ['a filter that is no text', { filter: { eq: 1 } }, 'invalidValue'],
    ['a path that cannot be read', { attributes: ['emails['] }, 'invalidPath'],
    ['an order that cannot be read', { sortBy: 'name..x' }, 'invalidPath'],
    ['an order that is none', { sortBy: 'displayName', sortOrder: 'up' }, 'invalidValue'],
    ['a count that is no number', { count: 'ten' }, 'invalidValue'],
    ['half a page', { count: 1.5 }, 'invalidValue'],
    ['true for a number', { startIndex: true }, 'invalidValue'],
    ['a list with a number', { attributes: ['id', 7] }, 'invalidValue'],
    ['one name in two spellings', { count: 1, COUNT: 2 }, 'invalidSyntax'],
    ['a list', [], 'invalidSyntax'],
    ['no body', undefined, 'invalidSyntax'],
  ])('%s with 400', async (_, body, scimType) => {
    expect(verdict(await search(body, endpoint))).toEqual([400, scimType])
  })

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s with 405', async (method) => {
    const body = method === 'PUT' || method === 'PATCH' ? {} : undefined
    const answer = await connector.scim(method, `${endpoint}/.search`, body)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
let connector: TestConnector
const people = [
  {
    userName: 'dora',
    displayName: 'Émile',
    title: 'b',
    active: true,
    emails: [{ value: 'd@x.example', type: 'home', primary: true }],
  },
  {
    userName: 'Anna',
    displayName: 'anna',
    title: 'A',
    active: false,
    name: { familyName: 'Zed' },
    emails: [
      { value: 'z@x.example', type: 'work' },
      { value: 'anna.private@y.example', type: 'home' },
    ],
  },
  { userName: 'bert', displayName: 'Zoë von und zu Hohenstein', name: { familyName: 'Abel' } },
  { userName: 'Cy', displayName: 'cy', title: 'a' },
]
beforeAll(async () => {
  gatehouse = await startGatehouse()
  connector = await gatehouse.newConnector({ requiredAttributes: [], uniqueEmail: false })
  for (const person of people) await connector.scim('POST', '/Users', person)
  for (const displayName of ['Crew', 'anna']) await connector.scim('POST', '/Groups', { displayName })
})
afterAll(() => gatehouse.close())

const list = async (parameters: Record<string, string>, endpoint = '/Users') =>
  (await connector.scim('GET', `${endpoint}?${new URLSearchParams(parameters).toString()}`)).json
const names = ({ Resources }: { Resources: { userName?: string; displayName: string }[] }) =>
  Resources.map(({ userName, displayName }) => userName ?? displayName)

describe('a sorted list', () => {
  it.each([
    ['userName', 'ascending', ['Anna', 'bert', 'Cy', 'dora']],
    ['userName', 'descending', ['dora', 'Cy', 'bert', 'Anna']],
    ['name.familyName', 'ascending', ['bert', 'Anna']],
    ['emails', 'ascending', ['dora', 'Anna']],
    ['emails.value', 'ascending', ['dora', 'Anna']],
    ['active', 'ascending', ['Anna']],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'ascending', ['Anna', 'bert', 'Cy', 'dora']],
  ])('by %s %s begins with %j', async (sortBy, sortOrder, wanted) => {
    expect(names(await list({ sortBy, sortOrder })).slice(0, wanted.length)).toEqual(wanted)
  })

  it('has who lacks the attribute last, and first when it descends', async () => {
    expect(names(await list({ sortBy: 'title' })).at(-1)).toBe('bert')
    expect(names(await list({ sortBy: 'title', sortOrder: 'descending' }))[0]).toBe('bert')
  })

  it('is paged and filtered after it was sorted', async () => {
    const page = await list({ sortBy: 'userName', filter: 'title pr', startIndex: '2', count: '1' })
    expect(page).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1 })
    expect(names(page)).toEqual(['Cy'])
  })

  it('by nothing that is known keeps the order of ids, and a wrong order is 400', async () => {
    expect(names(await list({ sortBy: 'colour' }))).toEqual(names(await list({})))
    expect(await list({ sortBy: 'userName', sortOrder: 'sideways' })).toMatchObject({ status: '400' })
  })
})

describe('"begins with"', () => {
  it.each([
    ['userName sw "AN"', ['Anna']],
    ['displayName sw "zoë von und zu hohen"', ['bert']],
    ['displayName sw "émi"', ['dora']],
    ['name.familyName sw "ab"', ['bert']],
    ['emails sw "anna.priv"', ['Anna']],
    ['emails.value sw "z@"', ['Anna']],
    ['emails[type eq "home"].value sw "anna"', ['Anna']],
    ['displayName sw "abel"', []],
    ['userName sw "dora" or userName sw "cy"', ['Cy', 'dora']],
    ['userName sw "a" and active eq false', ['Anna']],
    ['not (userName sw "a")', ['Cy', 'bert', 'dora']],
  ])('%s finds %j', async (filter, wanted) => {
    expect(names(await list({ filter })).toSorted()).toEqual(wanted)
  })
})

const search = async (endpoint: string, body: Record<string, unknown>) =>
  connector.scim('POST', `${endpoint}/.search`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
    ...body,
  })

describe('.search', () => {
  it.each([
    [
      { filter: 'title pr', sortBy: 'userName', startIndex: 1, count: 2 },
      { filter: 'title pr', sortBy: 'userName', startIndex: '1', count: '2' },
    ],
    [
      { attributes: ['userName', 'emails.value'], sortBy: 'userName' },
      { attributes: 'userName,emails.value', sortBy: 'userName' },
    ],
    [
      { excludedAttributes: ['displayName'], count: 0 },
      { excludedAttributes: 'displayName', count: '0' },
    ],
  ])('of users answers %j as the list does', async (body, query) => {
    const answer = await search('/Users', body)
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual(await list(query))
  })

  it('of everything has users and groups, one sorted list, and pages across the border', async () => {
    const all = await search('', {})
    const sorted = await search('', {
      sortBy: 'displayName',
      filter: 'displayName sw "an" or displayName co "crew"',
    })
    const border = await search('', { startIndex: 4, count: 2 })
    const end = await search('', { startIndex: 6, count: 5 })
    expect([all.json.totalResults, all.json.itemsPerPage]).toEqual([6, 6])
    expect(names(sorted.json)).toEqual(['Anna', 'anna', 'Crew'])
    expect(
      border.json.Resources.map(({ meta }: { meta: { resourceType: string } }) => meta.resourceType),
    ).toEqual(['User', 'Group'])
    expect([end.json.totalResults, end.json.itemsPerPage]).toEqual([6, 1])
    expect((await search('', { filter: 'meta.resourceType eq "Group"' })).json.totalResults).toBe(2)
  })

  it.each([[{ filter: 7.5, count: 'x' }], [{ attributes: [1] }], [[]], ['x']])(
    'refuses %j with 400',
    async (body) => {
      expect((await connector.scim('POST', '/Users/.search', body)).status).toBe(400)
    },
  )
})

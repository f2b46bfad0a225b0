import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import { parseFilter } from '../../shared/scim/filter/parse.ts'
import { patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { filterQuery, plainUser, refusal } from './fixtures.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse({ store: 'azurite' })
})
afterAll(() => gatehouse.close())

const repeated = (count: number, term: string, joint: string): string =>
  Array.from({ length: count }, () => term).join(joint)

/** What a parser without bounds would chew on; the shortest ones that are one step too far, too. */
const BOMBS: readonly [string, string][] = [
  ['17 parentheses', `${'('.repeat(17)}title pr${')'.repeat(17)}`],
  ['1,900 parentheses', `${'('.repeat(1_900)}title pr${')'.repeat(1_900)}`],
  ['3,990 open parentheses', `${'('.repeat(3_990)}title pr`],
  ['17 negations', `${'not ('.repeat(17)}title pr${')'.repeat(17)}`],
  ['65 terms', repeated(65, 'title pr', ' and ')],
  ['400 terms', repeated(400, 'a pr', ' or ')],
  ['a product of sums', repeated(20, '(a pr or b pr or c pr or d pr)', ' and ')],
  ['value filters in each other', `${'emails['.repeat(20)}value pr${']'.repeat(20)}`],
  ['more characters than allowed', `title eq "${'x'.repeat(4_000)}"`],
  ['a text without an end', `title eq "${'\\"'.repeat(1_900)}`],
]

describe('a filter bomb', () => {
  it.each(BOMBS)('of %s is refused', async (_, filter) => {
    const connector = await gatehouse.newConnector()

    expect(refusal(await connector.scim('GET', filterQuery(filter)))).toBe('400 invalidFilter')
  })

  it('is refused in a moment', () => {
    const started = performance.now()
    for (let i = 0; i < 20; i++)
      for (const [, filter] of BOMBS) expect(() => parseFilter(filter)).toThrow('bad_request')

    // Each takes well under a millisecond; the bound only has to tell that from an explosion.
    expect((performance.now() - started) / 20 / BOMBS.length).toBeLessThan(50)
  })

  it.each([
    ['16 parentheses', `${'('.repeat(16)}title pr${')'.repeat(16)}`],
    ['64 terms', repeated(64, 'title pr', ' and ')],
    ['a long text', `title eq "${'x'.repeat(3_900)}"`],
  ])('is not what has %s', async (_, filter) => {
    const connector = await gatehouse.newConnector()

    expect(await connector.scim('GET', filterQuery(filter))).toMatchObject({ status: 200 })
  })

  it('in the path of a PATCH is refused as well', async () => {
    const connector = await gatehouse.newConnector()
    const { json: user } = await connector.scim('POST', '/Users', plainUser('mira'))

    for (const filter of [repeated(65, 'type pr', ' or '), `${'('.repeat(17)}type pr${')'.repeat(17)}`]) {
      const add = patchOp({ op: 'add', path: `emails[${filter}].value`, value: 'x' })
      expect(refusal(await connector.scim('PATCH', `/Users/${user.id}`, add))).toBe('400 invalidFilter')
    }
  })
})

/** What would change the meaning of a storage query that it were pasted into. */
const INJECTIONS = [
  `' or PartitionKey ne '`,
  `x' or '1'='1`,
  `' or RowKey ge 'u.' or RowKey eq '`,
  `%27%20or%20PartitionKey%20ne%20%27`,
  `')) or (PartitionKey gt '`,
  `'; drop table users; --`,
  `$filter=true`,
  `x&$filter=PartitionKey ne ''`,
  `\\' or true or \\'`,
  `u.`,
  `~`,
  `*`,
]

describe('a storage query', () => {
  it.each(INJECTIONS)('is not reached through %s in a filter', async (text) => {
    const connector = await gatehouse.newConnector()
    await connector.scim('POST', '/Users', plainUser('mira'))
    await connector.scim('POST', '/Groups', { displayName: 'Crew', externalId: 'crew' })
    const literal = JSON.stringify(text)

    for (const attribute of ['userName', 'externalId', 'emails.value', 'id', 'displayName', 'title'])
      expect(await connector.scim('GET', filterQuery(`${attribute} eq ${literal}`))).toMatchObject({
        status: 200,
        json: { totalResults: 0 },
      })
    for (const attribute of ['displayName', 'externalId', 'id', 'members.value']) {
      const query = `/Groups?filter=${encodeURIComponent(`${attribute} eq ${literal}`)}`
      expect(await connector.scim('GET', query)).toMatchObject({ status: 200, json: { totalResults: 0 } })
    }
  })

  it.each(INJECTIONS)('nor through %s as an id or a name', async (text) => {
    const connector = await gatehouse.newConnector()
    const { json: victim } = await connector.scim('POST', '/Users', plainUser('mira'))
    const id = encodeURIComponent(text)

    const created = await connector.scim('POST', '/Users', plainUser(text, { externalId: text }))
    const found = await connector.scim('GET', filterQuery(`userName eq ${JSON.stringify(text)}`))

    expect(created.json.userName).toBe(text)
    expect(found.json).toMatchObject({ totalResults: 1, Resources: [{ id: created.json.id }] })
    for (const method of ['GET', 'DELETE'])
      expect(refusal(await connector.scim(method, `/Users/${id}`))).toBe('404')
    expect((await connector.scim('GET', `/Users/${victim.id}`)).status).toBe(200)
  })

  it.each(INJECTIONS)('nor through %s in the management API', async (text) => {
    const connector = await gatehouse.newConnector()
    const part = encodeURIComponent(text)
    const { organization, managementPath } = connector

    for (const [method, path] of [
      ['GET', `organizations/${part}`],
      ['DELETE', `organizations/${part}`],
      ['GET', `organizations/${part}/connectors`],
      ['GET', `organizations/${organization}/connectors/${part}`],
      ['DELETE', `organizations/${organization}/connectors/${part}`],
      ['DELETE', `${managementPath}/scim-secrets/${part}`],
    ] as const)
      expect(await gatehouse.manage(method, path)).toMatchObject({ status: 404 })
    const activity = await gatehouse.manage('GET', `${managementPath}/activity?before=${part}`)
    expect(activity).toMatchObject({ status: 400 })
    expect(await gatehouse.manage('GET', managementPath)).toMatchObject({ status: 200 })
  })
})

describe('names of attributes', () => {
  it.each(['__proto__ eq "x"', 'constructor pr', 'name.prototype eq "x"', 'emails[__proto__ pr]'])(
    'that reach a prototype are refused in the filter %s',
    async (filter) => {
      const connector = await gatehouse.newConnector()

      expect(refusal(await connector.scim('GET', filterQuery(filter)))).toBe('400 invalidFilter')
    },
  )

  it.each(['__proto__', 'constructor', 'name.prototype', 'a,__proto__,b'])(
    'that reach a prototype are refused in attributes=%s',
    async (names) => {
      const connector = await gatehouse.newConnector()

      for (const parameter of ['attributes', 'excludedAttributes'])
        expect(refusal(await connector.scim('GET', `/Users?${parameter}=${names}`))).toBe('400 invalidPath')
    },
  )

  it.each(['hasOwnProperty eq "x"', 'toString pr', 'valueOf eq "x"', '__defineGetter__ pr'])(
    'that every object has are unknown: %s matches nobody',
    async (filter) => {
      const connector = await gatehouse.newConnector()
      await connector.scim('POST', '/Users', plainUser('mira'))
      let failure

      try {
        parseFilter(filter)
      } catch (error) {
        failure = failureOf(error)
      }
      const { status, json } = await connector.scim('GET', filterQuery(filter))

      expect(status === 200 ? json.totalResults : failure).not.toBeUndefined()
      expect(json.totalResults ?? 0).toBe(0)
    },
  )
})

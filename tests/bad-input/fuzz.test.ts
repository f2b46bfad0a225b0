import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send, type Call } from '../support/function-app/client.ts'
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { filterQuery, hostOf, plainUser, rawRefusal, sendAsIs } from './fixtures.ts'

/*
 * Whatever a client sends is answered as SCIM says, and never with 500. The seed is fixed, so that a run tells the same
 * every time; FUZZ_SEED tries another one.
 */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const RUN = { seed: Number(process.env['FUZZ_SEED'] ?? 20_261_124), interruptAfterTimeLimit: 15_000 }
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** Null where the answer is what a client of SCIM may see, else what is wrong with it. */
async function wrongIn(connector: Connector, path: string, call: Call): Promise<string | null> {
  const answer = await sendAsIs(gatehouse, connector, path, call)
  const { status, body } = answer
  if (status === 204) return body === '' ? null : 'a body with 204'
  if (status < 300)
    return answer.lines('content-type').join() === 'application/scim+json' && JSON.parse(body)
      ? null
      : `${status} ${body}`
  // What the host itself refuses before any code of ours runs has no body.
  if ((status === 400 || status === 404) && body === '') return null
  try {
    const refused = rawRefusal(answer)
    return /^(400( \w+)?|401|404|405|409( uniqueness)?|413|415|501)$/.test(refused) ? null : refused
  } catch (error) {
    return String(error)
  }
}

type Connector = Awaited<ReturnType<Gatehouse['newConnector']>>

async function newDirectory(): Promise<{ connector: Connector; user: string; group: string }> {
  const connector = await gatehouse.newConnector({ requiredAttributes: [], uniqueEmail: false })
  const { json: user } = await connector.scim('POST', '/Users', plainUser('mira'))
  const group = { displayName: 'Crew', members: [{ value: user.id }] }
  const { json } = await connector.scim('POST', '/Groups', group)
  return { connector, user: user.id, group: json.id }
}

const KNOWN =
  'userName externalId displayName active name emails roles phoneNumbers id addresses groups meta schemas members ' +
  'title manager __proto__ constructor value type primary givenName familyName $ref photos USERNAME'
const names = fc.constantFrom(...KNOWN.split(' '), ENTERPRISE, '')
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('True', 'false', 'null', 'work', '[]', '{}', '{"value":"Admin"}', '2026-01-01', '\ud800'),
)
const leaves = fc.oneof(texts, fc.boolean(), fc.constant(null), fc.integer(), fc.double())
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaves,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof({ weight: 4, arbitrary: names }, texts), tie('value'), { maxKeys: 5 }),
  ),
})).value
const operators = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr', 'EQ', 'xx', '')
const filters = fc.oneof(
  fc
    .tuple(names, operators, fc.oneof(leaves, texts))
    .map(([name, operator, literal]) => `${name} ${operator} ${JSON.stringify(literal)}`),
  fc
    .array(
      fc.oneof(
        names,
        operators,
        texts,
        fc.constantFrom('(', ')', '[', ']', ' ', '"', 'not', 'and', 'or', '.', ':'),
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join(' ')),
  fc.tuple(names, names, texts).map(([a, b, text]) => `${a}[${b} eq ${JSON.stringify(text)}].${b} pr`),
)
const paths = fc.oneof(
  names,
  fc.tuple(names, names).map((pair) => pair.join('.')),
  fc.tuple(names, filters).map(([name, filter]) => `${name}[${filter}]`),
  fc.tuple(names, filters, names).map(([name, filter, sub]) => `${name}[${filter}].${sub}`),
  fc.tuple(names).map(([name]) => `${ENTERPRISE}:${name}`),
  texts,
)
const operations = fc.record(
  {
    op: fc.oneof(fc.constantFrom('add', 'replace', 'remove', 'Add', 'REMOVE'), leaves),
    path: fc.oneof({ weight: 6, arbitrary: paths }, leaves),
    value: values,
  },
  { requiredKeys: ['op'] },
)
const patches = fc.record({ Operations: fc.array(operations, { maxLength: 4 }) })
const users = fc
  .tuple(texts, fc.dictionary(names, values, { maxKeys: 6 }))
  .map(([userName, rest]) => ({ userName, ...rest }))

describe('SCIM answers, and never with 500,', () => {
  it('whatever a POST or PUT carries', async () => {
    const { connector, user, group } = await newDirectory()
    const addresses = [
      ['POST', '/Users'],
      ['PUT', `/Users/${user}`],
      ['POST', '/Groups'],
      ['PUT', `/Groups/${group}`],
    ] as const

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...addresses),
        fc.oneof(users, values),
        async ([method, path], body) => {
          expect(await wrongIn(connector, path, { method, body: JSON.stringify(body) ?? '' })).toBeNull()
        },
      ),
      { ...RUN, numRuns: 1_500 },
    )
  })

  it('whatever a PATCH carries', async () => {
    const { connector, user, group } = await newDirectory()

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(`/Users/${user}`, `/Groups/${group}`),
        fc.oneof({ weight: 9, arbitrary: patches }, values),
        async (path, body) => {
          const call = { method: 'PATCH', body: JSON.stringify(body) ?? '' }
          expect(await wrongIn(connector, path, call)).toBeNull()
        },
      ),
      { ...RUN, numRuns: 1_500 },
    )
    expect((await connector.scim('GET', `/Users/${user}`)).json.id).toBe(user)
    expect((await connector.scim('GET', `/Groups/${group}`)).json.id).toBe(group)
  })

  it('whatever bytes a body has', async () => {
    const { connector, user } = await newDirectory()

    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60 }), async (body) => {
        expect(await wrongIn(connector, '/Users', { method: 'POST', body })).toBeNull()
        expect(await wrongIn(connector, `/Users/${user}`, { method: 'PATCH', body })).toBeNull()
      }),
      { ...RUN, numRuns: 200 },
    )
  })

  it('whatever a filter says', async () => {
    const { connector } = await newDirectory()

    await fc.assert(
      fc.asyncProperty(filters, fc.boolean(), async (filter, isGroups) => {
        const query = filterQuery(filter.toWellFormed())
        const path = isGroups ? query.replace('Users', 'Groups') : query
        expect(await wrongIn(connector, path, { method: 'GET' })).toBeNull()
      }),
      { ...RUN, numRuns: 1_500 },
    )
  })

  it('whatever stands in path and query', async () => {
    const { connector, user } = await newDirectory()
    const parts = fc.oneof(
      texts.map((text) => encodeURIComponent(text.toWellFormed())),
      fc.string({ unit: fc.constantFrom(...'%2fF.eE0;:@!$&=+,~-_'.split('')), maxLength: 12 }),
    )
    const queries = fc.array(
      fc.tuple(
        fc.oneof(fc.constantFrom('attributes', 'excludedAttributes', 'startIndex', 'count', 'filter'), parts),
        fc.oneof(
          paths.map((path) => encodeURIComponent(path.toWellFormed())),
          parts,
        ),
      ),
      { maxLength: 4 },
    )
    const methods = fc.constantFrom('GET', 'GET', 'GET', 'DELETE', 'OPTIONS')

    await fc.assert(
      fc.asyncProperty(methods, fc.array(parts, { maxLength: 3 }), queries, async (method, path, query) => {
        const text = query.map((pair) => pair.join('=')).join('&')
        for (const address of ['', '/Users', `/Users/${user}`, '/Groups', '/Schemas']) {
          // The user itself is only read: it must live on.
          const call = { method: address.includes(user) && path.length === 0 ? 'GET' : method }
          expect(await wrongIn(connector, `${[address, ...path].join('/')}?${text}`, call)).toBeNull()
        }
      }),
      { ...RUN, numRuns: 400 },
    )
  })

  it('whatever the Authorization header is', async () => {
    const { connector } = await newDirectory()
    const headers = fc.oneof(
      fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      fc.base64String({ maxLength: 60 }).map((text) => `Basic ${text}`),
      fc
        .tuple(
          fc.constantFrom('Bearer', 'basic', 'BEARER', 'Digest', ''),
          fc.string({ unit: 'grapheme-ascii' }),
        )
        .map(([scheme, text]) => `${scheme} ${text}`),
      fc.constantFrom(`Bearer gh_scim_${'x'.repeat(49)}`, `Bearer ${'x'.repeat(20_000)}`),
    )

    await fc.assert(
      fc.asyncProperty(headers, async (header) => {
        const path = `/scim/v2/${connector.id}/Users`
        const answer = await send(hostOf(gatehouse), path, { headers: ['authorization', header] })
        // 429 once the minute's budget for failures is spent.
        expect(rawRefusal(answer)).toMatch(/^(401|429)$/)
      }),
      { ...RUN, numRuns: 800 },
    )
    expect((await connector.scim('GET', '/Users')).status).toBe(200)
  })
})

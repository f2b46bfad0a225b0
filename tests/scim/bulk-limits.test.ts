import { describe, expect, it } from 'vitest'
import { newGroup, newUser, sendBulk, statusesOf, type Operation } from '../conformance/bulk-request.ts'
import { RELAXED, taken, useGatehouse, verdict } from '../conformance/connection.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { patchOp, type TestConnector } from '../support/gatehouse.ts'

const gatehouse = useGatehouse()
const newConnector = () => gatehouse().newConnector(RELAXED)
const bad = (): Operation => ({ method: 'DELETE', path: `/Users/${crypto.randomUUID()}` })

async function userCount(connector: TestConnector): Promise<number> {
  return (await taken(connector, 'GET', '/Users?count=0')).json.totalResults
}

describe('failOnErrors', () => {
  it.each([
    [1, ['201', '404']],
    [2, ['201', '404', '201', '404']],
    [3, ['201', '404', '201', '404', '201', '404', '201']],
    [100, ['201', '404', '201', '404', '201', '404', '201']],
    [undefined, ['201', '404', '201', '404', '201', '404', '201']],
    [null, ['201', '404', '201', '404', '201', '404', '201']],
  ])('%s: what is answered was done, and nothing else', async (failOnErrors, wanted) => {
    const connector = await newConnector()
    const operations = [newUser('a'), bad(), newUser('b'), bad(), newUser('c'), bad(), newUser('d')]
    const answer = await sendBulk(connector, operations.slice(0, 7), { failOnErrors })
    const done = failOnErrors === 3 ? wanted.slice(0, 6) : wanted
    expect(statusesOf(answer)).toEqual(done)
    expect(await userCount(connector)).toBe(done.filter((status) => status === '201').length)
  })

  it('counts what fails because something else failed', async () => {
    const connector = await newConnector()
    const operations = [newUser('a', { userName: '' }), newGroup('g', ['bulkId:a']), newUser('b')]
    expect(statusesOf(await sendBulk(connector, operations, { failOnErrors: 2 }))).toEqual(['400', '409'])
    expect(await userCount(connector)).toBe(0)
  })

  it.each([0, -1, 1.5, '1', true, [1], {}])('%j is refused, and nothing is done', async (failOnErrors) => {
    const connector = await newConnector()
    expect(verdict(await sendBulk(connector, [newUser('a')], { failOnErrors }))).toEqual([
      400,
      'invalidValue',
    ])
    expect(await userCount(connector)).toBe(0)
  })
})

describe('a bulk request as a whole', () => {
  const WHOLE: readonly [string, unknown, number, string?][] = [
    ['no object', [newUser('a')], 400, 'invalidSyntax'],
    ['no operations', { Operations: [] }, 400, 'invalidSyntax'],
    ['no list of operations', { Operations: newUser('a') }, 400, 'invalidSyntax'],
    ['nothing at all', {}, 400, 'invalidSyntax'],
    ['a text among the operations', { Operations: [newUser('a'), 'DELETE'] }, 400, 'invalidSyntax'],
    [
      'one bulkId twice',
      { Operations: [newUser('a'), newUser('a', { userName: 'b' })] },
      400,
      'invalidValue',
    ],
    [
      'one bulkId twice, in a PATCH',
      { Operations: [newUser('a'), { ...bad(), bulkId: 'a' }] },
      400,
      'invalidValue',
    ],
    ['operations in two spellings', { Operations: [newUser('a')], operations: [] }, 400, 'invalidSyntax'],
    [
      'a version that is no text',
      { Operations: [newUser('a'), { ...bad(), version: 7 }] },
      400,
      'invalidSyntax',
    ],
    [
      'a path that is no text',
      { Operations: [newUser('a'), { ...bad(), path: ['/Users'] }] },
      400,
      'invalidSyntax',
    ],
    [
      'a bulkId that is no text',
      { Operations: [newUser('b'), { ...newUser('a'), bulkId: 7 }] },
      400,
      'invalidSyntax',
    ],
    [
      `${LIMITS.bulkOperations + 1} operations`,
      { Operations: Array.from({ length: LIMITS.bulkOperations + 1 }, (_, i) => newUser(`u${i}`)) },
      413,
    ],
    ['more than 4 MiB', { Operations: [newUser('a', { title: 'x'.repeat(LIMITS.largeBodyBytes) })] }, 413],
  ]

  it.each(WHOLE)(
    'with %s is refused, nothing of it is done, and the activity says so',
    async (_, body, ...wanted) => {
      const connector = await newConnector()
      expect(verdict(await connector.scim('POST', '/Bulk', body))).toEqual([wanted[0], wanted[1]])
      expect(await userCount(connector)).toBe(0)
      const { json } = await gatehouse().manage('GET', `${connector.managementPath}/activity`)
      expect(json.activity[0]).toMatchObject({ operation: 'scim.post', status: wanted[0] })
    },
  )

  it(`takes ${LIMITS.bulkOperations} operations and a body of nearly 4 MiB`, async () => {
    const connector = await newConnector()
    const photos = [{ value: `https://x.example/${'p'.repeat(32_000)}` }]
    const operations = Array.from({ length: LIMITS.bulkOperations }, (_, i) => newUser(`u${i}`, { photos }))
    expect(new Set(statusesOf(await sendBulk(connector, operations)))).toEqual(new Set(['201']))
    expect(await userCount(connector)).toBe(LIMITS.bulkOperations)
  })

  it('says in ServiceProviderConfig what it takes', async () => {
    const { json } = await taken(await newConnector(), 'GET', '/ServiceProviderConfig')
    expect(json.bulk).toEqual({
      supported: true,
      maxOperations: LIMITS.bulkOperations,
      maxPayloadSize: LIMITS.largeBodyBytes,
    })
  })

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('is a POST: %s is 405', async (method) => {
    const connector = await newConnector()
    const answer = await connector.scim(
      method,
      '/Bulk',
      method === 'GET' || method === 'DELETE' ? undefined : {},
    )
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('an operation that no single request could be', () => {
  it.each<[string, Operation]>([
    ['a POST without a bulkId', { method: 'POST', path: '/Users', data: { userName: 'x' } }],
    ['a GET', { method: 'GET', path: '/Users' }],
    ['no method', { path: '/Users', bulkId: 'x', data: { userName: 'x' } }],
    ['a search', { method: 'POST', path: '/Users/.search', bulkId: 'x', data: {} }],
    ['another address', { method: 'POST', path: '/Schemas', bulkId: 'x', data: {} }],
    ['a bulk request', { method: 'POST', path: '/Bulk', bulkId: 'x', data: { Operations: [newUser('x')] } }],
    ['a path with more behind the id', { method: 'DELETE', path: '/Users/a/b' }],
    ['no path', { method: 'POST', bulkId: 'x', data: { userName: 'x' } }],
  ])('is 400, and the others are done: %s', async (_, operation) => {
    const connector = await newConnector()
    const answer = await sendBulk(connector, [newUser('a'), operation, newUser('b')])
    expect(statusesOf(answer)).toEqual(['201', '400', '201'])
    expect(answer.json.Operations[1].response).toMatchObject({ status: '400', detail: expect.any(String) })
    expect(await userCount(connector)).toBe(2)
  })
})

describe('the activity of a bulk request', () => {
  it('has the row of each change and of each refusal, under one request id', async () => {
    const connector = await newConnector()
    const { json: user } = await taken(connector, 'POST', '/Users', { userName: 'ann' })
    await sendBulk(
      connector,
      [
        newUser('a'),
        newGroup('g', ['bulkId:a']),
        {
          method: 'PATCH',
          path: `users/${user.id}`,
          data: patchOp({ op: 'replace', path: 'active', value: false }),
        },
        {
          method: 'PATCH',
          path: `Users/${user.id}`,
          version: '"x"',
          data: patchOp({ op: 'remove', path: 'title' }),
        },
        { method: 'PUT', path: '/groups/x', data: { displayName: 7 } },
        { method: 'PUT', path: 'nowhere', data: {} },
        { method: 'DELETE', path: `/Users/${user.id}` },
      ],
      {},
      { 'client-request-id': 'the-bulk' },
    )
    const { json } = await gatehouse().manage('GET', `${connector.managementPath}/activity`)
    const rows = json.activity.filter((row: Record<string, unknown>) => row['clientRequestId'] === 'the-bulk')
    expect(
      rows.map(({ operation, status }: Operation) => `${String(operation)} ${String(status)}`).toSorted(),
    ).toEqual(
      [
        'user.create 201',
        'group.create 201',
        'group.members 204',
        'user.deactivate 200',
        'user.patch 412',
        'scim.put 400',
        'user.delete 204',
      ].toSorted(),
    )
  })
})

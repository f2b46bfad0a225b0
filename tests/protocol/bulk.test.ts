import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import {
  entraUser,
  patchOp,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
type Operation = Record<string, unknown>

async function newBulk() {
  const connector = await gatehouse.newConnector()
  return {
    connector,
    send: (operations: readonly Operation[], more: object = {}) => bulk(connector, operations, more),
  }
}

const bulk = (connector: TestConnector, Operations: readonly Operation[], more: object = {}) =>
  connector.scim('POST', '/Bulk', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    ...more,
    Operations,
  })

const post = (bulkId: string, data: object, path = '/Users'): Operation => ({
  method: 'POST',
  path,
  bulkId,
  data,
})
const user = (bulkId: string, more: Record<string, unknown> = {}): Operation => post(bulkId, entraUser(more))
const group = (bulkId: string, members: readonly string[]): Operation =>
  post(
    bulkId,
    {
      displayName: `G ${bulkId}`,
      externalId: crypto.randomUUID(),
      members: members.map((value) => ({ value })),
    },
    '/Groups',
  )
const statuses = ({ json }: { json: { Operations: { status: string }[] } }) =>
  json.Operations.map(({ status }) => status)

describe('a bulk request', () => {
  it('answers each operation as it would be alone, in order', async () => {
    const { connector, send } = await newBulk()
    const { json: one } = await connector.scim('POST', '/Users', entraUser())
    const { json: two } = await connector.scim('POST', '/Users', entraUser())
    const answer = await send([
      user('new'),
      {
        method: 'patch',
        path: `/Users/${one.id}`,
        data: patchOp({ op: 'replace', path: 'title', value: 'X' }),
      },
      { method: 'PUT', path: `/Users/${one.id}`, version: 'W/"other"', data: one },
      { method: 'DELETE', path: `/Users/${two.id}`, version: two.meta.version },
      { method: 'DELETE', path: `/Users/${two.id}` },
      user('taken', { userName: one.userName }),
    ])
    expect([answer.status, answer.json.schemas]).toEqual([
      200,
      ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
    ])
    expect(statuses(answer)).toEqual(['201', '200', '412', '204', '404', '409'])
    const [made, changed, , deleted, , taken] = answer.json.Operations
    expect(made).toEqual({
      method: 'POST',
      bulkId: 'new',
      location: expect.stringContaining('/Users/'),
      version: expect.stringContaining('W/'),
      status: '201',
    })
    expect(changed.location).toBe(one.meta.location)
    expect(deleted.location).toBe(two.meta.location)
    expect(taken).toMatchObject({ bulkId: 'taken', response: { status: '409', scimType: 'uniqueness' } })
    expect(taken).not.toHaveProperty('location')
    expect((await connector.scim('GET', `/Users/${one.id}`)).json.title).toBe('X')
  })

  it.each([
    ['backward', [user('a'), group('g', ['bulkId:a'])]],
    ['forward', [group('g', ['bulkId:a']), user('a')]],
  ])('resolves a reference %s', async (_, operations) => {
    const { connector, send } = await newBulk()
    const answer = await send(operations)
    const { json: groups } = await connector.scim('GET', '/Groups')
    const { json: users } = await connector.scim('GET', '/Users')
    expect(statuses(answer)).toEqual(['201', '201'])
    expect(groups.Resources[0].members[0].value).toBe(users.Resources[0].id)
  })

  it('resolves references in paths and in other attributes', async () => {
    const { connector, send } = await newBulk()
    const answer = await send([
      {
        method: 'PATCH',
        path: '/Users/bulkId:b',
        data: patchOp({ op: 'add', path: `${ENT}:manager`, value: 'bulkId:a' }),
      },
      user('b'),
      user('a'),
    ])
    const idOf = (i: number) => String(answer.json.Operations[i].location).split('/').pop()
    expect(statuses(answer)).toEqual(['200', '201', '201'])
    expect((await connector.scim('GET', `/Users/${idOf(1)}`)).json[ENT].manager).toEqual({ value: idOf(2) })
  })

  it.each([
    ['a circle', [group('a', ['bulkId:b']), group('b', ['bulkId:a'])], ['409', '409']],
    ['a reference to nothing', [group('a', ['bulkId:nobody'])], ['400']],
    ['a reference to what failed', [user('a', { userName: '' }), group('g', ['bulkId:a'])], ['400', '409']],
    ['a POST without bulkId', [{ method: 'POST', path: '/Users', data: entraUser() }], ['400']],
    ['an unknown method', [{ method: 'GET', path: '/Users/x' }], ['400']],
    ['another address', [{ method: 'POST', path: '/Schemas', bulkId: 'a', data: {} }], ['400']],
    ['a search', [{ method: 'POST', path: '/Users/.search', bulkId: 'a', data: {} }], ['400']],
    ['a method that the address does not take', [{ method: 'DELETE', path: '/Users' }], ['405']],
  ] as const)('refuses %s and goes on', async (_, operations, wanted) => {
    const { send } = await newBulk()
    const answer = await send([...operations, user('last')])
    expect(statuses(answer)).toEqual([...wanted, '201'])
  })

  it('stops at the number of errors that it is given', async () => {
    const { send } = await newBulk()
    const bad = { method: 'DELETE', path: `/Users/${crypto.randomUUID()}` }
    expect(statuses(await send([bad, user('a'), bad, user('b')], { failOnErrors: 2 }))).toEqual([
      '404',
      '201',
      '404',
    ])
  })

  it.each([
    [
      'too many operations',
      Array.from({ length: LIMITS.bulkOperations + 1 }, () => ({ method: 'DELETE', path: '/Users/x' })),
      {},
      413,
    ],
    ['no operations', [], {}, 400],
    ['one bulkId twice', [user('a'), user('a')], {}, 400],
    ['failOnErrors of 0', [user('a')], { failOnErrors: 0 }, 400],
    ['an operation that is no object', ['x'], {}, 400],
  ])('is refused as a whole for %s', async (_, operations, more, status) => {
    const { connector, send } = await newBulk()
    expect((await send(operations as Operation[], more)).status).toBe(status)
    expect((await connector.scim('GET', '/Users?count=0')).json.totalResults).toBe(0)
  })

  it('takes a hundred operations, and its failures stand in the activity', async () => {
    const { connector, send } = await newBulk()
    const answer = await send([
      ...Array.from({ length: 99 }, (_, i) => user(`u${i}`)),
      user('bad', { emails: [] }),
    ])
    const { json } = await gatehouse.manage('GET', `${connector.managementPath}/activity?count=200`)
    expect(statuses(answer).filter((status) => status === '201')).toHaveLength(99)
    expect(
      json.activity.filter(({ operation }: { operation: string }) => operation === 'user.create'),
    ).toHaveLength(99)
    expect(json.activity).toContainEqual(expect.objectContaining({ operation: 'user.post', status: 400 }))
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { activityOf, oneByOne } from './activity-log.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = oneByOne(await startGatehouse())
})
afterAll(() => gatehouse.close())

async function newUser() {
  const connector = await gatehouse.newConnector()
  const { json: user } = await connector.scim('POST', '/Users', entraUser())
  return { connector, user, path: `/Users/${user.id}` }
}

const TITLE = { op: 'Replace', path: 'title', value: 'X' }

describe('the activity', () => {
  it.each<[string, string, unknown, number]>([
    ['reading', 'GET', undefined, 200],
    [
      'a change that changes nothing',
      'PATCH',
      patchOp({ op: 'Replace', path: 'title', value: 'Planner' }),
      200,
    ],
    ['a method that is not there', 'POST', {}, 405],
  ])('has no row for %s', async (_, method, body, status) => {
    const { connector, path } = await newUser()
    const before = await activityOf(gatehouse, connector)
    expect((await connector.scim(method, path, body)).status).toBe(status)
    expect(await activityOf(gatehouse, connector)).toEqual(before)
  })

  it('has no row for a request without the right secret, or for what does not exist', async () => {
    const { connector, path } = await newUser()
    const before = await activityOf(gatehouse, connector)
    const delta = patchOp(TITLE)
    const answers = [
      await connector.scim('PATCH', path, delta, { authorization: 'Bearer x' }),
      await connector.scim('PATCH', path, delta, { authorization: `Bearer ${connector.password}x` }),
      await connector.scim('PATCH', path, '{ garbage', { authorization: '' }),
      await connector.scim('PATCH', `/Users/${crypto.randomUUID()}`, delta),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 404])
    expect(await activityOf(gatehouse, connector)).toEqual(before)
  })

  const taken = { userName: 'taken@x.example' }
  it.each<[number, string, unknown, Record<string, string>]>([
    [400, 'mutability', patchOp({ op: 'replace', path: 'id', value: 'x' }), {}],
    [400, 'invalidValue', patchOp({ op: 'replace', path: 'active', value: 'maybe' }), {}],
    [400, 'invalidSyntax', '{ "Operations": [', {}],
    [409, 'uniqueness', patchOp({ op: 'replace', value: taken }), {}],
    [412, 'precondition_failed', patchOp(TITLE), { 'if-match': 'W/"other"' }],
    [413, 'too_large', JSON.stringify({ x: 'x'.repeat(LIMITS.bodyBytes) }), {}],
    [413, 'too_large', patchOp(...Array.from({ length: LIMITS.patchOperations + 1 }, () => TITLE)), {}],
  ])('has one row for a request that fails with %i %s', async (status, note, body, headers) => {
    const { connector, path } = await newUser()
    await connector.scim('POST', '/Users', entraUser(taken))
    const before = await activityOf(gatehouse, connector)
    const failed = await connector.scim('PATCH', path, body, { ...headers, 'client-request-id': 'entra-9' })
    const rows = await activityOf(gatehouse, connector)
    expect([failed.status, rows.length]).toEqual([status, before.length + 1])
    expect(rows[0]).toMatchObject({ operation: 'user.patch', status, note, clientRequestId: 'entra-9' })
    expect(rows[0]?.actor).toBe(before[0]?.actor)
  })

  it('has one row for a request that came too fast', async () => {
    const slow = await startGatehouse({ settings: { SCIM_MAX_RPS: '1' } })
    try {
      const connector = await slow.newConnector()
      const answers = await Promise.all(Array.from({ length: 5 }, () => connector.scim('GET', '/Users')))
      const refused = answers.filter(({ status }) => status === 429)
      const rows = await activityOf(slow, connector, '')
      expect(refused.length).toBeGreaterThan(0)
      expect(rows.filter(({ status }) => status === 429)).toHaveLength(refused.length)
    } finally {
      await slow.close()
    }
  })

  it('takes at most so many rows of failures a minute and connector, and every change', async () => {
    const { connector, path } = await newUser()
    const other = await gatehouse.newConnector()
    // The clock may pass into a second minute in between, which has room of its own; never into a third.
    const failures = LIMITS.failureActivityPerMinute * 2 + 10
    for (let i = 0; i < failures; i++) await connector.scim('PATCH', path, {})
    await connector.scim('PATCH', path, patchOp(TITLE))
    await other.scim('POST', '/Users', {})
    const rows = await activityOf(gatehouse, connector)
    const failed = rows.filter(({ status }) => status === 400)
    const minutes = Map.groupBy(failed, ({ at }) => at.slice(0, 16))
    for (const inMinute of minutes.values())
      expect(inMinute.length).toBeLessThanOrEqual(LIMITS.failureActivityPerMinute)
    expect(failed.length).toBeGreaterThanOrEqual(LIMITS.failureActivityPerMinute)
    expect(rows[0]?.operation).toBe('user.update')
    expect((await activityOf(gatehouse, other))[0]).toMatchObject({ operation: 'user.post', status: 400 })
  })
})

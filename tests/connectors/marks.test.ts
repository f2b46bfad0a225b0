import { describe, expect, it } from 'vitest'
import { createAuthenticator } from '../../shared/connectors/authenticate.ts'
import { deleteConnector } from '../../shared/connectors/connector-removal.ts'
import { findConnector } from '../../shared/storage/connectors.ts'
import { intercept, newClock, newConnector, newContext, newInstance, newStore, outage } from './fixtures.ts'

const MINUTE = 60_000

describe('the last use', () => {
  it('is noted for the connector every ten minutes and for the password hourly', async () => {
    const store = newStore()
    const clock = newClock('2026-03-01T12:00:00.000Z')
    const { connector, password } = await newConnector(newContext(store))
    const instance = newInstance(store, clock.now)
    const used = await instance.authenticate(connector.id, `Bearer ${password}`)
    const seen: string[] = []

    for (let minute = 0; minute <= 60; minute += 5) {
      await instance.noteUse(used)
      const row = await findConnector(store, connector.id)
      seen.push(`${row?.marks.lastRequest?.slice(11, 16)} ${row?.secrets[0]?.lastUsedAt?.slice(11, 16)}`)
      clock.advance(5 * MINUTE)
    }

    expect(seen.slice(0, 4)).toEqual(['12:00 12:00', '12:00 12:00', '12:10 12:00', '12:10 12:00'])
    expect(seen.slice(-3)).toEqual(['12:50 12:00', '12:50 12:00', '13:00 13:00'])
  })

  it('asks storage nothing in between', async () => {
    let requests = 0
    const store = newStore(() => requests++)
    const { connector, password } = await newConnector(newContext(store))
    const instance = newInstance(store)
    const used = await instance.authenticate(connector.id, `Bearer ${password}`)
    await instance.noteUse(used)
    requests = 0

    for (let i = 0; i < 20; i++) await instance.noteUse(used)

    expect(requests).toBe(0)
  })
})

describe('a milestone', () => {
  it('keeps the time of its first instance, whoever notes it again', async () => {
    const store = newStore()
    const clock = newClock('2026-03-01T12:00:00.000Z')
    const { connector, tenant } = await newConnector(newContext(store))
    await newInstance(store, clock.now).noteMark(tenant, 'firstUser')
    clock.advance(MINUTE)

    await Promise.all([
      newInstance(store, clock.now).noteMark(tenant, 'firstUser'),
      newInstance(store, clock.now).noteMark(tenant, 'firstGroup'),
      newInstance(store, clock.now).noteMark(tenant, 'roles'),
    ])

    expect((await findConnector(store, connector.id))?.marks).toEqual({
      firstUser: '2026-03-01T12:00:00.000Z',
      firstGroup: '2026-03-01T12:01:00.000Z',
      roles: '2026-03-01T12:01:00.000Z',
    })
  })

  it('costs one instance its requests only once', async () => {
    let requests = 0
    const store = newStore(() => requests++)
    const { tenant } = await newConnector(newContext(store))
    const instance = newInstance(store)
    await instance.noteMark(tenant, 'firstUser')
    requests = 0

    await instance.noteMark(tenant, 'firstUser')

    expect(requests).toBe(0)
  })

  it('never makes the request fail, says so, and is noted at the next chance', async () => {
    const plain = newStore()
    let down = true
    const store = intercept(plain, () => {
      if (down) throw outage()
    })
    const { connector, tenant } = await newConnector(newContext(plain))
    const messages: string[] = []
    const log = (message: string): number => messages.push(message)
    const instance = createAuthenticator({ store, now: newClock().now, freshReadMs: 0, log })

    await instance.noteMark(tenant, 'firstUser')
    expect(messages).toHaveLength(1)
    down = false
    await instance.noteMark(tenant, 'firstUser')

    expect((await findConnector(plain, connector.id))?.marks.firstUser).toBeDefined()
  })

  it('brings no deleted connector back', async () => {
    const store = newStore()
    const context = newContext(store)
    const { connector, tenant } = await newConnector(context)
    await deleteConnector(context, connector.id)

    await newInstance(store).noteMark(tenant, 'firstUser')

    const row = await findConnector(store, connector.id)
    expect([row?.life, row?.marks]).toEqual(['deleted', {}])
  })
})

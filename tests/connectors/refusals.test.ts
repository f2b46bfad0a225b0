import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Authenticator } from '../../shared/connectors/authenticate.ts'
import { createBoundedMap } from '../../shared/connectors/bounded-map.ts'
import { addScimSecret } from '../../shared/connectors/scim-secret.ts'
import { newSecret } from '../../shared/kernel/secrets.ts'
import { failureFrom, newConnector, newContext, newInstance, newStore } from './fixtures.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const wrong = (): string => `Bearer ${newSecret('scim')}`

async function settled<T>(work: Promise<T>): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([work.catch(() => undefined), Promise.resolve(pending)])) !== pending
}

/** Refuses one secret, so that the next fresh read has to wait for its second. */
async function refuseOnce(instance: Authenticator, id: string): Promise<void> {
  await failureFrom(instance.authenticate(id, wrong()))
}

describe('refusals', () => {
  it('share one read of the row per connector and second', async () => {
    let requests = 0
    const store = newStore(() => requests++)
    const { connector } = await newConnector(newContext(store))
    const instance = newInstance(store, undefined, 1_000)
    await refuseOnce(instance, connector.id)
    requests = 0

    const crowd = Array.from({ length: 200 }, () => failureFrom(instance.authenticate(connector.id, wrong())))
    await vi.advanceTimersByTimeAsync(999)
    expect(requests).toBe(0)
    await vi.advanceTimersByTimeAsync(1)

    const failures = await Promise.all(crowd)
    expect(requests).toBe(1)
    expect(failures.every(({ code }) => code === 'unauthenticated')).toBe(true)
  })

  it('wait for a read that began after they arrived, so a secret made meanwhile is let in', async () => {
    const store = newStore()
    const context = newContext(store)
    const { connector } = await newConnector(context)
    const instance = newInstance(store, undefined, 1_000)
    await refuseOnce(instance, connector.id)
    const minted = await addScimSecret(context, connector.id)

    const work = instance.authenticate(connector.id, `Bearer ${minted.password}`)
    await vi.advanceTimersByTimeAsync(500)
    expect(await settled(work)).toBe(false)
    await vi.advanceTimersByTimeAsync(500)

    expect((await work).secretId).toBe(minted.secret.id)
  })

  it('do not delay a secret that is remembered', async () => {
    const store = newStore()
    const { connector, password } = await newConnector(newContext(store))
    const instance = newInstance(store, undefined, 1_000)
    await instance.authenticate(connector.id, `Bearer ${password}`)
    const crowd = Array.from({ length: 50 }, () => failureFrom(instance.authenticate(connector.id, wrong())))

    await expect(instance.authenticate(connector.id, `Bearer ${password}`)).resolves.toBeDefined()

    await vi.advanceTimersByTimeAsync(1_000)
    await Promise.all(crowd)
  })

  it('let a crowd with the right secret in with the first read on a cold start', async () => {
    let requests = 0
    const store = newStore(() => requests++)
    const { connector, password } = await newConnector(newContext(store))
    const instance = newInstance(store, undefined, 1_000)
    requests = 0

    await Promise.all(
      Array.from({ length: 50 }, () => instance.authenticate(connector.id, `Bearer ${password}`)),
    )

    expect(requests).toBe(1)
  })

  it('leave no timer behind', async () => {
    const store = newStore()
    const { connector } = await newConnector(newContext(store))
    const instance = newInstance(store, undefined, 1_000)
    await refuseOnce(instance, connector.id)
    const second = failureFrom(instance.authenticate(connector.id, wrong()))

    await vi.advanceTimersByTimeAsync(1_000)
    await second

    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the budget of failures', () => {
  it('answers 429 after 600 in a minute, malformed ones included, and never to a valid secret', async () => {
    const store = newStore()
    const { connector, password } = await newConnector(newContext(store))
    const instance = newInstance(store)
    const header = `Bearer ${password}`
    for (let i = 0; i < 600; i++) {
      const { code } = await failureFrom(
        instance.authenticate(connector.id, i % 2 === 0 ? 'Bearer junk' : wrong()),
      )
      expect(code).toBe('unauthenticated')
    }
    await vi.advanceTimersByTimeAsync(20_000)

    expect(await failureFrom(instance.authenticate(connector.id, 'Bearer junk'))).toEqual({
      code: 'rate_limited',
      retryAfterSeconds: 40,
    })
    expect((await failureFrom(instance.authenticate(connector.id, wrong()))).code).toBe('rate_limited')
    await expect(instance.authenticate(connector.id, header)).resolves.toBeDefined()
    await vi.advanceTimersByTimeAsync(40_000)

    expect((await failureFrom(instance.authenticate(connector.id, wrong()))).code).toBe('unauthenticated')
  })

  it('lets in a secret that is not remembered although the budget is spent', async () => {
    const store = newStore()
    const { connector, password } = await newConnector(newContext(store))
    const instance = newInstance(store)
    for (let i = 0; i < 601; i++) await failureFrom(instance.authenticate(connector.id, 'junk'))

    await expect(instance.authenticate(connector.id, `Bearer ${password}`)).resolves.toBeDefined()
  })

  it('counts each connector for itself', async () => {
    const store = newStore()
    const [a, b] = [await newConnector(newContext(store)), await newConnector(newContext(store))]
    const instance = newInstance(store)
    for (let i = 0; i < 601; i++) await failureFrom(instance.authenticate(a.connector.id, 'junk'))

    expect((await failureFrom(instance.authenticate(b.connector.id, 'junk'))).code).toBe('unauthenticated')
  })
})

describe('a bounded map', () => {
  it('forgets the oldest entry, or the one unused for longest', () => {
    const [oldest, unused] = [createBoundedMap<number>(2), createBoundedMap<number>(2, true)]
    for (const map of [oldest, unused]) {
      map.set('a', 1)
      map.set('b', 2)
      map.get('a')
      map.set('c', 3)
    }

    expect([oldest.get('a'), oldest.get('b'), oldest.size]).toEqual([undefined, 2, 2])
    expect([unused.get('a'), unused.get('b'), unused.size]).toEqual([1, undefined, 2])
  })
})

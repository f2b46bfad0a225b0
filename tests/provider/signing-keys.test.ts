import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSigningKeys, type SigningKeys } from '../../shared/provider/signing-keys.ts'
import { configTable, KEYS_PARTITION } from '../../shared/storage/config-table.ts'
import { prefixEnd } from '../../shared/storage/keys.ts'
import { openStore, type Store } from '../../shared/storage/store.ts'
import { failureFrom, intercept, newClock, outage, type Clock } from '../connectors/fixtures.ts'
import { newSealer } from './fixtures.ts'

/** A store of its own with the wrapping key that all instances have, and requests to it counted. */
function newPlace() {
  const place = { requests: 0, isOut: false }
  const real = openStore(new Map([['main', { kind: 'memory' }]]), { onRequest: () => place.requests++ })
  const store = intercept(real, () => {
    if (place.isOut) throw outage()
  })
  const wrappingKey = randomBytes(32)
  const clock = newClock()
  const newInstance = (key = wrappingKey): SigningKeys =>
    createSigningKeys({ store, sealer: newSealer(store, key), now: clock.now })
  return { place, store, clock, newInstance }
}

async function rowsOf(store: Store): Promise<readonly { key: string; text: string }[]> {
  const range = { from: 's', to: prefixEnd('s.'), limit: 100 }
  const rows = await configTable(store).range(KEYS_PARTITION, range)
  return rows.map(({ key, values }) => ({ key, text: JSON.stringify(values) }))
}

const kidsOf = async (keys: SigningKeys): Promise<string[]> =>
  (await keys.published()).map(({ kid }) => String(kid))

function pass(clock: Clock, ms: number): void {
  clock.advance(ms)
}

describe('the key that signs', () => {
  it('is made when it is first needed, and published', async () => {
    const { newInstance } = newPlace()
    const keys = newInstance()
    const before = await keys.published()
    const { kid } = await keys.current()

    expect(before).toEqual([])
    expect(await keys.published()).toEqual([
      { kid, kty: 'RSA', alg: 'RS256', use: 'sig', e: 'AQAB', n: expect.stringMatching(/^[\w-]{342}$/) },
    ])
  })

  it('is one, however many instances need the first one at the same time', async () => {
    const { newInstance, store } = newPlace()
    const instances = Array.from({ length: 4 }, () => newInstance())
    const made = await Promise.all(instances.flatMap((keys) => [keys.current(), keys.current()]))

    expect(new Set(made.map(({ kid }) => kid)).size).toBe(1)
    expect(await rowsOf(store)).toHaveLength(2)
  })

  it('costs no request while it is known, and one every five minutes', async () => {
    const { place, newInstance, clock } = newPlace()
    const keys = newInstance()
    await keys.current()
    await keys.current()
    const before = place.requests
    await Promise.all([keys.current(), keys.current(), keys.published()])
    const warm = place.requests - before
    pass(clock, 300_000)
    await Promise.all([keys.current(), keys.current(), keys.published()])

    expect([warm, place.requests - before]).toEqual([0, 1])
  })

  it('is sealed in its row for its own name: nothing private is to be read there', async () => {
    const { newInstance, store } = newPlace()
    await newInstance().current()
    const rows = await rowsOf(store)

    expect(rows.map(({ text }) => /"(?:d|p|q|dp|dq|qi)\\?"/.test(text))).toEqual([false, false])
    expect(rows[1]?.text).toContain('"prv":"ey')
  })

  it('is replaced by a new one where another wrapping key holds it, and stays published', async () => {
    const { newInstance } = newPlace()
    const { kid: old } = await newInstance().current()
    const keys = newInstance(randomBytes(32))
    const { kid } = await keys.current()

    expect(kid).not.toBe(old)
    expect((await kidsOf(keys)).toSorted()).toEqual([old, kid].toSorted())
  })

  it('is replaced by one, however many instances do so at the same time', async () => {
    const { newInstance, store } = newPlace()
    await newInstance().current()
    const wrappingKey = randomBytes(32)
    const instances = Array.from({ length: 4 }, () => newInstance(wrappingKey))
    const made = await Promise.all(instances.map((keys) => keys.current()))

    expect(new Set(made.map(({ kid }) => kid)).size).toBe(1)
    expect(await rowsOf(store)).toHaveLength(3)
  })

  it('that another instance made is found at once, by one request for many unknown names', async () => {
    const { place, newInstance } = newPlace()
    const here = newInstance()
    await here.published()
    const { kid } = await newInstance().current()
    const before = place.requests
    const found = await Promise.all([kid, 'unknown', 'made-up', kid].map((name) => here.findPublic(name)))

    expect(found.map((key) => key !== undefined)).toEqual([true, false, false, true])
    expect(place.requests - before).toBe(1)
  })

  it('signs and is published on in an outage of the store', async () => {
    const { place, newInstance, clock } = newPlace()
    const keys = newInstance()
    const { kid } = await keys.current()
    await keys.current()
    place.isOut = true
    pass(clock, 86_400_000)

    expect((await keys.current()).kid).toBe(kid)
    expect(await kidsOf(keys)).toEqual([kid])
  })

  it('is an outage where nothing is known yet, and there once the store is back', async () => {
    const { place, newInstance } = newPlace()
    const keys = newInstance()
    place.isOut = true
    const failure = await failureFrom(keys.current())
    place.isOut = false

    expect(failure.code).toBe('storage_unavailable')
    expect((await keys.current()).kid).toMatch(/^[0-9a-z]{16}$/)
  })
})

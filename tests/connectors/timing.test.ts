import { describe, expect, inject, it } from 'vitest'
import { createAuthenticator } from '../../shared/connectors/authenticate.ts'
import { connectorIdOf, connectorParts } from '../../shared/kernel/ids.ts'
import { newSecret } from '../../shared/kernel/secrets.ts'
import { openStore } from '../../shared/storage/store.ts'
import { failureFrom, newClock, newConnector, newContext } from './fixtures.ts'

const ROUNDS = 300
const TRIES = 4

/** Median milliseconds of a refusal of each kind, taken in turn so that whatever slows the machine slows both. */
async function medians(): Promise<{ unknown: number; wrong: number }> {
  // Over HTTP, as it is for whoever tries: in memory the twin's own shortcuts would be what is measured.
  const location = { kind: 'connectionString', connectionString: inject('azurite') } as const
  const store = openStore(new Map([['main', location]]))
  const clock = newClock()
  const { connector } = await newConnector(newContext(store))
  const { organization } = connectorParts(connector.id)
  const authenticator = createAuthenticator({ store, now: clock.now, freshReadMs: 0 })
  const secret = newSecret('scim')
  const timeOf = async (id: string): Promise<number> => {
    // Far enough for the budget of failures to begin anew.
    clock.advance(60_000)
    const started = performance.now()
    const failure = await failureFrom(authenticator.authenticate(id, `Bearer ${secret}`))
    const ms = performance.now() - started
    expect(failure.code).toBe('unauthenticated')
    return ms
  }
  const times = { unknown: [] as number[], wrong: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    times.unknown.push(await timeOf(connectorIdOf(organization, 2 + round)))
    times.wrong.push(await timeOf(connector.id))
  }
  return { unknown: median(times.unknown), wrong: median(times.wrong) }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0
}

const isAlike = (ratio: number): boolean => ratio > 0.8 && ratio < 1.25

describe('a refusal', () => {
  it('takes as long for a connector that nobody has as for a wrong secret', async () => {
    const ratios: number[] = []
    // Noise passes, a difference stays: one try within bounds is enough.
    while (ratios.length < TRIES && !ratios.some(isAlike)) {
      const { unknown, wrong } = await medians()
      ratios.push(unknown / wrong)
    }

    expect(ratios).toContainEqual(expect.toSatisfy(isAlike))
  })
})

import { describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import { createTurns, filterSteps, mapSteps, type Steps } from '../../shared/kernel/turns.ts'
import { finish } from '../support/finish.ts'

const NEVER = Number.POSITIVE_INFINITY

function busy(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end) continue
}

/** Work of so many steps of a millisecond each; `onStep` is told of each. */
function* work(steps: number, onStep: () => void = () => undefined): Steps<string> {
  for (let i = 0; i < steps; i++) {
    onStep()
    busy(1)
    yield
  }
  return 'done'
}

function* isOdd(n: number): Steps<boolean> {
  yield
  return n % 2 === 1
}

/** How often the event loop turned. */
function counter(): { turns: number; stop: () => void } {
  const count = { turns: 0, stop: () => void (stopped = true) }
  let stopped = false
  const turn = (): void => {
    count.turns++
    if (!stopped) setImmediate(turn)
  }
  setImmediate(turn)
  return count
}

describe('long work', () => {
  it('lets the event loop turn again and again, and comes to its end', async () => {
    const count = counter()

    const result = await createTurns().run(work(60), NEVER)
    count.stop()

    expect(result).toBe('done')
    // At most four steps fit into a slice: the fewest turns that sixty take.
    expect(count.turns).toBeGreaterThanOrEqual(14)
  })

  it('of many requests takes no more of each turn than that of one', async () => {
    const turns = createTurns()
    const count = counter()

    await Promise.all(Array.from({ length: 5 }, () => turns.run(work(20), NEVER)))
    count.stop()

    expect(count.turns).toBeGreaterThanOrEqual(20)
  })

  it('goes on in order, nobody twice before the others', async () => {
    const turns = createTurns()
    const order: string[] = []
    const long = (name: string): Promise<string> =>
      turns.run(
        work(12, () => order.push(name)),
        NEVER,
      )

    await Promise.all([long('a'), long('b'), long('c')])

    const slices = order.filter((name, i) => name !== order[i - 1])
    // Whoever is in its second slice has seen each of the others have a first one.
    expect(slices.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('never makes short work wait for its end', async () => {
    const turns = createTurns()
    const order: string[] = []
    const long = Array.from({ length: 3 }, () => turns.run(work(40), NEVER).then(() => order.push('long')))
    await new Promise(setImmediate)

    const short = turns.run(work(1), NEVER).then(() => order.push('short'))
    await Promise.all([...long, short])

    expect(order).toEqual(['short', 'long', 'long', 'long'])
  })

  it('ends with 503 where others had to be let in and its time is over', async () => {
    let steps = 0
    const failure = await createTurns()
      .run(
        work(100, () => steps++),
        0,
      )
      .catch(failureOf)

    expect(failure).toEqual({ code: 'storage_unavailable', retryAfterSeconds: 5 })
    expect(steps).toBeLessThan(100)
  })

  it('that fails leaves the turns to the others', async () => {
    const turns = createTurns()
    const broken = turns.run(
      (function* (): Steps<void> {
        yield* work(10)
        throw new Error('broken')
      })(),
      NEVER,
    )
    const other = turns.run(work(10), NEVER)

    await expect(broken).rejects.toThrow('broken')
    await expect(other).resolves.toBe('done')
  })
})

describe('short work', () => {
  it('is done at once, before the event loop turns', async () => {
    const count = counter()

    const result = await createTurns().run(
      mapSteps([1, 2, 3], (n) => n * 2),
      NEVER,
    )

    expect([result, count.turns]).toEqual([[2, 4, 6], 0])
    count.stop()
  })

  it('rests between its pieces only where a turn has lasted long', async () => {
    const turns = createTurns()
    const count = counter()

    await turns.rest()
    await turns.rest()
    expect(count.turns).toBe(0)
    busy(10)
    await turns.rest()

    expect(count.turns).toBeGreaterThan(0)
    count.stop()
  })
})

describe('a filter in steps', () => {
  it('keeps what passes, in order', () => {
    expect(finish(filterSteps([3, 4, 5, 6], isOdd))).toEqual([3, 5])
  })
})

import { intercept } from '../connectors/fixtures.ts'
import type { Store } from '../../shared/storage/store.ts'

/** What a piece of work asked of storage. */
export interface Rounds {
  /** Groups of calls that were under way at a time: each waits for the one before. */
  readonly rounds: number
  readonly calls: number
}

/** Counts the rounds of storage requests that a piece of work makes over the store that it is given. */
export async function countRounds(plain: Store, work: (store: Store) => Promise<unknown>): Promise<Rounds> {
  let [rounds, calls] = [0, 0]
  let wave: Promise<void> | undefined
  const store = intercept(plain, () => {
    calls += 1
    if (wave === undefined) {
      rounds += 1
      wave = new Promise((resolve) =>
        setImmediate(() => {
          wave = undefined
          resolve()
        }),
      )
    }
    return wave
  })
  await work(store)
  return { rounds, calls }
}

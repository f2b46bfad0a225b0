import { fail } from './failure.ts'

/** Work in small steps: it may rest at every `yield`, and what it computes does not depend on whether it does. */
export type Steps<T> = Generator<undefined, T, undefined>

/** Shares the one event loop of the process among requests. */
export interface Turns {
  /** Runs steps to their end. 503 where others had to be let in and the deadline (ms since 1970) has passed. */
  readonly run: <T>(steps: Steps<T>, deadline: number) => Promise<T>
  /** Between two pieces of work that are no steps: waits where this turn of the event loop has lasted long enough. */
  readonly rest: () => Promise<void>
}

/** The time that long work may take of one turn of the event loop. The longest single steps take as much again. */
const SLICE_MS = 4

/**
 * One slice in each turn of the event loop, whoever uses it: many requests with long work do not add up. Who is new goes
 * before those that had a slice already, so that short work never waits behind long work.
 */
export function createTurns(): Turns {
  const fresh: (() => void)[] = []
  const tired: (() => void)[] = []
  let ends: number | undefined

  const open = (): number => {
    setImmediate(close)
    ends = performance.now() + SLICE_MS
    return ends
  }
  const close = (): void => {
    ends = undefined
    passOn()
  }
  const isOver = (): boolean => performance.now() >= (ends ?? open())
  /** To whoever waits, what is left of the slice; nothing is left where this turn has lasted long enough. */
  const passOn = (): void => {
    if (fresh.length + tired.length > 0 && !isOver()) (fresh.shift() ?? tired.shift())?.()
  }

  return {
    run: async (steps, deadline) => {
      if (isOver()) await wait(fresh)
      try {
        for (;;) {
          const step = steps.next()
          if (step.done === true) return step.value
          if (!isOver()) continue
          await wait(tired)
          if (Date.now() > deadline) fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
        }
      } finally {
        passOn()
      }
    },
    rest: async () => {
      if (isOver()) await wait(tired)
    },
  }
}

function wait(queue: (() => void)[]): Promise<void> {
  return new Promise((resolve) => queue.push(resolve))
}

/** The items that pass a test of many steps. */
export function* filterSteps<T>(items: Iterable<T>, passes: (item: T) => Steps<boolean>): Steps<T[]> {
  const passed: T[] = []
  for (const item of items) if (yield* passes(item)) passed.push(item)
  return passed
}

/** What becomes of each item, with a rest between two where one is due. */
export function* mapSteps<T, R>(items: Iterable<T>, change: (item: T) => R): Steps<R[]> {
  const changed: R[] = []
  for (const item of items) {
    changed.push(change(item))
    yield
  }
  return changed
}

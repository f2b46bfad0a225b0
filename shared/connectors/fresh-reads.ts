import { createBoundedMap } from './bounded-map.ts'

const READS_REMEMBERED = 10_000

export interface FreshReadsOptions<K, T> {
  readonly read: (id: K) => Promise<T>
  /** Told of each answer that is the youngest one, with the time (ms since 1970) at which its read began. */
  readonly onAnswer: (id: K, answer: T, beganAt: number) => void
  readonly now: () => Date
  /** Time between the beginnings of two reads of one id. */
  readonly spacingMs: number
}

/** Reads that many requests share, so that refusing costs one storage request per id and second at most. */
export interface FreshReads<K, T> {
  /** The read that is under way, if any: it may have begun before the caller's request arrived. */
  underway(id: K): Promise<T> | undefined
  /** A read that begins after this call: at once, or with all others that wait when the spacing allows the next. */
  next(id: K): Promise<T>
  /** After a change: reads that began before it are nobody's any more, and the next one may begin at once. */
  restart(id: K): void
}

interface State<T> {
  beganAt: number
  underway: Promise<T> | undefined
  waiting: Promise<T> | undefined
}

export function createFreshReads<K extends string, T>(options: FreshReadsOptions<K, T>): FreshReads<K, T> {
  const states = createBoundedMap<State<T>>(READS_REMEMBERED)
  return {
    underway: (id) => states.get(id)?.underway,
    next(id) {
      const state = states.get(id) ?? newState<T>()
      states.set(id, state)
      if (state.waiting !== undefined) return state.waiting
      const wait = state.beganAt + options.spacingMs - options.now().getTime()
      if (wait <= 0) return begin(options, id, state)
      state.waiting = pause(wait).then(() => begin(options, id, state))
      return state.waiting
    },
    restart(id) {
      const state = states.get(id)
      if (state === undefined) return
      state.underway = undefined
      state.beganAt = Number.NEGATIVE_INFINITY
    },
  }
}

function newState<T>(): State<T> {
  return { beganAt: Number.NEGATIVE_INFINITY, underway: undefined, waiting: undefined }
}

async function begin<K, T>(options: FreshReadsOptions<K, T>, id: K, state: State<T>): Promise<T> {
  const beganAt = options.now().getTime()
  const reading = options.read(id)
  Object.assign(state, { beganAt, underway: reading, waiting: undefined })
  try {
    const answer = await reading
    // A younger read, or a change, has made this answer an old one.
    if (state.underway === reading) options.onAnswer(id, answer, beganAt)
    return answer
  } finally {
    if (state.underway === reading) state.underway = undefined
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

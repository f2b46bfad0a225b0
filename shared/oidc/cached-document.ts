/** A document that is fetched now and then. */
export interface CachedDocument<T> {
  /** At most a day old; one older than an hour is renewed behind the request that finds it so. */
  read(): Promise<T>
  /** The document after another look, which is taken at most once a minute. */
  readNewer(): Promise<T>
}

const MINUTE_MS = 60_000
/** Entra's own advice: keep keys for a day, look every hour, and on demand not more often than needed. */
const HARD_MS = 24 * 60 * MINUTE_MS
const SOFT_MS = 60 * MINUTE_MS
const NEWER_MS = MINUTE_MS
/** After a failure nobody asks again for so long; sooner where there is nothing to fall back on. */
const COOL_DOWN_MS = 30_000
const EMPTY_COOL_DOWN_MS = 5_000

interface State<T> {
  document: T | undefined
  fetchedAt: number
  failedAt: number
  failure: unknown
  underway: Promise<T> | undefined
}

/** Remembers successes only. However many ask, one request is under way. */
export function createCachedDocument<T extends object>(
  load: () => Promise<T>,
  now: () => Date,
): CachedDocument<T> {
  const never = Number.NEGATIVE_INFINITY
  const state: State<T> = {
    document: undefined,
    fetchedAt: never,
    failedAt: never,
    failure: undefined,
    underway: undefined,
  }
  const age = (): number => now().getTime() - state.fetchedAt
  const isCoolingDown = (): boolean =>
    now().getTime() - state.failedAt < (state.document === undefined ? EMPTY_COOL_DOWN_MS : COOL_DOWN_MS)
  const reload = async (): Promise<T> => {
    if (state.underway === undefined && isCoolingDown()) throw state.failure
    state.underway ??= fetchInto(state, load, now)
    return state.underway
  }
  return {
    async read() {
      const { document } = state
      if (document === undefined || age() >= HARD_MS) return reload()
      // The host may freeze an idle process, so that no timer would do. A failure leaves what is there.
      if (age() >= SOFT_MS) reload().catch(() => undefined)
      return document
    },
    async readNewer() {
      return state.document !== undefined && age() < NEWER_MS ? state.document : reload()
    },
  }
}

async function fetchInto<T>(state: State<T>, load: () => Promise<T>, now: () => Date): Promise<T> {
  try {
    const document = await load()
    Object.assign(state, { document, fetchedAt: now().getTime() })
    return document
  } catch (error) {
    Object.assign(state, { failure: error, failedAt: now().getTime() })
    throw error
  } finally {
    state.underway = undefined
  }
}

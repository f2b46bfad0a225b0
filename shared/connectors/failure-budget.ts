import { fail } from '../kernel/failure.ts'
import { LIMITS } from '../kernel/limits.ts'
import { createBoundedMap } from './bounded-map.ts'

const WINDOW_MS = 60_000
const CONNECTORS = 10_000

/** Counts failed authentications by connector and minute, in this process. */
export interface FailureBudget {
  /** Refuses: 401, or 429 until the minute is over once 600 have been refused in it. Never called for a valid secret. */
  refuse(connector: string, credentials: 'missing' | 'wrong'): never
}

export function createFailureBudget(now: () => Date): FailureBudget {
  const windows = createBoundedMap<{ readonly since: number; count: number }>(CONNECTORS)
  return {
    refuse(connector, credentials) {
      const time = now().getTime()
      const known = windows.get(connector)
      const window = known !== undefined && time - known.since < WINDOW_MS ? known : { since: time, count: 0 }
      window.count += 1
      if (window !== known) windows.set(connector, window)
      if (window.count > LIMITS.failedAuthenticationsPerMinute)
        fail({
          code: 'rate_limited',
          retryAfterSeconds: Math.ceil((window.since + WINDOW_MS - time) / 1_000),
        })
      return fail({ code: 'unauthenticated', credentials })
    },
  }
}

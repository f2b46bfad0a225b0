import { failureOf } from '../kernel/failure.ts'
import { readSigningKeys, type StoredSigningKeys } from '../storage/signing-keys.ts'
import type { Store } from '../storage/store.ts'

/** Names of keys come from outside, in tokens: unknown ones cost one request a second, however many there are. */
const UNKNOWN_MS = 1_000
/** In an outage, what is known serves without waiting for the store each time. */
const OUTAGE_MS = 5_000

/** What this process knows of the signing keys. Fails with `storage_unavailable` while it knows nothing. */
export interface KeyList {
  /** As read at most that long ago, by one request for all who ask at once; older in an outage, if it is known at all. */
  read(maxAgeMs: number): Promise<StoredSigningKeys>
  /** As it is now: at once, or with everybody else who asks within the same second. */
  readAgain(): Promise<StoredSigningKeys>
  forget(): void
}

/** Nothing is read before it is asked for. */
export function createKeyList(store: Store, now: () => Date): KeyList {
  let known: StoredSigningKeys | undefined
  let readAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  let reading: Promise<StoredSigningKeys> | undefined
  let waiting: Promise<StoredSigningKeys> | undefined

  async function fetchList(): Promise<StoredSigningKeys> {
    try {
      known = await readSigningKeys(store)
      readAt = now().getTime()
      return known
    } catch (error) {
      // Keys do not change within an outage, and their signatures stay good.
      if (known === undefined || failureOf(error)?.code !== 'storage_unavailable') throw error
      failedAt = now().getTime()
      return known
    } finally {
      reading = undefined
    }
  }

  async function read(maxAgeMs: number): Promise<StoredSigningKeys> {
    const time = now().getTime()
    if (known !== undefined && (time - readAt < maxAgeMs || time - failedAt < OUTAGE_MS)) return known
    reading ??= fetchList()
    return reading
  }

  return {
    read,
    readAgain() {
      waiting ??= sleep(readAt + UNKNOWN_MS - now().getTime()).then(() => {
        waiting = undefined
        return read(0)
      })
      return waiting
    },
    forget() {
      readAt = Number.NEGATIVE_INFINITY
    },
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(ms, 0)))
}

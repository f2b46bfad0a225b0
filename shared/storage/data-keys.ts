import { randomBytes } from 'node:crypto'
import { randomText } from '../kernel/ids.ts'
import { configTable, KEYS_PARTITION } from './config-table.ts'
import type { KeyWrapper } from './key-wrapper.ts'
import { prefixEnd } from './keys.ts'
import type { Store } from './store.ts'

/** 256 bits under which secrets and cookies are encrypted; stored wrapped (RFC 7517's `kid` names it). */
export interface DataKey {
  readonly kid: string
  readonly key: Uint8Array
}

/** The data keys that this process knows. Every call fails with `storage_unavailable` in an outage. */
export interface DataKeys {
  /** The newest one, made where there is none yet. */
  current(): Promise<DataKey>
  /** `undefined` for a key that does not exist, or that another wrapping key holds. */
  find(kid: string): Promise<DataKey | undefined>
  /** Makes a new one, which every instance uses for new secrets within ten minutes. */
  rotate(): Promise<DataKey>
}

const PREFIX = 'w.'
/** How long another instance's newer key may stay unknown. */
const NEWEST_MS = 600_000
/** Names of keys come from outside, in cookies: unknown ones cost one request a second, however many there are. */
const UNKNOWN_MS = 1_000

interface WrappedKey {
  readonly kid: string
  readonly wrapped: string
  readonly created: string
}

export function createDataKeys(store: Store, wrapper: KeyWrapper, now: () => Date): DataKeys {
  const list = createKeyList(store, wrapper.id, now)
  const opened = new Map<string, DataKey>()

  async function open({ kid, wrapped }: WrappedKey): Promise<DataKey | undefined> {
    const key = opened.get(kid)?.key ?? (await wrapper.unwrap(wrapped))
    if (key === undefined) return undefined
    opened.set(kid, { kid, key })
    return { kid, key }
  }

  async function rotate(): Promise<DataKey> {
    const dataKey = { kid: randomText(12), key: randomBytes(32) }
    const wrapped = await wrapper.wrap(dataKey.key)
    await list.add({ kid: dataKey.kid, wrapped, created: now().toISOString() })
    opened.set(dataKey.kid, dataKey)
    return dataKey
  }

  return {
    async current() {
      const keys = await list.read(NEWEST_MS)
      const newest = keys.toSorted((left, right) => left.created.localeCompare(right.created)).at(-1)
      return (newest && (await open(newest))) ?? rotate()
    },
    async find(kid) {
      const isIt = (key: WrappedKey): boolean => key.kid === kid
      const wrapped = (await list.read(NEWEST_MS)).find(isIt) ?? (await list.readAgain()).find(isIt)
      return wrapped && open(wrapped)
    },
    rotate,
  }
}

interface KeyList {
  /** All keys, as read at most that long ago. */
  read(maxAgeMs: number): Promise<readonly WrappedKey[]>
  /** All keys as they are now: at once, or with everybody else who asks within the same second. */
  readAgain(): Promise<readonly WrappedKey[]>
  add(key: WrappedKey): Promise<void>
}

function createKeyList(store: Store, wrapperId: string, now: () => Date): KeyList {
  let keys: readonly WrappedKey[] = []
  let readAt = Number.NEGATIVE_INFINITY
  let waiting: Promise<readonly WrappedKey[]> | undefined

  async function read(maxAgeMs: number): Promise<readonly WrappedKey[]> {
    const at = now().getTime()
    if (at - readAt < maxAgeMs) return keys
    keys = await readWrapped(store, wrapperId)
    readAt = at
    return keys
  }

  async function readAfter(ms: number): Promise<readonly WrappedKey[]> {
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
    waiting = undefined
    return read(0)
  }

  return {
    read,
    readAgain() {
      waiting ??= readAfter(readAt + UNKNOWN_MS - now().getTime())
      return waiting
    },
    async add(key) {
      const values = { w: key.wrapped, by: wrapperId, at: key.created }
      await configTable(store).batch(KEYS_PARTITION, [{ kind: 'put', key: PREFIX + key.kid, values }])
      keys = [...keys, key]
    },
  }
}

async function readWrapped(store: Store, wrapperId: string): Promise<readonly WrappedKey[]> {
  const range = { from: PREFIX, to: prefixEnd(PREFIX), limit: 1_000 }
  const rows = await configTable(store).range(KEYS_PARTITION, range)
  return rows
    .filter(({ values }) => values['by'] === wrapperId)
    .map(({ key, values }) => ({
      kid: key.slice(PREFIX.length),
      wrapped: String(values['w']),
      created: String(values['at']),
    }))
}

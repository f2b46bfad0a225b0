import type { ConnectorId } from '../kernel/ids.ts'
import { LIMITS } from '../kernel/limits.ts'
import { findConnector, type StoredConnector } from '../storage/connectors.ts'
import type { Store } from '../storage/store.ts'
import { createBoundedMap } from './bounded-map.ts'
import { createFreshReads } from './fresh-reads.ts'

const CACHED_CONNECTORS = 1_000

type Answer = StoredConnector | undefined

/** The connector rows that this process remembers, and when it may ask for them again. */
export interface ConnectorCache {
  /** A row at most 30 s old. It may confirm a request and never refuse one. */
  peek(id: ConnectorId): Answer
  /** The read that is under way, if any: it began too early to refuse, but what it brings may confirm. */
  underway(id: ConnectorId): Promise<Answer> | undefined
  /** A read that begins after this call. */
  readFresh(id: ConnectorId): Promise<Answer>
  /** Forgets the row after a change: no read that began before it may confirm or be remembered. */
  forget(id: ConnectorId): void
}

export interface CacheOptions {
  readonly store: Store
  readonly now: () => Date
  /** Time between the beginnings of two reads of one connector. */
  readonly freshReadMs: number
}

export function createConnectorCache({ store, now, freshReadMs }: CacheOptions): ConnectorCache {
  const rows = createBoundedMap<{ readonly row: StoredConnector; readonly readAt: number }>(
    CACHED_CONNECTORS,
    true,
  )
  const reads = createFreshReads<ConnectorId, Answer>({
    read: (id) => findConnector(store, id),
    // Absence is never remembered.
    onAnswer: (id, row, readAt) => (row === undefined ? rows.delete(id) : rows.set(id, { row, readAt })),
    now,
    spacingMs: freshReadMs,
  })
  return {
    peek(id) {
      const known = rows.get(id)
      return known && now().getTime() - known.readAt <= LIMITS.connectorCacheMs ? known.row : undefined
    },
    underway: (id) => reads.underway(id),
    readFresh: (id) => reads.next(id),
    forget(id) {
      rows.delete(id)
      reads.restart(id)
    },
  }
}

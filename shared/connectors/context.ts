import type { Caller } from '../activity/activity.ts'
import type { ConnectorId } from '../kernel/ids.ts'
import type { Store } from '../storage/store.ts'

/** Everything that one request to change organizations and connectors knows: made by the edge, and never kept. */
export interface ConnectorsContext {
  readonly store: Store
  readonly caller: Caller
  readonly now: () => Date
  /** Whom a customer asks for the enterprise plan. */
  readonly salesContact: string
  /** Drops what this instance remembers of a connector, so that its change holds here at once. */
  readonly forget: (connector: ConnectorId) => void
  /** When the answer must be on its way, in ms since 1970. */
  readonly deadline: number
}

import type { ConnectorId } from './ids.ts'

/**
 * The first argument of every storage call. It comes only from an authenticated request
 * and names the storage account that holds the connector's rows.
 */
export interface Tenant {
  readonly connector: ConnectorId
  readonly account: string
}

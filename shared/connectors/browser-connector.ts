import { parseConnectorId } from '../kernel/ids.ts'
import type { StoredConnector } from '../storage/connectors.ts'
import type { ConnectorCache } from './connector-cache.ts'

/** Finds connectors for browsers, which carry no credentials of one. */
export interface ConnectorFinder {
  /**
   * The connector if it is enabled and people can sign in by it. A remembered row may only confirm that: whoever it
   * would send away is looked up afresh, at most once a second for each connector. Fails with `storage_unavailable`.
   */
  find(connectorIdFromPath: string): Promise<StoredConnector | undefined>
  /** The same without sign-in being set up: for a test of settings that are not active yet. */
  findEnabled(connectorIdFromPath: string): Promise<StoredConnector | undefined>
}

export function createConnectorFinder(cache: ConnectorCache): ConnectorFinder {
  return {
    find: (path) =>
      findWhere(cache, path, ({ life, oidc }) => life === 'enabled' && oidc.active !== undefined),
    findEnabled: (path) => findWhere(cache, path, ({ life }) => life === 'enabled'),
  }
}

async function findWhere(
  cache: ConnectorCache,
  path: string,
  isWanted: (connector: StoredConnector) => boolean,
): Promise<StoredConnector | undefined> {
  const id = parseConnectorId(path)
  if (id === undefined) return undefined
  const remembered = cache.peek(id) ?? (await cache.underway(id))
  if (remembered !== undefined && isWanted(remembered)) return remembered
  const fresh = await cache.readFresh(id)
  return fresh !== undefined && isWanted(fresh) ? fresh : undefined
}

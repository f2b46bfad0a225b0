import { fail } from '../kernel/failure.ts'
import { parseConnectorId, type ConnectorId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { Mark, Marks, ScimSecret } from '../storage/config-connector-row.ts'
import { tenantOf, type StoredConnector } from '../storage/connectors.ts'
import { createConnectorCache, type CacheOptions, type ConnectorCache } from './connector-cache.ts'
import { matchSecret, parseAuthorization } from './credentials.ts'
import { createFailureBudget, type FailureBudget } from './failure-budget.ts'
import { createUsage } from './marks.ts'
import { rulesOf, type ConnectorRules } from './rules.ts'

/** Who a SCIM request comes from, and by which rules it is served. */
interface AuthenticatedConnector {
  readonly tenant: Tenant
  readonly connector: {
    readonly id: ConnectorId
    readonly state: 'enabled'
    readonly rules: ConnectorRules
    /** As this process last read them. */
    readonly marks: Marks
  }
  readonly secretId: string
}

/** Made once per process. It remembers rows by connector id and nothing of any request. */
export interface Authenticator {
  /**
   * Who is asking. Fails with `unauthenticated`, `connector_disabled` (only to who has the right secret),
   * `rate_limited` (failures only) or `storage_unavailable`.
   */
  authenticate(connectorIdFromPath: string, authorization: string | null): Promise<AuthenticatedConnector>
  /** Drops what is remembered of a connector that this process changed. */
  forget(connector: ConnectorId): void
  /** Notes that a secret was used, now and then. Never fails. */
  noteUse(used: AuthenticatedConnector): Promise<void>
  /** Notes a milestone, once. Never fails. */
  noteMark(tenant: Tenant, mark: Mark): Promise<void>
}

export interface AuthenticatorOptions extends CacheOptions {
  /** Shared with others who read connectors; one of its own where absent. */
  readonly cache?: ConnectorCache
  /** Told of what could not be noted; the request goes on. */
  readonly log?: (message: string) => void
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const cache = options.cache ?? createConnectorCache(options)
  const failures = createFailureBudget(options.now)
  return {
    authenticate: (path, authorization) => authenticate(cache, failures, path, authorization),
    forget: (connector) => cache.forget(connector),
    ...createUsage(options),
  }
}

/**
 * What is remembered, or comes from a read that began earlier, may only let a request in. Whoever it does not let in waits
 * for a read that began after the request arrived: a secret made, or a connector enabled, on another instance a moment
 * ago must never be refused here.
 */
async function authenticate(
  cache: ConnectorCache,
  failures: FailureBudget,
  path: string,
  authorization: string | null,
): Promise<AuthenticatedConnector> {
  const credentials = parseAuthorization(path, authorization)
  const id = parseConnectorId(path)
  // Paths that are no id are counted together: they may be of any length, and of any number.
  if (credentials.kind !== 'secret') return failures.refuse(id ?? '', credentials.kind)
  if (id === undefined) return refuseUnknown(failures, credentials.hash)
  const remembered = confirm(cache.peek(id), credentials.hash)
  if (remembered !== undefined) return remembered
  const underway = cache.underway(id)
  // Nothing is awaited where no read is under way: the first of a crowd begins the one that the others share.
  const shared = underway && confirm(await underway, credentials.hash)
  if (shared !== undefined) return shared

  return decide(await cache.readFresh(id), credentials.hash) ?? failures.refuse(id, 'wrong')
}

/** The last word, by a row that was read after the request arrived; `undefined` is a refusal. */
function decide(connector: StoredConnector | undefined, hash: string): AuthenticatedConnector | undefined {
  const secret = matchSecret(connector?.secrets ?? [], hash)
  if (connector === undefined || connector.life === 'deleted' || secret === undefined) return undefined
  return connector.life === 'disabled'
    ? fail({ code: 'connector_disabled' })
    : toAuthenticated(connector, secret)
}

function confirm(connector: StoredConnector | undefined, hash: string): AuthenticatedConnector | undefined {
  // Compared in any case: a connector that nobody has takes as long as one with another secret.
  const secret = matchSecret(connector?.secrets ?? [], hash)
  if (connector?.life !== 'enabled') return undefined
  return secret && toAuthenticated(connector, secret)
}

/** The same work as for a connector that exists. */
function refuseUnknown(failures: FailureBudget, hash: string): never {
  confirm(undefined, hash)
  decide(undefined, hash)
  return failures.refuse('', 'wrong')
}

function toAuthenticated(connector: StoredConnector, secret: ScimSecret): AuthenticatedConnector {
  return {
    tenant: tenantOf(connector),
    connector: {
      id: connector.id,
      state: 'enabled',
      rules: rulesOf(connector),
      marks: connector.marks,
    },
    secretId: secret.id,
  }
}

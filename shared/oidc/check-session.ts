import type { ConnectorFinder } from '../connectors/browser-connector.ts'
import {
  CLEARED_SESSION,
  endOfSession,
  isExpired,
  openSession,
  renewedSession,
  sealSession,
  type PortalSession,
  type SessionEnd,
} from '../session/portal-session.ts'
import type { CookieChange } from '../session/cookies.ts'
import { tenantOf, type StoredConnector } from '../storage/connectors.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { Store } from '../storage/store.ts'
import { findUser, type StoredUser } from '../storage/users.ts'

export interface SessionParts {
  readonly store: Store
  readonly sealer: Sealer
  readonly finder: ConnectorFinder
}

export type CheckedSession =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'over'
      readonly reason: SessionEnd | 'connector-closed'
      readonly session: PortalSession
      /** Takes the session out of the browser. */
      readonly cookies: readonly CookieChange[]
    }
  | {
      readonly kind: 'live'
      readonly session: PortalSession
      readonly user: StoredUser
      readonly connector: StoredConnector
      /** What the browser is to be told with the answer, if anything. */
      readonly cookies: readonly CookieChange[]
    }

/**
 * Who is asking. Each request reads the user's row, so that whoever Entra deactivates is out at the next click: with
 * the connector cached that is the one storage request. Fails with `storage_unavailable`, never with "signed out".
 */
export async function checkSession(
  { store, sealer, finder }: SessionParts,
  browser: ReadonlyMap<string, string>,
  now: Date,
): Promise<CheckedSession> {
  const session = await openSession(sealer, browser)
  if (session === undefined) return { kind: 'none' }
  const over = (reason: SessionEnd | 'connector-closed'): CheckedSession => ({
    kind: 'over',
    reason,
    session,
    cookies: [CLEARED_SESSION],
  })
  if (isExpired(session, now)) return over('session-expired')
  const connector = await finder.find(session.connector)
  if (connector === undefined) return over('connector-closed')
  const user = await findUser(store, tenantOf(connector), session.user)
  const reason = endOfSession(session, user)
  if (reason !== undefined || user === undefined) return over(reason ?? 'deactivated')
  const renewed = renewedSession(session, now)
  const cookies = renewed === undefined ? [] : [await sealSession(sealer, renewed)]
  return { kind: 'live', session, user, connector, cookies }
}

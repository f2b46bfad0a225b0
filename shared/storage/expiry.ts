import type { Tenant } from '../kernel/tenant.ts'
import { removeOldRows } from './old-rows.ts'
import type { Store } from './store.ts'

/** Rows of sign-in that have an end: refresh families, Entra's sessions, one-time codes, completed logins. */
const EXPIRING = ['f.', 'i.', 'k.', 'l.']

/**
 * Deletes what has expired; true once all is looked at, false where `until` (ms since 1970) came first. For maintenance:
 * readers look at the time themselves.
 */
export async function deleteExpired(store: Store, tenant: Tenant, at: Date, until: number): Promise<boolean> {
  for (const prefix of EXPIRING)
    if (!(await removeOldRows(store, tenant, { prefix, name: 'exp', before: at }, until))) return false
  return true
}

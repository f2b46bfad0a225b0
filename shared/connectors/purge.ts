import { LIMITS } from '../kernel/limits.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { removeActivity } from '../storage/activity-removal.ts'
import { readClaims, releaseClaims } from '../storage/config-claims.ts'
import {
  listStoredConnectors,
  removeConnector,
  scanConnectors,
  tenantOf,
  type StoredConnector,
} from '../storage/connectors.ts'
import { removeDirectory, removeTombstones } from '../storage/directory-removal.ts'
import { deleteExpired } from '../storage/expiry.ts'
import { listSweeps, sweepGroup } from '../storage/memberships.ts'
import { claimKeys, removeOrganization, scanOrganizations } from '../storage/organizations.ts'
import { removeExpiredSetupLinks, removeSetupAccess } from '../storage/setup-access-removal.ts'
import type { Store } from '../storage/store.ts'

const DAY_MS = 86_400_000

/**
 * Removes for good what was deleted 30 days ago: connectors with their directory, users' tombstones, and organizations
 * of which nothing else is left; the activity of more than 400 days ago; and finishes groups whose deletion ran out of
 * time. It stops at `until` (ms since 1970) and comes back with whether all is done; whatever is left, the next run
 * finds again.
 */
export async function purgeDeleted(store: Store, now: Date, until: number): Promise<boolean> {
  const before = daysBefore(now, LIMITS.purgeAfterDays)
  let isAllDone = true
  for await (const connector of scanConnectors(store)) {
    if (Date.now() >= until) return false
    const isDone =
      connector.life === 'deleted'
        ? await purgeConnector(store, connector, before, until)
        : await tidyConnector(store, tenantOf(connector), now, until)
    isAllDone &&= isDone
  }
  await removeExpiredSetupLinks(store, now)
  return (await purgeOrganizations(store, before, until)) && isAllDone
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS)
}

/** The directory first: without its connector's row nothing would lead to it any more. */
async function purgeConnector(
  store: Store,
  connector: StoredConnector,
  before: Date,
  until: number,
): Promise<boolean> {
  if (!isBefore(connector.deletedAt, before)) return true
  if (!(await removeDirectory(store, tenantOf(connector), until))) return false
  await removeConnector(store, connector.id)
  return true
}

async function tidyConnector(store: Store, tenant: Tenant, now: Date, until: number): Promise<boolean> {
  for (const group of await listSweeps(store, tenant))
    if (!(await sweepGroup(store, tenant, group, until))) return false
  if (!(await removeTombstones(store, tenant, daysBefore(now, LIMITS.purgeAfterDays), until))) return false
  if (!(await deleteExpired(store, tenant, now, until))) return false
  return removeActivity(store, tenant, daysBefore(now, LIMITS.activityRetentionDays), until)
}

async function purgeOrganizations(store: Store, before: Date, until: number): Promise<boolean> {
  for await (const organization of scanOrganizations(store)) {
    if (!isBefore(organization.deletedAt, before)) continue
    if (Date.now() >= until) return false
    if ((await listStoredConnectors(store, organization.id)).length > 0) continue
    await removeSetupAccess(store, organization.id)
    await releaseClaims(store, await readClaims(store, organization.id, claimKeys(organization)))
    await removeOrganization(store, organization)
  }
  return true
}

function isBefore(time: string | undefined, limit: Date): boolean {
  return time !== undefined && Date.parse(time) < limit.getTime()
}

import { domainToASCII } from 'node:url'
import type { ConnectorId } from '../kernel/ids.ts'
import { findOrganizationByName } from '../storage/config-claims.ts'
import { domainClaim, shortNameClaim } from '../storage/config-table.ts'
import { listStoredConnectors, tenantOf, type StoredConnector } from '../storage/connectors.ts'
import type { Store } from '../storage/store.ts'
import { findUserIdByLoginEmail, findUserIdByName } from '../storage/user-lookups.ts'

/** How many connectors of one organization are asked whether they know a person. */
const ASKED = 10
const LENGTH = 320
const SHORT_NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/
/** A claim's key may not hold whatever somebody types. */
const DOMAIN = /^[a-z0-9.-]{3,253}$/

/**
 * The connector by which somebody signs in, from an e-mail address, or the organization's short name or domain.
 * `undefined` for an unknown one and for one without sign-in alike: nobody learns here who is a customer.
 */
export async function findHomeRealm(store: Store, typed: string): Promise<ConnectorId | undefined> {
  const claim = claimOf(typed)
  const organization = claim === undefined ? undefined : await findOrganizationByName(store, claim)
  if (organization === undefined) return undefined
  const connectors = await listStoredConnectors(store, organization.id)
  const open = connectors.filter(({ life, oidc }) => life === 'enabled' && oidc.active !== undefined)
  const knowing =
    open.length > 1 && typed.includes('@') ? await findKnowing(store, open, typed.trim()) : undefined
  return (knowing ?? open[0])?.id
}

/** Of several Entra tenants of one organization, the one that has provisioned the person. */
async function findKnowing(
  store: Store,
  connectors: readonly StoredConnector[],
  address: string,
): Promise<StoredConnector | undefined> {
  for (const connector of connectors.slice(0, ASKED)) {
    const tenant = tenantOf(connector)
    const user =
      (await findUserIdByName(store, tenant, address)) ??
      (await findUserIdByLoginEmail(store, tenant, address))
    if (user !== undefined) return connector
  }
  return undefined
}

function claimOf(typed: string): string | undefined {
  const text = typed.trim().toLowerCase()
  if (text.length > LENGTH) return undefined
  const at = text.lastIndexOf('@')
  if (at === -1 && SHORT_NAME.test(text)) return shortNameClaim(text)
  const domain = domainToASCII(text.slice(at + 1))
  return DOMAIN.test(domain) ? domainClaim(domain) : undefined
}

import type { CustomAttribute } from '../kernel/custom-attribute.ts'
import type { ConnectorId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { tenantOf, type StoredConnector } from '../storage/connectors.ts'
import type { Store } from '../storage/store.ts'
import { getConnector } from './connector-change.ts'

/** What a connector demands of its users. */
export interface ConnectorRules {
  readonly requiredAttributes: readonly string[]
  readonly uniqueEmail: boolean
  readonly customAttributes: readonly CustomAttribute[]
}

/** While the rows of a newly required unique e-mail are being built, new writes claim their address already. */
export function rulesOf(connector: StoredConnector): ConnectorRules {
  const { requiredAttributes, uniqueEmail, customAttributes } = connector
  return { requiredAttributes, uniqueEmail: uniqueEmail !== 'off', customAttributes }
}

/** A connector's directory for who does not come through SCIM; 404 where there is none. */
export async function getDirectory(
  store: Store,
  id: ConnectorId,
): Promise<{ tenant: Tenant; rules: ConnectorRules }> {
  const connector = await getConnector(store, id)
  return { tenant: tenantOf(connector), rules: rulesOf(connector) }
}

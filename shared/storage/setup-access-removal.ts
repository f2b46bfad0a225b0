import { parseOrganizationId, type OrganizationId } from '../kernel/ids.ts'
import { configTable } from './config-table.ts'
import { prefixEnd } from './keys.ts'
import {
  ownerKey,
  readSetupAccess,
  RECOVERY_KEY,
  removeOwners,
  SETUP_LINK_PREFIX,
  SETUP_PARTITION,
} from './setup-access.ts'
import type { Store } from './store.ts'

const LINKS_PER_RUN = 1_000

/** Deletes setup links that are past their time, used or not. For maintenance: readers look at the time themselves. */
export async function removeExpiredSetupLinks(store: Store, at: Date): Promise<void> {
  const table = configTable(store)
  const range = { from: 'l.', to: prefixEnd('l.'), limit: LINKS_PER_RUN }
  for (const { key, values } of await table.range(SETUP_PARTITION, range)) {
    const organization = parseOrganizationId(String(values['organization']))
    if (organization === undefined || Date.parse(String(values['exp'])) >= at.getTime()) continue
    await table.batch(organization, [{ kind: 'delete', key: SETUP_LINK_PREFIX + key.slice('l.'.length) }])
    await removeOwners(store, [key])
  }
}

/** Deletes every setup link and recovery code of an organization that is being purged. */
export async function removeSetupAccess(store: Store, organization: OrganizationId): Promise<void> {
  const { links, recovery } = await readSetupAccess(store, organization)
  await removeOwners(store, [
    ...links.map(({ hash }) => ownerKey('link', hash)),
    ...(recovery?.codes.map(({ hash }) => ownerKey('recovery', hash)) ?? []),
  ])
  const keys = [
    ...links.map(({ hash }) => SETUP_LINK_PREFIX + hash),
    ...(recovery === undefined ? [] : [RECOVERY_KEY]),
  ]
  for (const key of keys) await configTable(store).batch(organization, [{ kind: 'delete', key }])
}

import type { Store } from './store.ts'
import type { Table } from './table.ts'

/*
 * Table `config`, which only the first storage account holds. The partition of an organization has its own row and one
 * per connector, so an organization is read and changed as a whole; the partition `claims` says who holds which name.
 */

export const ORGANIZATION_KEY = 'org'
export const CONNECTOR_PREFIX = 'c.'
export const CLAIMS_PARTITION = 'claims'
/** Wrapped data keys and our own signing keys. */
export const KEYS_PARTITION = 'keys'

export const connectorKey = (number: number): string => `${CONNECTOR_PREFIX}${number}`

/** Names that one organization holds: none of our ids can be mistaken for one, as the kind is part of the key. */
export const shortNameClaim = (shortName: string): string => `s.${shortName}`
export const domainClaim = (domain: string): string => `d.${domain}`

/** The table of organizations and connectors. */
export function configTable(store: Store): Table {
  return store.table(store.firstAccount, 'config')
}

/** Which connector a row of an organization's partition is, or `undefined` for its other rows. */
export function connectorNumberOf(key: string): number | undefined {
  const [, digits] = /^c\.([1-9]\d{0,3})$/.exec(key) ?? []
  return digits === undefined ? undefined : Number(digits)
}

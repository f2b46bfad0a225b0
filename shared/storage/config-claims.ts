import { parseOrganizationId, type OrganizationId } from '../kernel/ids.ts'
import { CLAIMS_PARTITION, configTable } from './config-table.ts'
import { claimKeys, findOrganization, type StoredOrganization } from './organizations.ts'
import type { Store } from './store.ts'
import type { Row, Write } from './table.ts'
import { retryWhileChanged } from './transaction.ts'

/*
 * Short names and domains belong to one organization at a time. They are claimed before the organization's row is
 * written, and let go after it; a process that dies in between leaves a claim that nobody holds, so whoever wants it
 * next looks whether its organization really has it.
 */

interface ClaimValues {
  readonly organization: OrganizationId
  readonly at: string
}

/** Younger claims may belong to a request that has yet to write its organization; its own time ends long before. */
const UNPROVEN_MS = 60_000

/**
 * Claims all keys for the organization in one transaction, or none. Comes back with a key that somebody else holds, or
 * `undefined` on success. A claim of ours is renewed, so a release that was under way cannot take it from us.
 */
export async function claimNames(
  store: Store,
  organization: OrganizationId,
  keys: readonly string[],
  now: Date,
): Promise<string | undefined> {
  if (keys.length === 0) return undefined
  const values = { organization, at: now.toISOString() }
  const inserts = keys.map((key): Write => ({ kind: 'insert', key, values }))
  const first = await configTable(store).batch(CLAIMS_PARTITION, inserts)
  if (first.refusal === undefined) return undefined
  const outcome = await retryWhileChanged(() => claimAgain(store, keys, values))
  return outcome.taken
}

/** Whose a name is: the claim may be of somebody who let go of it, or died before having it. Two storage requests. */
export async function findOrganizationByName(
  store: Store,
  claim: string,
): Promise<StoredOrganization | undefined> {
  const row = await configTable(store).get(CLAIMS_PARTITION, claim)
  const id = parseOrganizationId(String(row?.values['organization'] ?? ''))
  const organization = id && (await findOrganization(store, id))
  const isHolder =
    organization?.deletedAt === undefined && organization && claimKeys(organization).includes(claim)
  return isHolder ? organization : undefined
}

/** The claims as they are, so that they can later be let go unless somebody renewed or took them meanwhile. */
export async function readClaims(
  store: Store,
  organization: OrganizationId,
  keys: readonly string[],
): Promise<readonly Row[]> {
  const rows = await Promise.all(keys.map((key) => configTable(store).get(CLAIMS_PARTITION, key)))
  return rows.filter((row) => row !== undefined).filter((row) => row.values['organization'] === organization)
}

/** Lets claims go. One that changed since it was read stays: it has a new holder, or the old one wants it again. */
export async function releaseClaims(store: Store, claims: readonly Row[]): Promise<void> {
  for (const { key, etag } of claims)
    await configTable(store).batch(CLAIMS_PARTITION, [{ kind: 'delete', key, etag }])
}

/** One try with the claims read: `undefined` where one changed under our hands. */
async function claimAgain(
  store: Store,
  keys: readonly string[],
  values: ClaimValues,
): Promise<{ taken: string | undefined } | undefined> {
  const table = configTable(store)
  const writes: Write[] = []
  for (const key of keys) {
    const row = await table.get(CLAIMS_PARTITION, key)
    if (row !== undefined && !(await isFree(store, row, values))) return { taken: key }
    writes.push(
      row === undefined
        ? { kind: 'insert', key, values: { ...values } }
        : { kind: 'replace', key, values: { ...values }, etag: row.etag },
    )
  }
  const { refusal } = await table.batch(CLAIMS_PARTITION, writes)
  return refusal === undefined ? { taken: undefined } : undefined
}

/** Ours, or old and without an organization that really has it. */
async function isFree(store: Store, claim: Row, { organization, at }: ClaimValues): Promise<boolean> {
  const holder = parseOrganizationId(String(claim.values['organization']))
  if (holder === organization) return true
  if (Date.parse(at) - Date.parse(String(claim.values['at'])) <= UNPROVEN_MS) return false
  const found = holder && (await findOrganization(store, holder))
  return found === undefined || found.deletedAt !== undefined || !claimKeys(found).includes(claim.key)
}

import { fail } from '../kernel/failure.ts'
import { parseOrganizationId, type OrganizationId } from '../kernel/ids.ts'
import { configTable, domainClaim, ORGANIZATION_KEY, shortNameClaim } from './config-table.ts'
import type { Store } from './store.ts'
import type { Row, Values, Write } from './table.ts'

export type Plan = 'standard' | 'enterprise'

/** A customer of the platform, as stored. */
export interface OrganizationState {
  readonly name: string
  readonly plan: Plan
  /** Lower case; what people type to find their sign-in. */
  readonly shortName: string | undefined
  /** Lower-case ASCII host names of the organization's e-mail addresses. */
  readonly domains: readonly string[]
  /** The number that the next connector gets. Numbers are never used again. */
  readonly nextConnector: number
  readonly created: string
  /** Set once it is deleted; its rows are purged later. */
  readonly deletedAt: string | undefined
}

export interface StoredOrganization extends OrganizationState {
  readonly id: OrganizationId
  readonly etag: string
}

/** The row as it is, deleted or not. One storage request. */
export async function findOrganization(
  store: Store,
  id: OrganizationId,
): Promise<StoredOrganization | undefined> {
  const row = await configTable(store).get(id, ORGANIZATION_KEY)
  return row && toOrganization(id, row)
}

/** Writes a new organization. Its id is random, so a row that is there already can only be the echo of this insert. */
export async function insertOrganization(
  store: Store,
  id: OrganizationId,
  state: OrganizationState,
): Promise<void> {
  const write: Write = { kind: 'insert', key: ORGANIZATION_KEY, values: organizationValues(state) }
  await configTable(store).batch(id, [write])
}

/** Replaces an organization that is unchanged since it was read. */
export async function replaceOrganization(
  store: Store,
  before: StoredOrganization,
  after: OrganizationState,
): Promise<'changed' | undefined> {
  const { refusal } = await configTable(store).batch(before.id, [organizationWrite(before, after)])
  return refusal && 'changed'
}

/** The write of a changed organization, for a transaction that carries more. */
export function organizationWrite(before: StoredOrganization, after: OrganizationState): Write {
  return { kind: 'replace', key: ORGANIZATION_KEY, values: organizationValues(after), etag: before.etag }
}

/** The keys under which an organization claims its short name and its domains. */
export function claimKeys(names: Pick<OrganizationState, 'shortName' | 'domains'>): readonly string[] {
  const domains = names.domains.map(domainClaim)
  return names.shortName === undefined ? domains : [shortNameClaim(names.shortName), ...domains]
}

/** All organizations, deleted ones included. It reads the whole table: for maintenance only. */
export async function* scanOrganizations(store: Store): AsyncIterable<StoredOrganization> {
  for await (const { partition, row } of configTable(store).scan(ORGANIZATION_KEY, `${ORGANIZATION_KEY}.`)) {
    const id = parseOrganizationId(partition)
    if (id !== undefined) yield toOrganization(id, row)
  }
}

/** Deletes the row of an organization that has nothing else left and is unchanged since it was read. */
export async function removeOrganization(store: Store, organization: StoredOrganization): Promise<void> {
  const { id, etag } = organization
  await configTable(store).batch(id, [{ kind: 'delete', key: ORGANIZATION_KEY, etag }])
}

function toOrganization(id: OrganizationId, row: Row): StoredOrganization {
  const { nm, pl, sn, dm, nx, ca, da } = row.values
  const domains: unknown = JSON.parse(String(dm))
  if (!Array.isArray(domains) || (pl !== 'standard' && pl !== 'enterprise'))
    return fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
  return {
    id,
    etag: row.etag,
    name: String(nm),
    plan: pl,
    shortName: sn === undefined ? undefined : String(sn),
    domains: domains.map(String),
    nextConnector: Number(nx),
    created: String(ca),
    deletedAt: da === undefined ? undefined : String(da),
  }
}

function organizationValues(state: OrganizationState): Values {
  return {
    nm: state.name,
    pl: state.plan,
    dm: JSON.stringify(state.domains),
    nx: state.nextConnector,
    st: state.deletedAt === undefined ? 'enabled' : 'deleted',
    ca: state.created,
    ...(state.shortName === undefined ? {} : { sn: state.shortName }),
    ...(state.deletedAt === undefined ? {} : { da: state.deletedAt }),
  }
}

import { connectorIdOf, parseOrganizationId, type OrganizationId } from '../kernel/ids.ts'
import { isRecord, textOf } from '../kernel/json.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { ActivityWrites } from './activity.ts'
import { toConnectorState } from './config-connector-row.ts'
import { flushOutbox } from './config-outbox.ts'
import {
  CONNECTOR_PREFIX,
  configTable,
  connectorKey,
  connectorNumberOf,
  ORGANIZATION_KEY,
} from './config-table.ts'
import type { Store } from './store.ts'
import type { Row, Value, Write } from './table.ts'

/*
 * Ways into Organization Setup without a sign-in: setup links and recovery codes. What they are stands in the partition
 * of their organization, so that using one and saying so in the log is one transaction. Whoever brings a code names no
 * organization: the partition `setup` says whose a hash is, and nothing else.
 */

export const SETUP_PARTITION = 'setup'
export const RECOVERY_KEY = 'recovery'
export const SETUP_LINK_PREFIX = 'setup.'
const setupLinkKey = (hash: string): string => SETUP_LINK_PREFIX + hash

export type SetupAccessKind = 'link' | 'recovery'
export const ownerKey = (kind: SetupAccessKind, hash: string): string =>
  `${kind === 'link' ? 'l' : 'r'}.${hash}`

interface StoredSetupLink {
  readonly hash: string
  readonly etag: string
  readonly expires: string
  readonly usedAt: string | undefined
}

interface RecoveryCode {
  readonly hash: string
  readonly usedAt?: string
}

export interface RecoveryCodes {
  readonly codes: readonly RecoveryCode[]
  readonly created: string
}

/** All that an organization has of this, as of one moment. */
export interface SetupAccess {
  readonly organization: OrganizationId
  /** False for one that is deleted or never was. */
  readonly exists: boolean
  /** Its connectors that are not deleted: an organization has no log of its own, so theirs tell. */
  readonly connectors: readonly Tenant[]
  readonly links: readonly StoredSetupLink[]
  readonly recovery: (RecoveryCodes & { readonly etag: string }) | undefined
}

/** Connectors that are told in one transaction, far more than an organization has in life. */
const TOLD_AT_ONCE = 90

/** Whose code this is, if anybody's. One storage request. */
export async function findSetupOwner(
  store: Store,
  kind: SetupAccessKind,
  hash: string,
): Promise<OrganizationId | undefined> {
  const row = await configTable(store).get(SETUP_PARTITION, ownerKey(kind, hash))
  return parseOrganizationId(textOf(row?.values['organization']))
}

/** One storage request. */
export async function readSetupAccess(store: Store, organization: OrganizationId): Promise<SetupAccess> {
  const range = { from: CONNECTOR_PREFIX, to: `${SETUP_LINK_PREFIX}~`, limit: 20_000 }
  const rows = await configTable(store).range(organization, range)
  const own = rows.find(({ key }) => key === ORGANIZATION_KEY)
  const recovery = rows.find(({ key }) => key === RECOVERY_KEY)
  return {
    organization,
    exists: own !== undefined && own.values['da'] === undefined,
    connectors: rows.flatMap((row) => toTenants(organization, row)).slice(0, TOLD_AT_ONCE),
    links: rows.filter(({ key }) => key.startsWith(SETUP_LINK_PREFIX)).map(toLink),
    recovery: recovery && { ...toRecovery(recovery), etag: recovery.etag },
  }
}

/** Stores a new link, first whose it is: a hash that leads to no link opens nothing. Two storage requests. */
export async function insertSetupLink(
  store: Store,
  access: SetupAccess,
  link: { readonly hash: string; readonly expires: Date },
  activity: ActivityWrites,
): Promise<'changed' | undefined> {
  const { hash, expires } = link
  const exp = expires.toISOString()
  await putOwners(store, access.organization, [[ownerKey('link', hash), { exp }]])
  const values = { exp, by: activity[0].key }
  return commitLogged(store, access, { kind: 'insert', key: setupLinkKey(hash), values }, activity)
}

/** Uses up a link that is unchanged since it was read. One storage request, and one for the logs. */
export async function spendSetupLink(
  store: Store,
  access: SetupAccess,
  { link, at }: { readonly link: StoredSetupLink; readonly at: Date },
  activity: ActivityWrites,
): Promise<'changed' | undefined> {
  const values = { us: at.toISOString(), by: activity[0].key }
  const write = { kind: 'merge', key: setupLinkKey(link.hash), values, etag: link.etag } as const
  return commitLogged(store, access, write, activity)
}

/** Puts recovery codes in the place of those that were read. Two storage requests, and one for the logs. */
export async function replaceRecoveryCodes(
  store: Store,
  access: SetupAccess,
  after: RecoveryCodes,
  activity: ActivityWrites,
): Promise<'changed' | undefined> {
  const known = new Set(access.recovery?.codes.map(({ hash }) => hash))
  const added = after.codes.filter(({ hash }) => !known.has(hash))
  if (added.length > 0)
    await putOwners(
      store,
      access.organization,
      added.map(({ hash }) => [ownerKey('recovery', hash), {}]),
    )
  const values = { cs: JSON.stringify(after.codes), ca: after.created, by: activity[0].key }
  const write: Write =
    access.recovery === undefined
      ? { kind: 'insert', key: RECOVERY_KEY, values }
      : { kind: 'replace', key: RECOVERY_KEY, values, etag: access.recovery.etag }
  return commitLogged(store, access, write, activity)
}

/** Takes away whose codes these were. For codes that lead nowhere any more. */
export async function removeOwners(store: Store, keys: readonly string[]): Promise<void> {
  for (const key of keys) await configTable(store).batch(SETUP_PARTITION, [{ kind: 'delete', key }])
}

async function putOwners(
  store: Store,
  organization: OrganizationId,
  owners: readonly (readonly [key: string, values: Readonly<Record<string, Value>>])[],
): Promise<void> {
  const writes = owners.map(([key, values]): Write => ({
    kind: 'put',
    key,
    values: { organization, ...values },
  }))
  await configTable(store).batch(SETUP_PARTITION, writes)
}

/** The row carries the key of its activity, by which an answer that was lost after the commit is recognised. */
async function commitLogged(
  store: Store,
  { organization, connectors }: SetupAccess,
  write: Write,
  activity: ActivityWrites,
): Promise<'changed' | undefined> {
  const table = configTable(store)
  const told = connectors.map((tenant) => ({ tenant, waiting: activity.map(waitingFor(tenant)) }))
  const { refusal, resent } = await table.batch(organization, [write, ...told.flatMap((one) => one.waiting)])
  if (refusal !== undefined) {
    const row = resent ? await table.get(organization, write.key) : undefined
    if (row?.values['by'] !== activity[0].key) return 'changed'
  }
  await Promise.all(told.map(({ tenant, waiting }) => flushOutbox(store, tenant, waiting.flatMap(toRow))))
  return undefined
}

function waitingFor({ connector }: Tenant): (write: Write) => Write {
  const number = Number(connector.slice(connector.indexOf('-') + 1))
  return (write) => ({ ...write, key: `${connectorKey(number)}.${write.key}` })
}

function toRow(write: Write): Pick<Row, 'key' | 'values'>[] {
  return 'values' in write ? [{ key: write.key, values: write.values }] : []
}

function toTenants(organization: OrganizationId, row: Row): readonly Tenant[] {
  const number = connectorNumberOf(row.key)
  if (number === undefined) return []
  const { life, account } = toConnectorState(row)
  return life === 'deleted' ? [] : [{ connector: connectorIdOf(organization, number), account }]
}

function toLink({ key, etag, values }: Row): StoredSetupLink {
  return {
    hash: key.slice(SETUP_LINK_PREFIX.length),
    etag,
    expires: String(values['exp']),
    usedAt: textOf(values['us']),
  }
}

function toRecovery({ values }: Row): RecoveryCodes {
  const parsed: unknown = JSON.parse(String(values['cs']))
  const codes: readonly unknown[] = Array.isArray(parsed) ? parsed : []
  return { codes: codes.filter(isRecord).map(toCode), created: String(values['ca']) }
}

function toCode({ hash, usedAt }: Readonly<Record<string, unknown>>): RecoveryCode {
  return { hash: String(hash), ...(typeof usedAt === 'string' ? { usedAt } : {}) }
}

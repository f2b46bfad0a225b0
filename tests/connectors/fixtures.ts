import { randomBytes } from 'node:crypto'
import { createAuthenticator, type Authenticator } from '../../shared/connectors/authenticate.ts'
import { createConnector, type ConnectorPorts } from '../../shared/connectors/connector.ts'
import type { ConnectorsContext } from '../../shared/connectors/context.ts'
import { createOrganization, type OrganizationInput } from '../../shared/connectors/organization.ts'
import { AppError, type Failure } from '../../shared/kernel/failure.ts'
import { newResourceId, type ResourceId } from '../../shared/kernel/ids.ts'
import type { Tenant } from '../../shared/kernel/tenant.ts'
import { activityWrites } from '../../shared/storage/activity.ts'
import { tenantOf, type StoredConnector } from '../../shared/storage/connectors.ts'
import type { StoredOrganization } from '../../shared/storage/organizations.ts'
import { createDataKeys } from '../../shared/storage/data-keys.ts'
import { openKeyWrapper } from '../../shared/storage/key-wrapper.ts'
import { createSealer } from '../../shared/storage/sealer.ts'
import { openStore, type Store } from '../../shared/storage/store.ts'
import type { Table, TableName, Write } from '../../shared/storage/table.ts'
import { insertUser } from '../../shared/storage/users.ts'

export function newStore(onRequest?: () => void): Store {
  return openStore(new Map([['main', { kind: 'memory' }]]), { onRequest })
}

export interface Clock {
  readonly now: () => Date
  advance(ms: number): void
}

/** A clock that stands still until it is moved. */
export function newClock(start = '2026-03-01T12:00:00.000Z'): Clock {
  let time = Date.parse(start)
  return {
    now: () => new Date(time),
    advance(ms) {
      time += ms
    },
  }
}

/** What a change of a connector asks of others: no address is unique, keys of its own, one domain in one tenant. */
export function newPorts(store = newStore()): ConnectorPorts {
  const wrapper = openKeyWrapper({ kind: 'fixed', key: randomBytes(32) })
  return {
    loginEmailOf: () => undefined,
    sealer: createSealer(createDataKeys(store, wrapper, () => new Date())),
    extraIssuers: [],
    resolveTenant: (origin, domain) =>
      Promise.resolve(domain === 'contoso.com' ? { origin, tenantId: CONTOSO_TENANT } : undefined),
  }
}

export const CONTOSO_TENANT = '5b3c1f0e-7d2a-4c8b-9e6f-0a1b2c3d4e5f'

export function newContext(store: Store, changes: Partial<ConnectorsContext> = {}): ConnectorsContext {
  return {
    store,
    caller: { actor: 'management', correlationId: 'request-1', clientRequestId: undefined },
    now: () => new Date(),
    salesContact: 'sales@example.com',
    forget: () => undefined,
    deadline: Number.MAX_SAFE_INTEGER,
    ...changes,
  }
}

export async function newOrganization(
  context: ConnectorsContext,
  input: Partial<OrganizationInput> = {},
): Promise<StoredOrganization> {
  return createOrganization(context, { name: 'Contoso', plan: 'enterprise', ...input })
}

/** An organization with one connector and its password. */
export async function newConnector(context: ConnectorsContext): Promise<{
  connector: StoredConnector
  password: string
  organization: StoredOrganization
  tenant: Tenant
}> {
  const organization = await newOrganization(context)
  const created = await createConnector(context, organization.id, 'entra')
  return { ...created, organization, tenant: tenantOf(created.connector) }
}

/** One instance of the product; its reads for refusals may begin at any time unless told otherwise. */
export function newInstance(
  store: Store,
  now: () => Date = () => new Date(),
  freshReadMs = 0,
): Authenticator {
  return createAuthenticator({ store, now, freshReadMs })
}

/** The failure that a promise is rejected with; an error that is none of ours, or success, is the test's end. */
export async function failureFrom(work: Promise<unknown>): Promise<Failure> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome && outcome.error instanceof AppError) return outcome.error.failure
  if ('error' in outcome) throw outcome.error
  throw new Error(`no failure but ${JSON.stringify(outcome.value)}`)
}

export interface StorageCall {
  readonly table: TableName
  readonly method: 'get' | 'range' | 'batch' | 'scan'
  readonly partition: string
  readonly writes: readonly Write[]
}

/** The same store, with a hook that is asked before each call; it may wait, or throw what the call shall fail with. */
export function intercept(store: Store, before: (call: StorageCall) => void | Promise<void>): Store {
  const tables = new Map<string, Table>()
  return {
    ...store,
    table(account, name) {
      const known = tables.get(`${account}/${name}`)
      if (known !== undefined) return known
      const wrapped = interceptTable(store.table(account, name), name, before)
      tables.set(`${account}/${name}`, wrapped)
      return wrapped
    },
  }
}

function interceptTable(
  table: Table,
  name: TableName,
  before: (call: StorageCall) => void | Promise<void>,
): Table {
  return {
    async get(partition, key) {
      await before({ table: name, method: 'get', partition, writes: [] })
      return table.get(partition, key)
    },
    async range(partition, query) {
      await before({ table: name, method: 'range', partition, writes: [] })
      return table.range(partition, query)
    },
    async batch(partition, writes) {
      await before({ table: name, method: 'batch', partition, writes })
      return table.batch(partition, writes)
    },
    scan: (from, to) => table.scan(from, to),
  }
}

export function outage(): AppError {
  return new AppError({ code: 'storage_unavailable', retryAfterSeconds: 5 })
}

/** A user as the SCIM side stores it while the connector does not ask for unique e-mails, unless `claimed`. */
export async function addUser(
  store: Store,
  tenant: Tenant,
  user: { userName: string; email: string | undefined; claimed?: boolean },
): Promise<ResourceId> {
  const id = newResourceId()
  const { userName, email, claimed } = user
  const attributes = {
    userName,
    ...(email === undefined ? {} : { emails: [{ type: 'work', value: email }] }),
  }
  const index = {
    userName,
    externalId: undefined,
    emails: [],
    uniqueEmail: claimed ? email : undefined,
    search: [],
    active: true,
    role: undefined,
  }
  const time = '2026-01-01T00:00:00.000Z'
  const state = { attributes, index, created: time, modified: time, version: id, origin: undefined }
  const refusal = await insertUser(
    store,
    tenant,
    { id, state },
    activityWrites(new Date(), { op: 'user.create' }),
  )
  if (refusal !== undefined) throw new Error(`the user was refused: ${JSON.stringify(refusal)}`)
  return id
}

/** The value that a test knows to be there. */
export function only<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nothing is there')
  return value
}

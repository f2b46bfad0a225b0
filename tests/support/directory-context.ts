import { inject } from 'vitest'
import { createActivityRecorder } from '../../shared/activity/recorder.ts'
import { AppError, type Failure } from '../../shared/kernel/failure.ts'
import {
  connectorIdOf,
  newOrganizationId,
  parseResourceId,
  type ResourceId,
} from '../../shared/kernel/ids.ts'
import type { AccountLocation } from '../../shared/kernel/settings.ts'
import type { Tenant } from '../../shared/kernel/tenant.ts'
import { createTurns } from '../../shared/kernel/turns.ts'
import type { ProvisioningRules, ScimContext } from '../../shared/scim/context.ts'
import { createGroup } from '../../shared/scim/groups.ts'
import type { ListQuery } from '../../shared/scim/list.ts'
import { NO_PRECONDITION } from '../../shared/scim/precondition.ts'
import { prepareProjection, type Projector } from '../../shared/scim/projection.ts'
import { GROUP_SCHEMA, USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { createUser } from '../../shared/scim/users.ts'
import { openStore, type Store } from '../../shared/storage/store.ts'
import type { Row, Table } from '../../shared/storage/table.ts'
import { entraGroup, entraUser, patchOp } from './gatehouse.ts'

/** A connector of its own: what a SCIM request knows once it is authenticated. */
export interface Directory {
  readonly context: ScimContext
  readonly store: Store
  readonly tenant: Tenant
  /** How many storage requests a call makes. */
  readonly counted: (call: () => Promise<unknown>) => Promise<number>
}

export type StoreKind = 'memory' | 'Azurite'
export const STORES: readonly StoreKind[] = ['memory', 'Azurite']

/** The rules that a new connector has. */
export const STRICT: ProvisioningRules = {
  requiredAttributes: ['name.givenName', 'name.familyName', 'emails'],
  uniqueEmail: true,
  customAttributes: [],
}

export interface DirectoryOptions {
  readonly rules?: ProvisioningRules
  /** Each call waits up to this long before and after it reaches the table. */
  readonly delayMs?: number
  /** Instead of the store of that kind, such as a proxy in front of it. */
  readonly connectionString?: string
}

const now = (): Date => new Date()

/** A new connector in a new store; its clock is the real one and its time never ends. */
export function newDirectory(kind: StoreKind, options: DirectoryOptions = {}): Directory {
  let requests = 0
  const location: AccountLocation =
    kind === 'memory'
      ? { kind }
      : { kind: 'connectionString', connectionString: options.connectionString ?? inject('azurite') }
  const opened = openStore(new Map([['main', location]]), { onRequest: () => requests++ })
  const store = options.delayMs === undefined ? opened : delayed(opened, options.delayMs)
  const tenant = { connector: connectorIdOf(newOrganizationId(), 1), account: 'main' }
  const context: ScimContext = {
    store,
    tenant,
    rules: options.rules ?? STRICT,
    caller: { actor: 'scim:test', correlationId: 'request-1', clientRequestId: undefined },
    recorder: createActivityRecorder(store, now),
    precondition: NO_PRECONDITION,
    baseUrl: `https://gatehouse.example/scim/v2/${tenant.connector}`,
    now,
    deadline: Number.MAX_SAFE_INTEGER,
    turns: createTurns(),
  }
  return {
    context,
    store,
    tenant,
    async counted(call) {
      const before = requests
      await call()
      return requests - before
    },
  }
}

/** Random waits around each call of a table: interleavings that a fast store never shows. */
function delayed(store: Store, delayMs: number): Store {
  const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * delayMs))
  const late = async <T>(call: () => Promise<T>): Promise<T> => {
    await wait()
    const result = await call()
    await wait()
    return result
  }
  const wrap = (table: Table): Table => ({
    get: (partition, key) => late(() => table.get(partition, key)),
    range: (partition, query) => late(() => table.range(partition, query)),
    batch: (partition, writes) => late(() => table.batch(partition, writes)),
    scan: (from, to) => table.scan(from, to),
  })
  return { ...store, table: (account, name) => wrap(store.table(account, name)) }
}

/** A user as Entra sends it; the id that it got. */
export async function addUser(
  { context }: Directory,
  overrides: Record<string, unknown> = {},
): Promise<ResourceId> {
  return idOf(await createUser(context, entraUser(overrides), 'directory'))
}

export async function addUsers(directory: Directory, count: number): Promise<ResourceId[]> {
  return Promise.all(Array.from({ length: count }, () => addUser(directory)))
}

/** A group as Entra creates it, with members if there are any; the id that it got. */
export async function addGroup(
  { context }: Directory,
  members: readonly ResourceId[] = [],
  overrides: Record<string, unknown> = {},
): Promise<ResourceId> {
  const body = entraGroup({ members: members.map((value) => ({ value })), ...overrides })
  return idOf(await createGroup(context, body, projectGroup({ excludedAttributes: 'members' })))
}

export function addMembersOp(...members: readonly string[]): Record<string, unknown> {
  return patchOp({ op: 'Add', path: 'members', value: members.map((value) => ({ value })) })
}

export function removeMembersOp(...members: readonly string[]): Record<string, unknown> {
  return patchOp({ op: 'Remove', path: 'members', value: members.map((value) => ({ value })) })
}

export function replaceOp(path: string, value: unknown): Record<string, unknown> {
  return patchOp({ op: 'Replace', path, value })
}

interface Asked {
  readonly attributes?: string
  readonly excludedAttributes?: string
}

export function projectUser({ attributes, excludedAttributes }: Asked = {}): Projector {
  return prepareProjection(USER_SCHEMA, { attributes, excludedAttributes })
}

export function projectGroup({ attributes, excludedAttributes }: Asked = {}): Projector {
  return prepareProjection(GROUP_SCHEMA, { attributes, excludedAttributes })
}

/** The query of a list request with only what is given. */
export function pageQuery(query: Partial<ListQuery> = {}): ListQuery {
  const nothing = undefined
  return {
    filter: nothing,
    sortBy: nothing,
    sortOrder: nothing,
    startIndex: nothing,
    count: nothing,
    attributes: nothing,
    excludedAttributes: nothing,
    ...query,
  }
}

/** All rows of a connector's partition whose keys begin so. */
export async function rowsOf({ store, tenant }: Directory, prefix = ''): Promise<readonly Row[]> {
  const range = { from: prefix, to: `${prefix}~`, limit: 1_000_000 }
  return store.table(tenant.account, 'directory').range(tenant.connector, range)
}

export async function keysOf(directory: Directory, prefix = ''): Promise<readonly string[]> {
  return (await rowsOf(directory, prefix)).map(({ key }) => key)
}

export function idOf(resource: Readonly<Record<string, unknown>>): ResourceId {
  const id = parseResourceId(resource['id'])
  if (id === undefined) throw new Error('no id in the resource')
  return id
}

/** How a piece of work ended: `ok`, or the code of the failure that it was refused with. Other errors are the test's end. */
export async function outcomeOf(work: Promise<unknown>): Promise<'ok' | Failure['code']> {
  try {
    await work
    return 'ok'
  } catch (error) {
    if (error instanceof AppError) return error.failure.code
    throw error
  }
}

/** How many of the pieces of work ended in which way. */
export async function outcomesOf(
  works: readonly Promise<unknown>[],
): Promise<Partial<Record<'ok' | Failure['code'], number>>> {
  const counts: Partial<Record<'ok' | Failure['code'], number>> = {}
  for (const outcome of await Promise.all(works.map(outcomeOf))) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

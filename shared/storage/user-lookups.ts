import { badRequest } from '../kernel/failure.ts'
import type { ResourceId } from '../kernel/ids.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { Tenant } from '../kernel/tenant.ts'
import {
  emailPrefix,
  loginEmailKey,
  prefixEnd,
  searchPrefix,
  userExternalIdPrefix,
  userNameKey,
} from './keys.ts'
import type { Store } from './store.ts'
import { requireId } from './users.ts'

/** The user that a row points to by its `id`, such as a unique one; `undefined` where there is no such row. One storage request. */
export async function findPointedUser(
  store: Store,
  tenant: Tenant,
  key: string,
): Promise<ResourceId | undefined> {
  const row = await store.table(tenant.account, 'directory').get(tenant.connector, key)
  return row && requireId(row.values['id'])
}

export function findUserIdByName(
  store: Store,
  tenant: Tenant,
  userName: string,
): Promise<ResourceId | undefined> {
  return findPointedUser(store, tenant, userNameKey(tenant, userName))
}

export function findUserIdByLoginEmail(
  store: Store,
  tenant: Tenant,
  email: string,
): Promise<ResourceId | undefined> {
  return findPointedUser(store, tenant, loginEmailKey(tenant, email))
}

export async function findUserIdsByExternalId(
  store: Store,
  tenant: Tenant,
  value: string,
): Promise<readonly ResourceId[]> {
  return idsUnder(store, tenant, userExternalIdPrefix(tenant, value))
}

export async function findUserIdsByEmail(
  store: Store,
  tenant: Tenant,
  email: string,
): Promise<readonly ResourceId[]> {
  return idsUnder(store, tenant, emailPrefix(tenant, email))
}

/** Users of whom a name or e-mail begins with the text, or with its first bytes where it is longer than a search key. */
export async function findUserIdsByPrefix(
  store: Store,
  tenant: Tenant,
  beginning: string,
): Promise<readonly ResourceId[]> {
  const from = searchPrefix(beginning)
  const range = { from, to: prefixEnd(from), limit: LOOKED_UP }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  // Few users may have very many such rows: what lies beyond the last one read would be missing without a word.
  if (rows.length === LOOKED_UP)
    badRequest('tooMany', 'Too many names and addresses begin with this. Give more letters.')
  const ids = rows.map((row) => requireId(row.key.slice(row.key.lastIndexOf('.') + 1)))
  return [...new Set(ids)].toSorted()
}

/** Index rows read at most: more than any request may look at, so that it can tell. A user has several search rows. */
const LOOKED_UP = 5 * (LIMITS.scannedResources + 1)

async function idsUnder(store: Store, tenant: Tenant, prefix: string): Promise<readonly ResourceId[]> {
  const range = { from: prefix, to: prefixEnd(prefix), limit: LOOKED_UP }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return rows.map((row) => requireId(row.key.slice(prefix.length)))
}

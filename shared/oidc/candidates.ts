import type { ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { findLink } from '../storage/sign-ins.ts'
import type { Store } from '../storage/store.ts'
import { findUserIdByName, findUserIdsByExternalId } from '../storage/user-lookups.ts'
import { findUser, type StoredUser } from '../storage/users.ts'
import type { EntraPerson } from './id-token.ts'
import type { Candidates } from './link.ts'

/**
 * Reads whom a person could be, no further than the decision needs: two storage requests where the link is there,
 * three or four at a first sign-in.
 */
export async function findCandidates(
  store: Store,
  tenant: Tenant,
  person: EntraPerson,
  linkByUserName: boolean,
): Promise<Candidates> {
  const none = { linked: undefined, byExternalId: [], byUserName: undefined, linkByUserName }
  const linked = await findLink(store, tenant, person)
  if (linked !== undefined) return { ...none, linked: { user: await findUser(store, tenant, linked) } }
  const byExternalId = await findUsers(store, tenant, person.objectId)
  if (byExternalId.length > 0) return { ...none, byExternalId }
  const byUserName = await findByName(store, tenant, person, linkByUserName)
  if (byUserName !== undefined) return { ...none, byUserName }
  // GUIDs are equal in any case, and external ids are stored as they came.
  return { ...none, byExternalId: await findUsers(store, tenant, person.objectId.toUpperCase()) }
}

async function findByName(
  store: Store,
  tenant: Tenant,
  { userName, isGuest }: EntraPerson,
  linkByUserName: boolean,
): Promise<StoredUser | undefined> {
  if (!linkByUserName || isGuest || userName === undefined) return undefined
  const id = await findUserIdByName(store, tenant, userName)
  return id && findUser(store, tenant, id)
}

/** Two are enough to see that it is not one. */
async function findUsers(store: Store, tenant: Tenant, externalId: string): Promise<readonly StoredUser[]> {
  const ids: readonly ResourceId[] = await findUserIdsByExternalId(store, tenant, externalId)
  const users = await Promise.all(ids.slice(0, 2).map((id) => findUser(store, tenant, id)))
  return users.filter((user) => user !== undefined)
}

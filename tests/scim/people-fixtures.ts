import { randomUUID } from 'node:crypto'
import { activityRows } from '../../shared/activity/activity.ts'
import type { ResourceId } from '../../shared/kernel/ids.ts'
import { familyWrite } from '../../shared/storage/refresh-families.ts'
import { commitSignIn } from '../../shared/storage/sign-ins.ts'
import { findUser, type StoredUser } from '../../shared/storage/users.ts'
import { only } from '../connectors/fixtures.ts'
import type { Directory } from '../support/directory-context.ts'

/** As it is stored now. */
export async function read({ store, tenant }: Directory, id: ResourceId): Promise<StoredUser> {
  return only(await findUser(store, tenant, id))
}

/** A first sign-in, which links the person. */
export async function signIn(directory: Directory, id: ResourceId): Promise<void> {
  const { store, tenant, context } = directory
  const user = await read(directory, id)
  const at = new Date()
  const link = { tenantId: randomUUID(), objectId: randomUUID() }
  const activity = { operation: 'user.signIn', status: 302, resource: { type: 'User', id } }
  const rows = activityRows(context.caller, activity, at, id)
  const refusal = await commitSignIn(
    store,
    tenant,
    { user, loginId: randomUUID(), at, link, loginHint: 'a hint' },
    rows,
  )
  if (refusal !== undefined) throw new Error(refusal)
}

/** A client of the platform that the person is signed in to. */
export async function addGrant(
  { store, tenant }: Directory,
  user: ResourceId,
  grant: { id: string; began?: Date; expires?: Date },
): Promise<void> {
  const { id, began = new Date(), expires = new Date(Date.now() + 86_400_000) } = grant
  const text = JSON.stringify({ clientId: `client-${id}`, scope: 'openid', user, began: began.getTime() })
  const write = familyWrite({ id, user, hash: 'hash', grant: text, expires })
  await store.table(tenant.account, 'directory').batch(tenant.connector, [write])
}

import type { ResourceId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { loginEmailKey, prefixEnd, resourcePrefix, userKey } from './keys.ts'
import type { Store } from './store.ts'
import type { Write } from './table.ts'
import { retryWhileChanged } from './transaction.ts'
import { findUserIdByLoginEmail } from './user-lookups.ts'
import { findUser, toUser, type StoredUser } from './users.ts'

/*
 * The rows `w.{hash}` of unique login e-mails, for users that were written while the connector did not ask for them. A
 * user's column `we` says which row is its own; the two are only ever written together.
 */

interface EmailHolder {
  readonly id: ResourceId
  readonly userName: string
}

/** A user that cannot have its address, and the one that has it. */
export interface EmailClash extends EmailHolder {
  readonly heldBy: EmailHolder
}

type LoginEmailOf = (attributes: JsonObject) => string | undefined

const PAGE = 500
/** Two writes each. */
const CLAIMED_AT_ONCE = 40

/** All users of a connector, 500 at a time. */
export async function* userPages(store: Store, tenant: Tenant): AsyncIterable<readonly StoredUser[]> {
  const prefix = resourcePrefix('User')
  const table = store.table(tenant.account, 'directory')
  let from: string | undefined = prefix
  while (from !== undefined) {
    const rows = await table.range(tenant.connector, { from, to: prefixEnd(prefix), limit: PAGE })
    yield rows.map(toUser)
    const last: string | undefined = rows[PAGE - 1]?.key
    // Nothing but the next user sorts behind a user's key and a dot.
    from = last && `${last}.`
  }
}

/** Claims the login e-mails of users that have not claimed theirs. Comes back with those that others hold already. */
export async function claimLoginEmails(
  store: Store,
  tenant: Tenant,
  users: readonly StoredUser[],
  loginEmailOf: LoginEmailOf,
): Promise<readonly EmailClash[]> {
  const clashes: (EmailClash | undefined)[] = []
  const waiting = users.filter((user) => !hasClaimed(tenant, user, loginEmailOf(user.attributes)))
  for (let i = 0; i < waiting.length; i += CLAIMED_AT_ONCE) {
    const some = waiting.slice(i, i + CLAIMED_AT_ONCE)
    if (await claimTogether(store, tenant, some, loginEmailOf)) continue
    for (const { id } of some) clashes.push(await claimAlone(store, tenant, id, loginEmailOf))
  }
  return clashes.filter((clash) => clash !== undefined)
}

/** A user without an address has nothing to claim. */
function hasClaimed(tenant: Tenant, user: StoredUser, email: string | undefined): boolean {
  const claimed = user.index.uniqueEmail
  if (email === undefined) return true
  return claimed !== undefined && loginEmailKey(tenant, claimed) === loginEmailKey(tenant, email)
}

/** The usual case, nobody shares anything and nobody writes: one transaction. False where it was refused. */
async function claimTogether(
  store: Store,
  tenant: Tenant,
  users: readonly StoredUser[],
  loginEmailOf: LoginEmailOf,
): Promise<boolean> {
  const writes = users.flatMap((user) => claimWrites(tenant, user, loginEmailOf(user.attributes)))
  if (new Set(writes.map(({ key }) => key)).size < writes.length || writes.length > CLAIMED_AT_ONCE * 2)
    return false
  const { refusal } = await store.table(tenant.account, 'directory').batch(tenant.connector, writes)
  return refusal === undefined
}

async function claimAlone(
  store: Store,
  tenant: Tenant,
  id: ResourceId,
  loginEmailOf: LoginEmailOf,
): Promise<EmailClash | undefined> {
  const outcome = await retryWhileChanged(async () => {
    const user = await findUser(store, tenant, id)
    const email = user && loginEmailOf(user.attributes)
    if (user === undefined || hasClaimed(tenant, user, email)) return { clash: undefined }
    const holder = email === undefined ? undefined : await findUserIdByLoginEmail(store, tenant, email)
    if (holder !== undefined) {
      const heldBy = await findUser(store, tenant, holder)
      // Gone between the two reads: its row went with it.
      if (heldBy === undefined) return undefined
      return {
        clash: {
          id,
          userName: user.index.userName,
          heldBy: { id: holder, userName: heldBy.index.userName },
        },
      }
    }
    const writes = claimWrites(tenant, user, email)
    const { refusal } = await store.table(tenant.account, 'directory').batch(tenant.connector, writes)
    return refusal === undefined ? { clash: undefined } : undefined
  })
  return outcome.clash
}

function claimWrites(tenant: Tenant, user: StoredUser, email: string | undefined): readonly Write[] {
  const old = user.index.uniqueEmail
  const released: readonly Write[] =
    old === undefined ? [] : [{ kind: 'delete', key: loginEmailKey(tenant, old) }]
  if (email === undefined) return []
  return [
    ...released,
    { kind: 'insert', key: loginEmailKey(tenant, email), values: { id: user.id } },
    { kind: 'merge', key: userKey(user.id), values: { we: email }, etag: user.etag },
  ]
}

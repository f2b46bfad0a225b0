import type { ResourceId } from '../kernel/ids.ts'
import type { Tenant } from '../kernel/tenant.ts'
import { familyKey, familyPrefix, prefixEnd } from './keys.ts'
import type { Store } from './store.ts'
import type { Row, Write } from './table.ts'

/** One sign-in of one person in one client: a refresh token and all that replace it. */
export interface NewFamily {
  readonly id: string
  readonly user: ResourceId
  /** Hash of the one token that is good now. */
  readonly hash: string
  /** What it stands for, as JSON. */
  readonly grant: string
  readonly expires: Date
}

export interface StoredFamily extends NewFamily {
  readonly etag: string
}

export function familyWrite(family: NewFamily): Write {
  const values = { h: family.hash, j: family.grant, exp: family.expires.toISOString() }
  return { kind: 'insert', key: familyKey(family.user, family.id), values }
}

/** One storage request. */
export async function findFamily(
  store: Store,
  tenant: Tenant,
  { user, id }: { user: ResourceId; id: string },
): Promise<StoredFamily | undefined> {
  const row = await store.table(tenant.account, 'directory').get(tenant.connector, familyKey(user, id))
  return row && toFamily(user, row)
}

/** What a person is signed in to. One storage request. */
export async function listFamilies(
  store: Store,
  tenant: Tenant,
  user: ResourceId,
): Promise<readonly StoredFamily[]> {
  const prefix = familyPrefix(user)
  const range = { from: prefix, to: prefixEnd(prefix), limit: 1_000 }
  const rows = await store.table(tenant.account, 'directory').range(tenant.connector, range)
  return rows.map((row) => toFamily(user, row))
}

/** Puts the next token in the place of the last one; `changed` where another request was faster. One storage request. */
export async function rotateFamily(
  store: Store,
  tenant: Tenant,
  family: StoredFamily,
  hash: string,
): Promise<'changed' | undefined> {
  const key = familyKey(family.user, family.id)
  const { refusal } = await store
    .table(tenant.account, 'directory')
    .batch(tenant.connector, [{ kind: 'merge', key, values: { h: hash }, etag: family.etag }])
  return refusal && 'changed'
}

/** Ends a family, whatever its token; one that is gone is ended. One storage request. */
export async function endFamily(
  store: Store,
  tenant: Tenant,
  { user, id }: { user: ResourceId; id: string },
): Promise<void> {
  await store
    .table(tenant.account, 'directory')
    .batch(tenant.connector, [{ kind: 'delete', key: familyKey(user, id) }])
}

function toFamily(user: ResourceId, { key, etag, values }: Row): StoredFamily {
  return {
    id: key.slice(familyPrefix(user).length),
    user,
    hash: String(values['h']),
    grant: String(values['j']),
    expires: new Date(String(values['exp'])),
    etag,
  }
}

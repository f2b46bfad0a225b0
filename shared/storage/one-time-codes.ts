import type { Tenant } from '../kernel/tenant.ts'
import { codeKey } from './keys.ts'
import { familyWrite, type NewFamily } from './refresh-families.ts'
import type { Store } from './store.ts'
import type { Write } from './table.ts'

/** A code that is yet to be written, with the transaction of the sign-in that earned it. */
export interface NewCode {
  /** 256 random bits; only a hash of it is stored. */
  readonly code: string
  /** What it stands for, as JSON. */
  readonly grant: string
  readonly expires: Date
}

export interface StoredCode {
  readonly code: string
  readonly grant: string
  readonly expires: Date
  /** Spent before: the family of tokens that it brought, or an empty text. */
  readonly spent: string | undefined
  readonly etag: string
}

export function codeWrite(tenant: Tenant, { code, grant, expires }: NewCode): Write {
  return { kind: 'insert', key: codeKey(tenant, code), values: { j: grant, exp: expires.toISOString() } }
}

/** The code, spent or not, expired or not. One storage request. */
export async function findCode(store: Store, tenant: Tenant, code: string): Promise<StoredCode | undefined> {
  const row = await store.table(tenant.account, 'directory').get(tenant.connector, codeKey(tenant, code))
  if (row === undefined) return undefined
  const { j, exp, by } = row.values
  return {
    code,
    grant: String(j),
    expires: new Date(String(exp)),
    spent: by === undefined ? undefined : String(by),
    etag: row.etag,
  }
}

/**
 * Spends a code, for the family of tokens that it brings or, with a wrong verifier, for nothing. `changed` where
 * somebody else has spent it: of several, exactly one succeeds. One storage request.
 */
export async function spendCode(
  store: Store,
  tenant: Tenant,
  code: StoredCode,
  family: NewFamily | undefined,
): Promise<'changed' | undefined> {
  const { refusal } = await store.table(tenant.account, 'directory').batch(tenant.connector, [
    {
      kind: 'merge',
      key: codeKey(tenant, code.code),
      values: { by: family === undefined ? '' : `${family.user}.${family.id}` },
      etag: code.etag,
    },
    ...(family === undefined ? [] : [familyWrite(family)]),
  ])
  // An answer lost after the commit looks like this too: the client then signs in again, and nobody has two families.
  return refusal && 'changed'
}

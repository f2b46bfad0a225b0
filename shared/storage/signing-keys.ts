import { configTable, KEYS_PARTITION } from './config-table.ts'
import { prefixEnd } from './keys.ts'
import type { Store } from './store.ts'
import type { Write } from './table.ts'

/** A key that signs tokens of ours. */
export interface StoredSigningKey {
  readonly kid: string
  /** JWK, as JSON. */
  readonly publicKey: string
  /** The private JWK, sealed for `signing:{kid}`. */
  readonly sealed: string
  readonly created: string
}

export interface StoredSigningKeys {
  readonly keys: readonly StoredSigningKey[]
  /** The one that signs now: all others are published only. */
  readonly current: { readonly kid: string; readonly etag: string } | undefined
}

/** Names the key that signs; it sorts right before the keys, so that one request reads both. */
const CURRENT = 's'
const PREFIX = 's.'

/** Every key, and which of them signs. One storage request. */
export async function readSigningKeys(store: Store): Promise<StoredSigningKeys> {
  const range = { from: CURRENT, to: prefixEnd(PREFIX), limit: 1_000 }
  const rows = await configTable(store).range(KEYS_PARTITION, range)
  const current = rows.find(({ key }) => key === CURRENT)
  return {
    keys: rows
      .filter(({ key }) => key.startsWith(PREFIX))
      .map(({ key, values }) => ({
        kid: key.slice(PREFIX.length),
        publicKey: String(values['pub']),
        sealed: String(values['prv']),
        created: String(values['at']),
      })),
    current: current && { kid: String(current.values['kid']), etag: current.etag },
  }
}

/**
 * Adds a key that signs from now on; `changed` where somebody else has named one since `before` was read, so that of
 * several first keys one is used and published everywhere. One storage request.
 */
export async function insertCurrentKey(
  store: Store,
  key: StoredSigningKey,
  before: StoredSigningKeys['current'],
): Promise<'changed' | undefined> {
  const values = { kid: key.kid }
  const pointer: Write =
    before === undefined
      ? { kind: 'insert', key: CURRENT, values }
      : { kind: 'replace', key: CURRENT, values, etag: before.etag }
  const row = { pub: key.publicKey, prv: key.sealed, at: key.created }
  const { refusal } = await configTable(store).batch(KEYS_PARTITION, [
    pointer,
    { kind: 'insert', key: PREFIX + key.kid, values: row },
  ])
  return refusal && 'changed'
}

import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose'
import { fail } from '../kernel/failure.ts'
import { randomText } from '../kernel/ids.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'
import type { Sealer } from '../storage/sealer.ts'
import { insertCurrentKey, type StoredSigningKey, type StoredSigningKeys } from '../storage/signing-keys.ts'
import type { Store } from '../storage/store.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import { createKeyList, type KeyList } from './signing-key-list.ts'

/** The one algorithm that every OpenID Connect library takes (OpenID Connect Core §15.1). */
export const ALGORITHM = 'RS256'

export interface SigningKey {
  readonly kid: string
  readonly key: CryptoKey
}

/** What signs the platform's tokens. Every call fails with `storage_unavailable` while nothing is known and the store is out. */
export interface SigningKeys {
  /** The key that signs now, made where there is none yet. */
  current(): Promise<SigningKey>
  /** For a signature that is said to be ours; `undefined` for a name that no key has. */
  findPublic(kid: string): Promise<CryptoKey | undefined>
  /** Public keys, as the world may see them (RFC 7517). */
  published(): Promise<readonly JsonObject[]>
}

/** How long another instance's change may stay unknown: a new key is published for longer than this before it signs. */
const READ_EVERY_MS = 300_000
const BITS = 2_048

export function createSigningKeys(options: {
  readonly store: Store
  readonly sealer: Sealer
  readonly now: () => Date
}): SigningKeys {
  const list = createKeyList(options.store, options.now)
  const signers = createSigners(options, list)
  const publicKeys = new Map<string, CryptoKey>()
  return {
    async current() {
      let maxAgeMs = READ_EVERY_MS
      return retryWhileChanged(async () => {
        const known = await list.read(maxAgeMs)
        // Where somebody else is faster, what is remembered is old.
        maxAgeMs = 0
        return signers.find(known)
      })
    },
    async findPublic(kid) {
      const isIt = (key: StoredSigningKey): boolean => key.kid === kid
      const known = (await list.read(READ_EVERY_MS)).keys.find(isIt)
      const stored = known ?? (await list.readAgain()).keys.find(isIt)
      if (stored === undefined) return undefined
      const key = publicKeys.get(kid) ?? (await importKey(jwkOf(stored.publicKey)))
      publicKeys.set(kid, key)
      return key
    },
    async published() {
      const { keys } = await list.read(READ_EVERY_MS)
      return keys.map(({ kid, publicKey }) => ({ ...jwkOf(publicKey), kid, alg: ALGORITHM, use: 'sig' }))
    },
  }
}

interface Signers {
  /** The current key, or a new one where none can be opened; `undefined` where another instance has just made one. */
  find(known: StoredSigningKeys): Promise<SigningKey | undefined>
}

function createSigners(
  { store, sealer, now }: { store: Store; sealer: Sealer; now: () => Date },
  list: KeyList,
): Signers {
  const opened = new Map<string, CryptoKey>()
  let making: Promise<SigningKey | undefined> | undefined

  async function make(before: StoredSigningKeys['current']): Promise<SigningKey | undefined> {
    try {
      const { stored, key } = await generate(sealer, now())
      if ((await insertCurrentKey(store, stored, before)) === 'changed') return undefined
      opened.set(stored.kid, key)
      return { kid: stored.kid, key }
    } finally {
      list.forget()
      making = undefined
    }
  }

  return {
    async find({ keys, current }) {
      const stored = keys.find(({ kid }) => kid === current?.kid)
      if (stored !== undefined) {
        const key = opened.get(stored.kid) ?? (await openPrivate(sealer, stored))
        if (key !== undefined) {
          opened.set(stored.kid, key)
          return { kid: stored.kid, key }
        }
      }
      // One for all who ask at once: making it takes a while.
      making ??= make(current)
      return making
    },
  }
}

async function openPrivate(
  sealer: Sealer,
  { kid, sealed }: StoredSigningKey,
): Promise<CryptoKey | undefined> {
  const text = await sealer.open(`signing:${kid}`, sealed)
  return text === undefined ? undefined : importKey(jwkOf(text))
}

async function generate(sealer: Sealer, at: Date): Promise<{ stored: StoredSigningKey; key: CryptoKey }> {
  const pair = await generateKeyPair(ALGORITHM, { modulusLength: BITS, extractable: true })
  const publicKey = await exportJWK(pair.publicKey)
  const kid = randomText(16)
  const sealed = await sealer.seal(`signing:${kid}`, JSON.stringify(await exportJWK(pair.privateKey)))
  return {
    stored: { kid, publicKey: JSON.stringify(publicKey), sealed, created: at.toISOString() },
    key: pair.privateKey,
  }
}

function jwkOf(text: string): JWK {
  const parsed: unknown = JSON.parse(text)
  return isRecord(parsed) ? { ...parsed, kty: String(parsed['kty']) } : damaged()
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, ALGORITHM)
  return key instanceof Uint8Array ? damaged() : key
}

function damaged(): never {
  return fail({ code: 'storage_unavailable', retryAfterSeconds: 5 })
}

import { hkdfSync } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, errors } from 'jose'
import type { DataKey, DataKeys } from './data-keys.ts'

/**
 * Encrypts short texts that only we may read: customers' secrets in rows, sessions in cookies, our signing keys. Fails
 * with `storage_unavailable` where the keys cannot be had.
 */
export interface Sealer {
  /** A compact JWE (RFC 7516) bound to its purpose, such as `connector:{id}:clientSecret` or `cookie:session`. */
  seal(purpose: string, text: string): Promise<string>
  /** The text; `undefined` where it was not sealed by us for this very purpose. */
  open(purpose: string, sealed: string): Promise<string | undefined>
}

const ALGORITHM = 'dir'
const ENCRYPTION = 'A256GCM'
/** UTF-16 units: longer than anything that we seal. */
const SEALED_LENGTH = 30_000

export function createSealer(keys: DataKeys): Sealer {
  return {
    async seal(purpose, text) {
      const dataKey = await keys.current()
      return new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, kid: dataKey.kid, sub: purpose })
        .encrypt(keyFor(purpose, dataKey))
    },
    async open(purpose, sealed) {
      const kid = sealed.length > SEALED_LENGTH ? undefined : kidOf(sealed, purpose)
      const dataKey = kid === undefined ? undefined : await keys.find(kid)
      if (dataKey === undefined) return undefined
      try {
        const { plaintext } = await compactDecrypt(sealed, keyFor(purpose, dataKey), {
          keyManagementAlgorithms: [ALGORITHM],
          contentEncryptionAlgorithms: [ENCRYPTION],
        })
        return new TextDecoder().decode(plaintext)
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },
  }
}

/** The header is authenticated, but no library compares it with what is expected: a secret copied to another row opens nowhere. */
function kidOf(sealed: string, purpose: string): string | undefined {
  try {
    const { kid, sub } = decodeProtectedHeader(sealed)
    return sub === purpose && typeof kid === 'string' ? kid : undefined
  } catch {
    return undefined
  }
}

/** Each kind of purpose has a key of its own (RFC 5869): what leaks of cookies says nothing of secrets. */
function keyFor(purpose: string, { key }: DataKey): Uint8Array {
  const [kind = ''] = purpose.split(':')
  return new Uint8Array(hkdfSync('sha256', key, '', `gatehouse ${kind}`, 32))
}

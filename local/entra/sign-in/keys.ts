import { generateKeyPair, randomBytes, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

const generate = promisify(generateKeyPair)

export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export interface Rotation {
  /** False: it signs already, and the key document does not know it yet. */
  readonly publish?: boolean
  /** The earlier keys stay published beside it. */
  readonly keepOld?: boolean
}

export interface KeyRing {
  readonly signing: () => Promise<SigningKey>
  readonly published: () => Promise<readonly SigningKey[]>
  /** A key too short to be trusted, which signs and is published while that fault is set. */
  readonly weak: () => Promise<SigningKey>
  /** Signs with a new key from now on, and gives its `kid`. */
  readonly rotate: (rotation?: Rotation) => Promise<string>
}

/** A tenant's keys, made now and kept nowhere. The first one is made in the background: RSA takes its time. */
export function createKeyRing(): KeyRing {
  let signing = newRsaKey()
  let published = [signing]
  let weak: Promise<SigningKey> | undefined
  return {
    signing: () => signing,
    published: () => Promise.all(published),
    weak: () => (weak ??= newRsaKey(1024)),
    rotate: async ({ publish = true, keepOld = false } = {}) => {
      signing = newRsaKey()
      if (publish) published = keepOld ? [...published, signing] : [signing]
      return (await signing).kid
    },
  }
}

/** A new RSA key; fewer than 2048 bits are for tests of who accepts them. */
export async function newRsaKey(modulusLength = 2048): Promise<SigningKey> {
  return { kid: randomBytes(20).toString('base64url'), ...(await generate('rsa', { modulusLength })) }
}

/** A new key on curve P-256. */
export async function newEcKey(): Promise<SigningKey> {
  const pair = await generate('ec', { namedCurve: 'P-256' })
  return { kid: randomBytes(20).toString('base64url'), ...pair }
}

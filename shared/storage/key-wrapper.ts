import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline'
import { fail } from '../kernel/failure.ts'
import { isRecord } from '../kernel/json.ts'
import type { WrappingKey } from '../kernel/settings.ts'
import { managedIdentity } from './azure-client.ts'

/** Encrypts our data keys with a key that is not ours to see. Fails with `storage_unavailable` where it does not answer. */
export interface KeyWrapper {
  /** Of the wrapping key: what another one wrapped cannot be opened by this one. */
  readonly id: string
  wrap(key: Uint8Array): Promise<string>
  /** `undefined` for what this wrapper has not made. */
  unwrap(wrapped: string): Promise<Uint8Array | undefined>
}

/** The wrapper of the settings: Key Vault, or in development a fixed key. It connects on first use. */
export function openKeyWrapper(wrappingKey: WrappingKey, managedIdentityClientId?: string): KeyWrapper {
  return wrappingKey.kind === 'fixed'
    ? fixedWrapper(wrappingKey.key)
    : vaultWrapper(wrappingKey.keyId, vaultCaller(managedIdentityClientId))
}

/** RFC 3394 §2.2.3.1: the value that a right key brings back. */
const KEY_WRAP_IV = Buffer.alloc(8, 0xa6)

function fixedWrapper(key: Uint8Array): KeyWrapper {
  return {
    id: `fixed:${createHash('sha256').update(key).digest('hex').slice(0, 16)}`,
    wrap(plain) {
      const cipher = createCipheriv('id-aes256-wrap', key, KEY_WRAP_IV)
      return Promise.resolve(Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64url'))
    },
    unwrap(wrapped) {
      try {
        const decipher = createDecipheriv('id-aes256-wrap', key, KEY_WRAP_IV)
        const plain = Buffer.concat([decipher.update(wrapped, 'base64url'), decipher.final()])
        return Promise.resolve(plain)
      } catch {
        return Promise.resolve(undefined)
      }
    },
  }
}

/** One operation of Key Vault: the URL and its `value`; comes back with the key's full id and the result. */
export type VaultCall = (
  url: string,
  value: string,
) => Promise<{ readonly kid: string; readonly value: string }>

/**
 * A key of Key Vault wraps by RSA-OAEP-256. What it wrapped names the version that did it, so the key can be rotated in
 * the vault at any time and earlier versions still unwrap.
 */
export function vaultWrapper(keyId: string, call: VaultCall): KeyWrapper {
  const isOurs = (kid: string): boolean =>
    kid.startsWith(`${keyId}/`) && /^[0-9a-f]+$/i.test(kid.slice(keyId.length + 1))
  return {
    id: keyId,
    async wrap(key) {
      const { kid, value } = await call(`${keyId}/wrapkey`, Buffer.from(key).toString('base64url'))
      return isOurs(kid) ? `${kid} ${value}` : unavailable()
    },
    async unwrap(wrapped) {
      const [kid = '', value = ''] = wrapped.split(' ')
      // The row says where to send it: nowhere but to our own key.
      if (!isOurs(kid)) return undefined
      return Buffer.from((await call(`${kid}/unwrapkey`, value)).value, 'base64url')
    },
  }
}

const VAULT_SCOPE = 'https://vault.azure.net/.default'
const API_VERSION = '7.4'
const TIMEOUT_MS = 5_000

function vaultCaller(managedIdentityClientId: string | undefined): VaultCall {
  const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 2, retryDelayInMs: 200 } })
  const credential = managedIdentity(managedIdentityClientId)
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: VAULT_SCOPE }))
  const client = createDefaultHttpClient()
  return async (url, value) => {
    const request = createPipelineRequest({
      url: `${url}?api-version=${API_VERSION}`,
      method: 'POST',
      body: JSON.stringify({ alg: 'RSA-OAEP-256', value }),
      timeout: TIMEOUT_MS,
    })
    request.headers.set('content-type', 'application/json')
    try {
      const { status, bodyAsText } = await pipeline.sendRequest(client, request)
      const answer: unknown = status === 200 ? JSON.parse(bodyAsText ?? '') : undefined
      if (!isRecord(answer)) return unavailable()
      return { kid: String(answer['kid']), value: String(answer['value']) }
    } catch (error) {
      return unavailable(error)
    }
  }
}

/** A vault that does not answer or refuses us is an outage: nobody is signed out or refused for it. */
function unavailable(cause?: unknown): never {
  return fail({ code: 'storage_unavailable', retryAfterSeconds: 5 }, cause)
}

import {
  parseConnectorId,
  parseResourceId,
  type ConnectorId,
  type ResourceId,
} from '../../shared/kernel/ids.ts'
import { createDataKeys } from '../../shared/storage/data-keys.ts'
import { openKeyWrapper } from '../../shared/storage/key-wrapper.ts'
import { createSealer, type Sealer } from '../../shared/storage/sealer.ts'
import { openStore } from '../../shared/storage/store.ts'
import type { LoginState } from '../../shared/session/login-state.ts'

export const CONNECTOR = parseConnectorId('0123456789abcdef-1') as ConnectorId
export const USER = parseResourceId('7c1f3a52-90ab-4cde-8f01-23456789abcd') as ResourceId
export const NOW = new Date('2026-11-24T09:00:00.000Z')

export const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000)

/** A sealer with keys of its own. */
export function newSealer(): Sealer {
  const store = openStore(new Map([['main', { kind: 'memory' as const }]]), {
    managedIdentityClientId: undefined,
  })
  const wrapper = openKeyWrapper(
    { kind: 'fixed', key: crypto.getRandomValues(new Uint8Array(32)) },
    undefined,
  )
  return createSealer(createDataKeys(store, wrapper, () => NOW))
}

/** A sign-in begun at NOW. */
export function newLogin(overrides: Partial<LoginState> = {}): LoginState {
  return {
    connector: CONNECTOR,
    platform: 'web',
    state: crypto.randomUUID(),
    nonce: crypto.randomUUID(),
    verifier: crypto.randomUUID(),
    loginId: crypto.randomUUID(),
    startedAt: NOW.toISOString(),
    target: { kind: 'portal', returnTo: '/' },
    ...overrides,
  }
}

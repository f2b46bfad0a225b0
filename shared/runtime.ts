import { createActivityRecorder, type ActivityRecorder } from './activity/recorder.ts'
import { createAuthenticator, type Authenticator } from './connectors/authenticate.ts'
import { createConnectorFinder, type ConnectorFinder } from './connectors/browser-connector.ts'
import { createConnectorCache } from './connectors/connector-cache.ts'
import type { OidcPorts } from './connectors/oidc-settings.ts'
import { createRateGate, type RateGate } from './connectors/rate-gate.ts'
import { fail } from './kernel/failure.ts'
import { readSettings, SettingsError, type Settings } from './kernel/settings.ts'
import { createDataKeys } from './storage/data-keys.ts'
import { openKeyWrapper } from './storage/key-wrapper.ts'
import { createSealer, type Sealer } from './storage/sealer.ts'
import { createTables, openStore, type Store } from './storage/store.ts'

/** Everything that lives as long as the process. The only module-level state of the product. */
export interface Runtime {
  readonly settings: Settings
  readonly store: Store
  readonly authenticator: Authenticator
  readonly recorder: ActivityRecorder
  readonly gate: RateGate
  readonly finder: ConnectorFinder
  readonly sealer: Sealer
  readonly resolveTenant: OidcPorts['resolveTenant']
  readonly now: () => Date
}

/** Between two reads of a connector's row that only a refusal asked for. */
const FRESH_READ_MS = 1_000

let runtime: Promise<Runtime> | undefined

/**
 * Built on first use from the environment. A failure is not kept: the next request tries again. Fails with
 * `misconfigured` or `storage_unavailable`.
 */
export function getRuntime(): Promise<Runtime> {
  runtime ??= build().catch((error: unknown) => {
    runtime = undefined
    throw error
  })
  return runtime
}

const now = (): Date => new Date()

async function build(): Promise<Runtime> {
  const { settings, store } = configure()
  if (settings.mode === 'development') await createTables(store)
  const cacheOptions = { store, now, freshReadMs: FRESH_READ_MS }
  const cache = createConnectorCache(cacheOptions)
  const wrapper = openKeyWrapper(settings.wrappingKey, settings.managedIdentityClientId)
  return {
    settings,
    store,
    authenticator: createAuthenticator({ ...cacheOptions, cache }),
    finder: createConnectorFinder(cache),
    sealer: createSealer(createDataKeys(store, wrapper, now)),
    // Domains are looked up by the relying party; without it, tenant ids are all that is taken.
    resolveTenant: () => fail({ code: 'entra_unavailable', retryAfterSeconds: 60 }),
    recorder: createActivityRecorder(store, now),
    gate: createRateGate(settings.scimMaxRps, now),
    now,
  }
}

/** Wrong settings are an outage that the operator ends: 503 on every surface, never "not found" or "unauthorized". */
function configure(): Pick<Runtime, 'settings' | 'store'> {
  try {
    const settings = readSettings(process.env)
    const { accounts, managedIdentityClientId } = settings
    return { settings, store: openStore(accounts, { managedIdentityClientId }) }
  } catch (error) {
    // Only our own words: another message could quote a connection string.
    const detail = error instanceof SettingsError ? error.message : 'TABLES_ACCOUNTS: cannot be opened.'
    return fail({ code: 'misconfigured', detail }, error)
  }
}

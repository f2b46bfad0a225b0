import { createActivityRecorder, type ActivityRecorder } from './activity/recorder.ts'
import { createAuthenticator, type Authenticator } from './connectors/authenticate.ts'
import { createConnectorFinder, type ConnectorFinder } from './connectors/browser-connector.ts'
import { createConnectorCache } from './connectors/connector-cache.ts'
import type { OidcPorts } from './connectors/oidc-settings.ts'
import { createRateGate, type RateGate } from './connectors/rate-gate.ts'
import { createSetupDoor, type SetupDoor } from './connectors/setup-door.ts'
import { fail } from './kernel/failure.ts'
import { createTurns, type Turns } from './kernel/turns.ts'
import { readSettings, SettingsError, type Settings } from './kernel/settings.ts'
import { createTenantResolver } from './oidc/metadata.ts'
import { createRelyingParty, type RelyingParty } from './oidc/relying-party.ts'
import { newCode } from './provider/codes.ts'
import type { Provider } from './provider/provider.ts'
import { createSigningKeys } from './provider/signing-keys.ts'
import { tenantOf } from './storage/connectors.ts'
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
  readonly relyingParty: RelyingParty
  /** Sign-outs that Entra tells us of: anybody can call there. */
  readonly logoutGate: RateGate
  readonly provider: Provider
  readonly setupDoor: SetupDoor
  readonly now: () => Date
  readonly turns: Turns
}

/** Between two reads of a connector's row that only a refusal asked for. */
const FRESH_READ_MS = 1_000
/** Of one connector; each costs at most three storage requests. */
const LOGOUTS_PER_SECOND = 50

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
  const sealer = createSealer(createDataKeys(store, wrapper, now))
  const recorder = createActivityRecorder(store, now)
  const { extraIssuers } = settings
  const finder = createConnectorFinder(cache)
  return {
    settings,
    store,
    authenticator: createAuthenticator({ ...cacheOptions, cache }),
    finder,
    sealer,
    resolveTenant: createTenantResolver({ extraIssuers }),
    relyingParty: createRelyingParty({
      store,
      sealer,
      now,
      publicBaseUrl: settings.publicBaseUrl,
      extraIssuers,
      recorder,
      makeCode: newCode,
    }),
    recorder,
    provider: openProvider(settings, { store, sealer, recorder, finder }),
    setupDoor: createSetupDoor({ store, now }),
    logoutGate: createRateGate(LOGOUTS_PER_SECOND, now),
    gate: createRateGate(settings.scimMaxRps, now),
    now,
    turns: createTurns(),
  }
}

function openProvider(
  { publicBaseUrl, platformClients }: Settings,
  parts: Pick<Runtime, 'store' | 'sealer' | 'recorder' | 'finder'>,
): Provider {
  const { store, sealer, recorder, finder } = parts
  return {
    issuer: publicBaseUrl,
    clients: platformClients,
    store,
    recorder,
    keys: createSigningKeys({ store, sealer, now }),
    async findTenant(id) {
      const connector = await finder.find(id)
      return connector && tenantOf(connector)
    },
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

import type { ActivityRecorder } from '../activity/recorder.ts'
import type { ConnectorId } from '../kernel/ids.ts'
import type { PlatformClient } from '../kernel/platform-client.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { Store } from '../storage/store.ts'
import type { SigningKeys } from './signing-keys.ts'

/** What we are to the platform: an OpenID provider whose people come from the connectors. */
export interface Provider {
  /** The public URL, without a trailing slash. */
  readonly issuer: string
  readonly clients: ReadonlyMap<string, PlatformClient>
  readonly store: Store
  readonly keys: SigningKeys
  /** `undefined` where the connector is not there, disabled, or has no sign-in: nothing that it gave is good then. */
  readonly findTenant: (connector: ConnectorId) => Promise<Tenant | undefined>
  readonly recorder: ActivityRecorder
  readonly now: () => Date
}

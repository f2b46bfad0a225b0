import type { Caller } from '../activity/activity.ts'
import type { ActivityRecorder } from '../activity/recorder.ts'
import type { CustomAttribute } from '../kernel/custom-attribute.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { Steps, Turns } from '../kernel/turns.ts'
import type { Precondition } from './precondition.ts'
import type { Store } from '../storage/store.ts'

/** What a connector demands of its users; both can be relaxed per connector. */
export interface ProvisioningRules {
  /** Paths such as `name.givenName`; `emails` means a login e-mail. */
  readonly requiredAttributes: readonly string[]
  readonly uniqueEmail: boolean
  readonly customAttributes: readonly CustomAttribute[]
}

/** Everything that one SCIM request knows: made by the edge from the authenticated connector, and never kept. */
export interface ScimContext {
  readonly store: Store
  readonly tenant: Tenant
  readonly rules: ProvisioningRules
  readonly caller: Caller
  readonly precondition: Precondition
  readonly recorder: ActivityRecorder
  /** `{PUBLIC_BASE_URL}/scim/v2/{connector}`. */
  readonly baseUrl: string
  readonly now: () => Date
  /** When the answer must be on its way, in ms since 1970. */
  readonly deadline: number
  /** What may take long gives way to other requests. */
  readonly turns: Turns
}

/** Work of a request that may take long: others get their turn, and it ends with the request's time (503). */
export function inTurns<T>(
  { turns, deadline }: Pick<ScimContext, 'turns' | 'deadline'>,
  steps: Steps<T>,
): Promise<T> {
  return turns.run(steps, deadline)
}

import type { Applications } from './applications.ts'
import type { Faults } from './faults.ts'
import type { KeyRing } from './keys.ts'
import type { People } from './people.ts'

export type CountedRequest = 'discovery' | 'keys' | 'authorize' | 'token' | 'logout'

/** What all parts of one running tenant share. */
export interface Core {
  readonly origin: string
  readonly tenantId: string
  readonly displayName: string
  /** The tenant's domain, which Entra takes in place of the tenant id. */
  readonly domain: string
  readonly issuer: string
  readonly people: People
  readonly applications: Applications
  readonly keys: KeyRing
  faults: Faults
  /** How often each endpoint was asked. */
  readonly requests: Record<CountedRequest, number>
}

/** The scope that stands for `offline_access`, which oidc-provider would drop without a consent page. */
export const OFFLINE_SCOPE = 'entra_offline'

/** The addresses below the tenant's own path. */
export function pathsOf(tenantId: string) {
  return {
    discovery: `/${tenantId}/v2.0/.well-known/openid-configuration`,
    keys: `/${tenantId}/discovery/v2.0/keys`,
    authorize: `/${tenantId}/oauth2/v2.0/authorize`,
    token: `/${tenantId}/oauth2/v2.0/token`,
    logout: `/${tenantId}/oauth2/v2.0/logout`,
    signIn: `/${tenantId}/sign-in`,
  }
}

import type { Caller } from '../activity/activity.ts'
import type { ResourceId } from '../kernel/ids.ts'
import type { OAuthRefusal } from '../kernel/oauth.ts'
import type { PlatformClient } from '../kernel/platform-client.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { Provider } from './provider.ts'

/** A request of a client that has told who it is. */
export interface ClientCall {
  readonly client: PlatformClient
  readonly caller: Caller
}

/** One sentence for whatever is wrong with a code or a refresh token: which of it, the log says. */
const NOT_GOOD = 'It is not good, or not any more. The person has to sign in again.'

/** Refuses a code or a refresh token that belongs to nobody whom we could tell. */
export function invalidGrant(reason: string, { client }: Pick<ClientCall, 'client'>): OAuthRefusal {
  return { kind: 'refused', error: 'invalid_grant', sentence: NOT_GOOD, reason, client: client.id }
}

/** The same for one of a person, in whose activity it stands. */
export async function refusePerson(
  { recorder }: Provider,
  call: ClientCall,
  person: { readonly tenant: Tenant; readonly user: ResourceId },
  reason: string,
): Promise<OAuthRefusal> {
  const { tenant, user } = person
  const caller = { ...call.caller, actor: `client:${call.client.id}` }
  await recorder.record(tenant, caller, {
    operation: 'token.refuse',
    resource: { type: 'User', id: user },
    status: 400,
    note: reason,
  })
  return { ...invalidGrant(reason, call), connector: tenant.connector, user }
}

/** A request that lacks what it must have. */
export function invalidRequest(
  sentence: string,
  reason: string,
  { client }: Pick<ClientCall, 'client'>,
): OAuthRefusal {
  return { kind: 'refused', error: 'invalid_request', sentence, reason, client: client.id }
}

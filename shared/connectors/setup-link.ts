import { activityRows } from '../activity/activity.ts'
import { fail } from '../kernel/failure.ts'
import type { OrganizationId } from '../kernel/ids.ts'
import { hashSecret, newSecret } from '../kernel/secrets.ts'
import { insertSetupLink, readSetupAccess } from '../storage/setup-access.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import type { ConnectorsContext } from './context.ts'

const LINK_MS = 86_400_000

/** What an operator hands to an organization's first administrator, or to one who is locked out. */
export interface NewSetupLink {
  /** The secret itself: it is told now and never again. */
  readonly secret: string
  readonly expiresAt: string
}

/** A setup link, on every plan; earlier ones go on to work. 404 without the organization. */
export async function createSetupLink(
  { store, caller, now }: ConnectorsContext,
  organization: OrganizationId,
): Promise<NewSetupLink> {
  return retryWhileChanged(async () => {
    const access = await readSetupAccess(store, organization)
    if (!access.exists) fail({ code: 'not_found', detail: 'There is no organization with this id.' })
    const secret = newSecret('setup')
    const expires = new Date(now().getTime() + LINK_MS)
    const resource = { type: 'Organization', id: organization }
    const rows = activityRows(caller, { operation: 'setup.link.create', resource, status: 201 }, now())
    const refusal = await insertSetupLink(store, access, { hash: hashSecret(secret), expires }, rows)
    return refusal === undefined ? { secret, expiresAt: expires.toISOString() } : undefined
  })
}

/** Where the link leads. The secret stands behind the #, which no browser sends to any server. */
export function setupUrl(publicBaseUrl: string, secret: string): string {
  return `${publicBaseUrl}/setup#${secret}`
}

import { activityRows, type Activity } from '../activity/activity.ts'
import { LIMITS } from '../kernel/limits.ts'
import { loginEmail } from '../kernel/person.ts'
import { replaceConnector, scanConnectors, tenantOf, type StoredConnector } from '../storage/connectors.ts'
import { claimLoginEmails, userPages, type EmailClash } from '../storage/login-emails.ts'
import type { ConnectorsContext } from './context.ts'

/** Ids that fit into a note. */
const CLASHES_NOTED = 20

/** When no request can be under way any more that began with a connector's row from before now. */
export function dueAfter(now: Date): string {
  return new Date(now.getTime() + LIMITS.connectorCacheMs + LIMITS.requestBudgetMs).toISOString()
}

/**
 * Walks the users once more of each connector whose unique e-mails were switched on a while ago: an instance that still
 * held the old rule wrote some without claiming their address. Addresses that two share stay with who has them, and the
 * activity names the others. True once all is done that is due; at `until` (ms since 1970) the rest waits for the next run.
 */
export async function walkEmailsAgain(
  context: Pick<ConnectorsContext, 'store' | 'now' | 'caller'>,
  until: number,
): Promise<boolean> {
  const { store, now, caller } = context
  for await (const connector of scanConnectors(store)) {
    if (!isDue(connector, now())) continue
    const clashes = await walk(context, connector, until)
    if (clashes === undefined) return false
    const rows = activityRows(caller, activityOf(connector, clashes), now())
    // Who changed the connector meanwhile leaves the mark where it is: the next run walks again.
    await replaceConnector(store, connector, { ...connector, emailWalkDue: undefined }, rows)
  }
  return true
}

function isDue({ life, uniqueEmail, emailWalkDue }: StoredConnector, now: Date): boolean {
  const isOn = life !== 'deleted' && uniqueEmail === 'on'
  return isOn && emailWalkDue !== undefined && Date.parse(emailWalkDue) <= now.getTime()
}

/** The clashes; `undefined` where time ran out. */
async function walk(
  { store }: Pick<ConnectorsContext, 'store'>,
  connector: StoredConnector,
  until: number,
): Promise<readonly EmailClash[] | undefined> {
  const tenant = tenantOf(connector)
  const clashes: EmailClash[] = []
  for await (const users of userPages(store, tenant)) {
    if (Date.now() >= until) return undefined
    clashes.push(...(await claimLoginEmails(store, tenant, users, loginEmail)))
  }
  return clashes
}

function activityOf({ id }: StoredConnector, clashes: readonly EmailClash[]): Activity {
  const ids = clashes.slice(0, CLASHES_NOTED).map((clash) => `${clash.id}=${clash.heldBy.id}`)
  const note = `${clashes.length} users share a login e-mail: ${ids.join(' ')}`
  return {
    operation: 'connector.emails',
    resource: { type: 'Connector', id },
    status: clashes.length === 0 ? 200 : 409,
    attributes: ['uniqueEmail'],
    ...(clashes.length === 0 ? {} : { note }),
  }
}

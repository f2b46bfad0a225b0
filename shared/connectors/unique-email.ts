import { activityRows } from '../activity/activity.ts'
import { fail } from '../kernel/failure.ts'
import type { ConnectorId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { replaceConnector, tenantOf, touchConnector, type StoredConnector } from '../storage/connectors.ts'
import { claimLoginEmails, userPages, type EmailClash } from '../storage/login-emails.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import { getConnector } from './connector-change.ts'
import type { ConnectorsContext } from './context.ts'

/** Clashes named in one answer: enough to begin with, and the next try names the rest. */
const CLASHES_NAMED = 100

/**
 * Prepares a connector for unique login e-mails; the caller switches the rule on with the change that it logs. First
 * the rule is `building`, under which new writes claim their address already, then the users that are there claim
 * theirs. Where two share one, the rule goes back to off and the answer is 409 with the clashes. Repeating goes on
 * where an earlier try ended (503 when time runs out): who has claimed is passed over.
 *
 * Another instance may hold the old rule for as long as it caches a connector; users written there meanwhile are found
 * by a second walk, later on.
 */
export async function buildUniqueEmails(
  context: ConnectorsContext,
  id: ConnectorId,
  loginEmailOf: (attributes: JsonObject) => string | undefined,
): Promise<void> {
  const connector = await startBuilding(context, id)
  if (connector.uniqueEmail === 'on') return
  const clashes: EmailClash[] = []
  const tenant = tenantOf(connector)
  for await (const users of userPages(context.store, tenant)) {
    if (context.now().getTime() > context.deadline)
      fail({ code: 'storage_unavailable', retryAfterSeconds: 1 })
    clashes.push(...(await claimLoginEmails(context.store, tenant, users, loginEmailOf)))
    if (clashes.length >= CLASHES_NAMED) break
  }
  if (clashes.length === 0) return
  await giveUp(context, id, clashes.length)
  fail({
    code: 'conflict',
    detail:
      'Users share a login e-mail, so uniqueEmail stays off. Give each its own address in Entra, then try again.',
    clashes: clashes.slice(0, CLASHES_NAMED),
  })
}

/** Not logged: it is no decision yet, and what comes of it is. */
async function startBuilding(context: ConnectorsContext, id: ConnectorId): Promise<StoredConnector> {
  return retryWhileChanged(async () => {
    const before = await getConnector(context.store, id)
    if (before.uniqueEmail !== 'off') return before
    const after: StoredConnector = { ...before, uniqueEmail: 'building' }
    if ((await touchConnector(context.store, before, after)) !== undefined) return undefined
    context.forget(id)
    return after
  })
}

async function giveUp(context: ConnectorsContext, id: ConnectorId, clashes: number): Promise<void> {
  const activity = {
    operation: 'connector.update',
    resource: { type: 'Connector', id },
    status: 409,
    attributes: ['uniqueEmail'],
    note: `${clashes} users share a login e-mail`,
  }
  await retryWhileChanged(async () => {
    const before = await getConnector(context.store, id)
    if (before.uniqueEmail !== 'building') return true
    const rows = activityRows(context.caller, activity, context.now())
    const after: StoredConnector = { ...before, uniqueEmail: 'off' }
    if ((await replaceConnector(context.store, before, after, rows)) !== undefined) return undefined
    context.forget(id)
    return true
  })
}

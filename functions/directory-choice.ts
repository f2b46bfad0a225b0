import { listConnectors } from '../shared/connectors/connector.ts'
import { getDirectory } from '../shared/connectors/rules.ts'
import { fail } from '../shared/kernel/failure.ts'
import { parseConnectorId, type ConnectorId } from '../shared/kernel/ids.ts'
import { LIMITS } from '../shared/kernel/limits.ts'
import type { ConnectorChoice } from '../shared/portal/parts.tsx'
import type { PeopleContext } from '../shared/scim/people-context.ts'
import type { PageRequest } from './browser-registration.ts'
import { isOwnConnector, type Access } from './portal-access.ts'

/** Of the answer, which must be on its way in time. */
const MARGIN_MS = 5_000

/** The directory of a connector of the actor's own organization; 404 for every other one. */
export async function openDirectory(
  request: PageRequest,
  access: Access,
  connector: string,
): Promise<PeopleContext> {
  const id = parseConnectorId(connector)
  if (id === undefined || !isOwnConnector(access, id))
    return fail({ code: 'not_found', detail: 'No connector.' })
  const { store, now } = request.services
  const { tenant, rules } = await getDirectory(store, id)
  const deadline = Date.now() + LIMITS.requestBudgetMs - MARGIN_MS
  return { store, tenant, rules, caller: access.caller, now, deadline }
}

/** What a list is about: the connector that the query names, else the person's own, else the organization's first. */
export async function chooseDirectory(
  request: PageRequest,
  access: Access,
): Promise<
  { context: PeopleContext; connector: ConnectorId; choices: readonly ConnectorChoice[] } | undefined
> {
  const connectors = await listConnectors(request.services.store, access.organization)
  const wanted = request.query.get('connector') || access.person?.connector.id || connectors[0]?.id
  if (wanted === undefined) return undefined
  const context = await openDirectory(request, access, wanted)
  const choices = connectors.map(({ id }, index) => ({ id, label: `Azure Active Directory ${index + 1}` }))
  return { context, connector: context.tenant.connector, choices }
}

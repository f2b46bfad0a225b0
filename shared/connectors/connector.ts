import { activityRows } from '../activity/activity.ts'
import { badRequest, fail } from '../kernel/failure.ts'
import { connectorIdOf, connectorParts, type ConnectorId, type OrganizationId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { ConnectorState } from '../storage/config-connector-row.ts'
import { NO_OIDC } from '../storage/config-oidc.ts'
import { insertConnector, listStoredConnectors, type StoredConnector } from '../storage/connectors.ts'
import type { StoredOrganization } from '../storage/organizations.ts'
import type { Store } from '../storage/store.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import { changeConnector, getConnector, requireEditable } from './connector-change.ts'
import type { ConnectorsContext } from './context.ts'
import { parseCustomAttributes } from './custom-attributes.ts'
import { changedNames, changeOidc, readOidcPatch, type OidcPatch, type OidcPorts } from './oidc-settings.ts'
import { getOrganization } from './organization.ts'
import { mintScimSecret } from './scim-secret.ts'
import { dueAfter } from './email-walk.ts'
import { buildUniqueEmails } from './unique-email.ts'

/** What a connector may demand of every user, and what a new one does demand. */
export const REQUIRABLE_ATTRIBUTES: readonly string[] = [
  'name.givenName',
  'name.familyName',
  'emails',
  'displayName',
  'title',
  'externalId',
]
const REQUIRED_BY_DEFAULT: readonly string[] = ['name.givenName', 'name.familyName', 'emails']

/** Numbers of connectors have four digits. */
const LAST_NUMBER = 9_999

export interface ConnectorPatch {
  readonly state?: string | undefined
  readonly requiredAttributes?: readonly string[] | undefined
  readonly uniqueEmail?: boolean | undefined
  readonly customAttributes?: readonly unknown[] | undefined
  readonly oidc?: OidcPatch | undefined
}

/** What this folder asks of others: the address that must be unique by the SCIM rules, and what sign-in needs. */
export interface ConnectorPorts extends OidcPorts {
  readonly loginEmailOf: (attributes: JsonObject) => string | undefined
}

/**
 * Adds a connector with its first password, which is shown only now. 400 for an unknown type, 403 on the standard plan,
 * 404 without the organization, 409 beyond the number of connectors that one may have.
 */
export async function createConnector(
  context: ConnectorsContext,
  organizationId: OrganizationId,
  type: string,
): Promise<{ connector: StoredConnector; password: string }> {
  const { store, caller, now, salesContact } = context
  if (type !== 'entra') badRequest('invalidValue', 'type must be "entra".')
  return retryWhileChanged(async () => {
    const organization = await getOrganization(store, organizationId)
    if (organization.plan === 'standard') fail({ code: 'plan_required', contact: salesContact })
    await requireRoom(store, organization)
    const id = connectorIdOf(organizationId, organization.nextConnector)
    const { secret, password } = mintScimSecret(now())
    const activity = {
      operation: 'connector.create',
      resource: { type: 'Connector', id },
      status: 201,
      note: `secret ${secret.id}`,
    }
    const state: ConnectorState = {
      life: 'enabled',
      account: store.firstAccount,
      secrets: [secret],
      requiredAttributes: REQUIRED_BY_DEFAULT,
      uniqueEmail: 'on',
      customAttributes: [],
      marks: {},
      oidc: NO_OIDC,
      created: now().toISOString(),
      deletedAt: undefined,
    }
    const rows = activityRows(caller, activity, now())
    if ((await insertConnector(store, organization, state, rows)) !== undefined) return undefined
    return { connector: await getConnector(store, id), password }
  })
}

/** The connectors of an organization that are not deleted, oldest first; 404 without the organization. */
export async function listConnectors(
  store: Store,
  organization: OrganizationId,
): Promise<readonly StoredConnector[]> {
  await getOrganization(store, organization)
  const all = await listStoredConnectors(store, organization)
  return all
    .filter(({ life }) => life !== 'deleted')
    .toSorted((left, right) => connectorParts(left.id).number - connectorParts(right.id).number)
}

/**
 * Changes a connector. 400 for values that are not allowed, 403 on the standard plan, 404 where there is none, 409 with
 * the clashes where unique e-mails are asked for and users share one; nothing is changed then.
 */
export async function updateConnector(
  context: ConnectorsContext,
  id: ConnectorId,
  patch: ConnectorPatch,
  ports: ConnectorPorts,
): Promise<StoredConnector> {
  await requireEditable(context, id)
  const life = patch.state === undefined ? undefined : parseLife(patch.state)
  const required = patch.requiredAttributes && parseRequired(patch.requiredAttributes)
  const custom = patch.customAttributes && parseCustomAttributes(patch.customAttributes)
  const oidc = patch.oidc && (await readOidcPatch(id, patch.oidc, ports, context.now()))
  if (patch.uniqueEmail === true) await buildUniqueEmails(context, id, ports.loginEmailOf)
  const attributes = namesIn(patch)
  if (attributes.length === 0) return getConnector(context.store, id)
  return changeConnector(
    context,
    id,
    { operation: 'connector.update', status: 200, attributes },
    (before) => ({
      ...before,
      life: life ?? before.life,
      requiredAttributes: required ?? before.requiredAttributes,
      ...nextRule(before, patch.uniqueEmail, context.now()),
      customAttributes: custom ?? before.customAttributes,
      oidc: oidc === undefined ? before.oidc : changeOidc(before.oidc, oidc),
    }),
  )
}

function namesIn({ oidc, ...patch }: ConnectorPatch): readonly string[] {
  const names = Object.entries(patch).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  return oidc === undefined ? names : [...names, ...changedNames(oidc)]
}

type EmailRule = Pick<ConnectorState, 'uniqueEmail' | 'emailWalkDue'>

/** The rule after a change: what was built may be switched on, unless somebody switched it off in the meantime. */
function nextRule(before: EmailRule, wanted: boolean | undefined, now: Date): EmailRule {
  const { uniqueEmail, emailWalkDue } = before
  if (wanted === undefined || (wanted && uniqueEmail === 'on')) return { uniqueEmail, emailWalkDue }
  if (!wanted) return { uniqueEmail: 'off', emailWalkDue: undefined }
  if (uniqueEmail === 'off')
    fail({ code: 'conflict', detail: 'uniqueEmail was switched off by another request. Try again.' })
  return { uniqueEmail: 'on', emailWalkDue: dueAfter(now) }
}

function parseLife(text: string): 'enabled' | 'disabled' {
  if (text === 'enabled' || text === 'disabled') return text
  return badRequest('invalidValue', 'state must be "enabled" or "disabled".')
}

function parseRequired(paths: readonly string[]): readonly string[] {
  const unknown = paths.find((path) => !REQUIRABLE_ATTRIBUTES.includes(path))
  if (unknown !== undefined)
    badRequest(
      'invalidValue',
      `requiredAttributes has "${unknown.slice(0, 100)}"; it takes ${REQUIRABLE_ATTRIBUTES.join(', ')}.`,
    )
  return [...new Set(paths)]
}

async function requireRoom(store: Store, organization: StoredOrganization): Promise<void> {
  const connectors = await listConnectors(store, organization.id)
  if (connectors.length >= LIMITS.connectorsPerOrganization || organization.nextConnector > LAST_NUMBER)
    fail({
      code: 'conflict',
      detail: `An organization has at most ${LIMITS.connectorsPerOrganization} connectors. Delete one first.`,
    })
}

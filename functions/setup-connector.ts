import { REQUIRABLE_ATTRIBUTES, updateConnector } from '../shared/connectors/connector.ts'
import { getConnector } from '../shared/connectors/connector-change.ts'
import { scimUserName } from '../shared/connectors/credentials.ts'
import { getOrganization } from '../shared/connectors/organization.ts'
import { addScimSecret, revokeScimSecret } from '../shared/connectors/scim-secret.ts'
import { newSignInTicket } from '../shared/connectors/sign-in-test.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { may } from '../shared/kernel/capabilities.ts'
import { fail } from '../shared/kernel/failure.ts'
import { parseConnectorId, type ConnectorId } from '../shared/kernel/ids.ts'
import { loginEmail } from '../shared/kernel/person.ts'
import type { ConnectorFields, FieldName } from '../shared/portal/connector-fields.tsx'
import { connectorPage } from '../shared/portal/connector-page.tsx'
import { leavingPage } from '../shared/portal/message-page.tsx'
import { CLEARED_SHOWN, openShown, sealShown } from '../shared/session/shown-once.ts'
import { withQuery } from './browser-answers.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'
import { isOwnConnector, withAccess, type Access } from './portal-access.ts'
import { errorsOf, fieldsOf, patchOf, typedFields } from './setup-connector-form.ts'
import { setupContext } from './setup-context.ts'

const RECENT_MS = 7_200_000

/** What a form that was not carried out leaves on the page. */
interface Left {
  readonly typed?: ConnectorFields
  readonly errors?: Readonly<Partial<Record<FieldName, string>>>
  /** A password that was in use a moment ago, and may be revoked all the same. */
  readonly confirm?: string
}

function connectorOf(request: PageRequest, access: Access): ConnectorId {
  const id = parseConnectorId(request.params['connector'] ?? '')
  if (id === undefined || !isOwnConnector(access, id))
    return fail({ code: 'not_found', detail: 'There is no connector with this id.' })
  return id
}

async function show(request: PageRequest, access: Access, left: Left = {}): Promise<BrowserAnswer> {
  const { store, settings, sealer } = request.services
  const { csrf, chrome, actor } = access
  const id = connectorOf(request, access)
  const [organization, connector] = await Promise.all([
    getOrganization(store, access.organization),
    getConnector(store, id),
  ])
  const password = await openShown(sealer, request.cookies, { subject: id, csrf, now: request.now })
  const base = `${settings.publicBaseUrl}/auth/${id}`
  const html = connectorPage({
    chrome,
    csrf,
    path: pathOf(id),
    isLocked: organization.plan === 'standard' || !may(actor, 'changeSetup'),
    mayChange: may(actor, 'changeSetup'),
    plan: organization.plan,
    salesContact: settings.salesContact,
    scim: { url: `${settings.publicBaseUrl}/scim/v2/${id}`, userName: scimUserName(id), password },
    secrets: connector.secrets,
    confirm: left.confirm,
    redirectUris: { app: `${base}/app/callback`, web: `${base}/web/callback` },
    marks: connector.marks,
    oidc: {
      isActive: connector.oidc.active !== undefined,
      hasDraft: connector.oidc.draft !== undefined,
      hasSecret: (connector.oidc.draft ?? connector.oidc.active)?.clientSecret !== undefined,
      lastTest: connector.oidc.lastTest,
    },
    fields: left.typed ?? fieldsOf(connector),
    errors: left.errors ?? {},
    requirable: REQUIRABLE_ATTRIBUTES,
  })
  const status = left.errors === undefined ? (left.confirm === undefined ? 200 : 409) : 400
  const cookies = password === undefined ? [] : [CLEARED_SHOWN]
  return { status, html, cookies, log: { connector: id } }
}

async function change(request: PageRequest, access: Access): Promise<BrowserAnswer> {
  const id = connectorOf(request, access)
  const [action = '', subject = ''] = (request.form.get('do') ?? 'save').split(':')
  if (action === 'rotate') return rotate(request, access, id)
  if (action === 'revoke') return revoke(request, access, { id, secret: subject })
  if (action === 'test') return test(request, access, { id, platform: subject === 'app' ? 'app' : 'web' })
  return save(request, access, id)
}

async function save(request: PageRequest, access: Access, id: ConnectorId): Promise<BrowserAnswer> {
  const { store, sealer, settings, resolveTenant } = request.services
  const connector = await getConnector(store, id)
  const typed = typedFields(request.form)
  const patch = patchOf(fieldsOf(connector), typed)
  const errors = await errorsOf(request, connector, patch, typed)
  if (Object.keys(errors).length > 0) return show(request, access, { typed, errors })
  const ports = { loginEmailOf: loginEmail, sealer, extraIssuers: settings.extraIssuers, resolveTenant }
  await updateConnector(setupContext(request, access), id, patch, ports)
  return back(id)
}

async function rotate(request: PageRequest, access: Access, id: ConnectorId): Promise<BrowserAnswer> {
  const { password } = await addScimSecret(setupContext(request, access), id)
  const shown = { subject: id, text: password }
  return {
    ...back(id),
    cookies: [await sealShown(request.services.sealer, shown, access.csrf, request.now)],
  }
}

async function revoke(
  request: PageRequest,
  access: Access,
  { id, secret }: { readonly id: ConnectorId; readonly secret: string },
): Promise<BrowserAnswer> {
  const { secrets } = await getConnector(request.services.store, id)
  const used = secrets.find((one) => one.id === secret)?.lastUsedAt
  const isRecent = used !== undefined && request.now.getTime() - Date.parse(used) < RECENT_MS
  if (isRecent && request.form.get('confirm') !== secret) return show(request, access, { confirm: secret })
  await revokeScimSecret(setupContext(request, access), id, secret)
  return back(id)
}

/** By way of a page: a browser follows no form to another host (`form-action`), and the test leads to Microsoft. */
async function test(
  request: PageRequest,
  access: Access,
  { id, platform }: { readonly id: ConnectorId; readonly platform: 'web' | 'app' },
): Promise<BrowserAnswer> {
  const context = setupContext(request, access)
  const { text } = await newSignInTicket(context, id, platform, request.services.sealer)
  const href = withQuery(`/auth/${id}/test`, { ticket: text })
  return { status: 200, html: leavingPage({ href, place: 'Microsoft' }), log: { connector: id } }
}

const pathOf = (id: ConnectorId): string => `/setup/connectors/${id}`

function back(id: ConnectorId): BrowserAnswer {
  return { status: 303, location: pathOf(id), log: { connector: id } }
}

registerPage('setup-connector', {
  template: 'setup/connectors/{connector}',
  methods: {
    GET: withAccess('seeSetup', (request, access) => show(request, access)),
    POST: withAccess('changeSetup', change),
  },
})

import { createConnector, listConnectors } from '../shared/connectors/connector.ts'
import { getOrganization, updateOrganization } from '../shared/connectors/organization.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { failureOf } from '../shared/kernel/failure.ts'
import { connectorIdOf } from '../shared/kernel/ids.ts'
import { may } from '../shared/kernel/capabilities.ts'
import { organizationPage } from '../shared/portal/organization-page.tsx'
import { sealShown } from '../shared/session/shown-once.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'
import { withAccess, type Access } from './portal-access.ts'
import { setupContext } from './setup-context.ts'

const PATH = '/setup/organization'

interface Wrong {
  readonly name: string
  readonly sentence: string
}

async function show(request: PageRequest, access: Access, wrong?: Wrong): Promise<BrowserAnswer> {
  const { store, settings } = request.services
  const { organization: id, chrome, csrf, actor } = access
  const [organization, connectors] = await Promise.all([
    getOrganization(store, id),
    listConnectors(store, id),
  ])
  const html = organizationPage({
    chrome,
    csrf,
    path: PATH,
    name: wrong?.name ?? organization.name,
    nameError: wrong?.sentence,
    plan: organization.plan,
    salesContact: settings.salesContact,
    nextNumber: organization.nextConnector,
    mayChange: may(actor, 'changeSetup'),
    connectors: connectors.map(({ id: connector, life, created, marks, oidc }) => ({
      id: connector,
      href: `/setup/connectors/${connector}`,
      isEnabled: life === 'enabled',
      created,
      lastRequest: marks.lastRequest,
      signIn: oidc.active === undefined ? (oidc.draft === undefined ? 'none' : 'draft') : 'active',
    })),
  })
  return { status: wrong === undefined ? 200 : 400, html }
}

async function change(request: PageRequest, access: Access): Promise<BrowserAnswer> {
  const name = request.form.get('name') ?? ''
  try {
    await updateOrganization(setupContext(request, access), access.organization, { name })
  } catch (error) {
    const failure = failureOf(error)
    if (failure?.code !== 'bad_request') throw error
    return show(request, access, { name, sentence: 'Enter a name of 1 to 200 characters.' })
  }
  return request.form.has('add') ? add(request, access) : { status: 303, location: PATH }
}

/** The form says which number the new connector gets, so that pressing twice makes one. */
async function add(request: PageRequest, access: Access): Promise<BrowserAnswer> {
  const { organization, csrf } = access
  const expected = Number(request.form.get('next'))
  const { nextConnector } = await getOrganization(request.services.store, organization)
  const isAgain = Number.isInteger(expected) && expected > 0 && expected < nextConnector
  if (isAgain) return { status: 303, location: `/setup/connectors/${connectorIdOf(organization, expected)}` }
  const type = request.form.get('add') ?? ''
  const { connector, password } = await createConnector(setupContext(request, access), organization, type)
  const shown = { subject: connector.id, text: password }
  const cookie = await sealShown(request.services.sealer, shown, csrf, request.now)
  const location = `/setup/connectors/${connector.id}`
  return { status: 303, location, cookies: [cookie], log: { connector: connector.id } }
}

registerPage('setup-organization', {
  template: 'setup/organization',
  methods: {
    GET: withAccess('seeSetup', (request, access) => show(request, access)),
    POST: withAccess('changeSetup', change),
  },
})

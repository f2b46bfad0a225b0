import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { Application } from './applications.ts'
import { pathsOf, type Core } from './core.ts'
import { readForm, sendPage, sendRefusal } from './http.ts'
import { consentPage, pickerPage } from './pages.ts'
import { refusalOf } from './people.ts'
import { refusal, toDescription } from './refusals.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

interface Visit {
  readonly core: Core
  readonly provider: Provider
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly interaction: Interaction
  readonly application: Application
}

const PEOPLE_ON_A_PAGE = 50

/** The page between the application's request and its answer: who are you, and may it? */
export async function signInPage(
  core: Core,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let interaction: Interaction
  try {
    interaction = await provider.interactionDetails(request, response)
  } catch {
    // Too old, done already, or of another browser.
    return sendRefusal(response, refusal(50089), 'person')
  }
  const clientId = String(interaction.params.client_id)
  const application = core.applications.find(clientId)
  if (application === undefined)
    return sendRefusal(
      response,
      refusal(700016, { application: clientId, tenant: core.displayName }),
      'person',
    )
  const visit = { core, provider, request, response, interaction, application }
  if (request.method === 'POST') await answer(visit, await readForm(request))
  else show(visit)
}

function show({ core, request, response, interaction, application }: Visit): void {
  const action = `${pathsOf(core.tenantId).signIn}/${interaction.uid}`
  const { displayName: applicationName, clientId, consent } = application
  if (interaction.prompt.name === 'consent') {
    if (consent === 'administrator')
      return sendRefusal(response, refusal(90094, { application: clientId }), 'person')
    return sendPage(
      response,
      200,
      consentPage({ applicationName, action, scopes: String(interaction.params.scope) }),
    )
  }
  const hint = interaction.params.login_hint
  const search = new URL(request.url ?? '', core.origin).searchParams.get('search') ?? ''
  const { found, total } = core.people.search(search, PEOPLE_ON_A_PAGE)
  const page = pickerPage({
    tenantName: core.displayName,
    applicationName,
    action,
    logoutUrl: pathsOf(core.tenantId).logout,
    people: found,
    total,
    search,
    hinted: typeof hint === 'string' ? core.people.findByHint(hint) : undefined,
  })
  sendPage(response, 200, page)
}

async function answer(visit: Visit, form: URLSearchParams): Promise<void> {
  const { core, provider, request, response, interaction, application } = visit
  if (form.has('cancel')) {
    const error = { error: 'access_denied', error_description: toDescription(refusal(65004)) }
    return provider.interactionFinished(request, response, error, { mergeWithLastSubmission: false })
  }
  if (form.get('consent') === 'accept') {
    core.applications.consents(application.clientId).add(interaction.session?.accountId ?? '')
    return provider.interactionFinished(request, response, { consent: {} })
  }
  const person = core.people.find(form.get('account') ?? '')
  const refused = refusalOf(person, application.clientId)
  if (person === undefined || refused !== undefined)
    return sendRefusal(response, refused ?? refusal(50034), 'person')
  await leaveOtherSession(visit, person.objectId)
  const login = { accountId: person.objectId }
  return provider.interactionFinished(
    request,
    response,
    { login, select_account: {} },
    { mergeWithLastSubmission: false },
  )
}

/** Another person begins another session. oidc-provider would show a page of its own for that. */
async function leaveOtherSession(
  { provider, request, response, interaction }: Visit,
  objectId: string,
): Promise<void> {
  if (interaction.session === undefined || interaction.session.accountId === objectId) return
  const session = await provider.Session.get(provider.createContext(request, response))
  await session.destroy()
  delete interaction.session
  await interaction.persist()
}

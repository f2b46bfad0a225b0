import type { Caller } from '../shared/activity/activity.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { may, type Actor, type Capability } from '../shared/kernel/capabilities.ts'
import { connectorParts, type ConnectorId, type OrganizationId } from '../shared/kernel/ids.ts'
import { personName } from '../shared/kernel/person.ts'
import { checkSession, type CheckedSession } from '../shared/oidc/check-session.ts'
import type { Chrome, MenuItem } from '../shared/portal/chrome.tsx'
import { messagePage } from '../shared/portal/message-page.tsx'
import { isCsrfToken, isFromOurPages } from '../shared/session/csrf.ts'
import { openSetupSession, setupSessionEnd, type SetupSession } from '../shared/session/setup-session.ts'
import { withQuery } from './browser-answers.ts'
import type { PageRequest } from './browser-registration.ts'
import { sessionOverAnswer } from './session-over.ts'

type Live = Extract<CheckedSession, { kind: 'live' }>

/** Somebody who may do what a page is for. */
export interface Access {
  readonly actor: Actor
  readonly organization: OrganizationId
  /** By which a person signed in; a setup session belongs to no connector. */
  readonly person: Live | undefined
  readonly csrf: string
  readonly chrome: Chrome
  /** Of whatever is done in this session. */
  readonly caller: Caller
}

type Handler = (request: PageRequest, access: Access) => Promise<BrowserAnswer>

const MENU: readonly (MenuItem & { readonly capability: Capability })[] = [
  { label: 'Organization Setup', href: '/setup/organization', capability: 'seeSetup' },
  { label: 'Users & Groups', href: '/users', capability: 'seeDirectory' },
  { label: 'Activity', href: '/activity', capability: 'seeActivity' },
]

/**
 * A handler that is only run for whoever may do it: a person who is signed in, or a session that a setup link or a
 * recovery code opened. A form must come from a page of ours and carry the session's token.
 */
export function withAccess(capability: Capability, handle: Handler) {
  return async (request: PageRequest): Promise<BrowserAnswer> => {
    const { services, cookies, now } = request
    const setup = await openSetupSession(services.sealer, cookies, now)
    const forSetup = setup && accessOfSetup(request, setup)
    if (forSetup !== undefined && may(forSetup.actor, capability)) return run(request, forSetup, handle)
    const checked = await checkSession(services, cookies, now)
    if (checked.kind === 'over') return sessionOverAnswer(request, checked)
    if (checked.kind === 'none') return forSetup === undefined ? toSignIn(request) : forbidden()
    const access = accessOfPerson(request, checked)
    const log = { user: checked.user.id, connector: checked.connector.id }
    const answer = may(access.actor, capability) ? await run(request, access, handle) : forbidden()
    return {
      ...answer,
      cookies: [...checked.cookies, ...(answer.cookies ?? [])],
      log: { ...log, ...answer.log },
    }
  }
}

/** Whether a connector, by its id in a path, is one of the actor's own organization. */
export function isOwnConnector({ organization }: Access, connector: ConnectorId): boolean {
  return connectorParts(connector).organization === organization
}

async function run(request: PageRequest, access: Access, handle: Handler): Promise<BrowserAnswer> {
  const { publicBaseUrl } = request.services.settings
  const isOurs =
    isFromOurPages(request.origin, publicBaseUrl) && isCsrfToken(access.csrf, request.form.get('csrf'))
  return request.method === 'POST' && !isOurs ? forged() : handle(request, access)
}

function accessOfSetup({ caller }: PageRequest, session: SetupSession): Access {
  const actor: Actor = { kind: session.kind }
  const until = setupSessionEnd(session).toISOString().slice(11, 16)
  return {
    actor,
    organization: session.organization,
    person: undefined,
    csrf: session.csrf,
    chrome: { menu: menuOf(actor), account: { label: `${LABEL[session.kind]} until ${until} UTC` } },
    caller: { ...caller, actor: `setup:${session.id}` },
  }
}

const LABEL = { setup: 'Setup session', recovery: 'Recovery session' } as const

function accessOfPerson({ caller }: PageRequest, live: Live): Access {
  const { user, connector, session } = live
  const actor: Actor = { kind: 'person', role: user.index.role }
  const label = personName(user.attributes).display ?? user.index.userName
  return {
    actor,
    organization: connectorParts(connector.id).organization,
    person: live,
    csrf: session.csrf,
    chrome: { menu: menuOf(actor), account: { label, href: '/' } },
    caller: { ...caller, actor: `user:${user.id}` },
  }
}

/** The pages that an actor may see. */
export function menuOf(actor: Actor): readonly MenuItem[] {
  return MENU.filter(({ capability }) => may(actor, capability)).map(({ label, href }) => ({ label, href }))
}

function toSignIn({ path }: PageRequest): BrowserAnswer {
  return { status: 302, location: withQuery('/signin', { returnTo: path }) }
}

function forbidden(): BrowserAnswer {
  const html = messagePage({
    heading: 'This is not for your role',
    sentence: 'Your role does not let you see or change this. Ask an administrator of your organization.',
    actions: [{ label: 'Back to the start', href: '/' }],
  })
  return { status: 403, html, log: { reason: 'capability-required' } }
}

function forged(): BrowserAnswer {
  const html = messagePage({
    heading: 'This form is not from here',
    sentence: 'The form did not come from a page of ours, or from an old one. Nothing was changed.',
    advice: 'Open the page again and repeat what you did.',
    actions: [{ label: 'Back to the start', href: '/' }],
  })
  return { status: 403, html, log: { reason: 'form-foreign' } }
}

import { failureOf } from '../shared/kernel/failure.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { checkSession, type CheckedSession } from '../shared/oidc/check-session.ts'
import { endEntraSession, signOut, signOutEverywhere } from '../shared/oidc/sign-out.ts'
import { leavingPage } from '../shared/portal/message-page.tsx'
import { isCsrfToken, isFromOurPages } from '../shared/session/csrf.ts'
import { CLEARED_SESSION } from '../shared/session/portal-session.ts'
import { refusalPage, type Refused } from './browser-answers.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'
import { signedOutAnswer, SIGNED_OUT_STATE } from './signed-out.ts'

const FORGED: Refused = {
  reason: 'form-foreign',
  status: 403,
  sentence: 'This form did not come from a page of ours, or from an old one. You are still signed in.',
}

type Live = Extract<CheckedSession, { kind: 'live' }>

/** Signs out: here, of Microsoft too, or on all devices. A session that is over already is not a reason to complain. */
async function logout(request: PageRequest): Promise<BrowserAnswer> {
  const { settings } = request.services
  const checked = await checkSession(request.services, request.cookies, request.now)
  const connector = request.params['connector'] ?? ''
  if (checked.kind !== 'live' || checked.connector.id !== connector)
    return signedOut(request, [CLEARED_SESSION])
  const isOurs = isFromOurPages(request.origin, settings.publicBaseUrl)
  if (!isOurs || !isCsrfToken(checked.session.csrf, request.form.get('csrf')))
    return refusalPage(request, FORGED, { again: connector })
  const scope = request.form.get('scope')
  await end(request, checked, scope === 'everywhere')
  if (scope !== 'microsoft') return signedOut(request, [CLEARED_SESSION], checked.user.id)
  return atMicrosoft(request, checked)
}

async function end({ services, caller, now }: PageRequest, live: Live, isEverywhere: boolean): Promise<void> {
  const { connector, session, user } = live
  const tenant = { connector: connector.id, account: connector.account }
  const context = { store: services.store, tenant, now, caller: { ...caller, actor: `user:${user.id}` } }
  return isEverywhere ? signOutEverywhere(context, user.id) : signOut(context, session)
}

function signedOut(
  request: PageRequest,
  cookies: BrowserAnswer['cookies'] = [],
  user?: string,
): BrowserAnswer {
  const location = `/auth/${request.params['connector'] ?? ''}/logout`
  return { status: 303, location, cookies, ...(user === undefined ? {} : { log: { user } }) }
}

/** By way of a page: a browser follows no form to another host (`form-action`), and Entra is one. */
async function atMicrosoft(request: PageRequest, { connector, user }: Live): Promise<BrowserAnswer> {
  const { relyingParty, settings } = request.services
  const { active } = connector.oidc
  const url =
    active &&
    (await relyingParty.signOutUrl({
      settings: active,
      logoutHint: user.signIn.loginHint,
      returnTo: `${settings.publicBaseUrl}/auth/${connector.id}/web/callback`,
      state: SIGNED_OUT_STATE,
    }))
  if (url === undefined) return signedOut(request, [CLEARED_SESSION], user.id)
  const html = leavingPage({ href: url, place: 'Microsoft' })
  return { status: 200, html, cookies: [CLEARED_SESSION], log: { user: user.id } }
}

/**
 * Entra loads this in a frame, without our cookies, when somebody signs out there. `sid` is all that it says, and
 * nobody else can know it; whatever comes of it, the answer is the same.
 */
async function frontchannelLogout(request: PageRequest): Promise<BrowserAnswer> {
  const [sid = '', ...others] = request.query.getAll('sid')
  const done = { status: 200, html: '' }
  if (sid === '' || sid.length > 200 || others.length > 0) return { ...done, log: { reason: 'sid-missing' } }
  const { store, finder, logoutGate } = request.services
  const connector = await finder.findEnabled(request.params['connector'] ?? '')
  if (connector === undefined) return { ...done, log: { reason: 'connector-closed' } }
  try {
    logoutGate(connector.id)
    const tenant = { connector: connector.id, account: connector.account }
    const context = { store, tenant, caller: { ...request.caller, actor: 'entra' }, now: request.now }
    const user = await endEntraSession(context, sid)
    return { ...done, log: user === undefined ? { reason: 'sid-unknown' } : { user } }
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    return { ...done, log: { reason: failure.code } }
  }
}

registerPage('auth-logout', {
  template: 'auth/{connector}/logout',
  methods: {
    GET: (request) => signedOutAnswer(request, request.params['connector']),
    POST: logout,
  },
})
registerPage('auth-frontchannel-logout', {
  template: 'auth/{connector}/frontchannel-logout',
  methods: { GET: frontchannelLogout },
  isConsuming: true,
})

import { personName } from '../shared/kernel/person.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { checkSession, type CheckedSession } from '../shared/oidc/check-session.ts'
import { homePage } from '../shared/portal/home-page.tsx'
import { refusalPage, type Refused } from './browser-answers.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'

type Over = Extract<CheckedSession, { kind: 'over' }>

const ENDS: Readonly<Record<Over['reason'], Refused>> = {
  'session-expired': {
    reason: 'session-expired',
    status: 401,
    sentence: 'You were away for an hour, or signed in for twelve. Sign in again to go on.',
  },
  'session-ended': {
    reason: 'session-ended',
    status: 401,
    sentence: 'This session has ended: you signed out on another device, or of Microsoft.',
  },
  deactivated: {
    reason: 'deactivated',
    status: 401,
    sentence:
      'You have been signed out, because your organization has deactivated your account. Ask your administrator.',
  },
  'role-required': {
    reason: 'role-required',
    status: 403,
    sentence:
      'You have no role for the web portal any more. Use the app, or ask your administrator for a role.',
  },
  'connector-closed': {
    reason: 'connector-closed',
    status: 401,
    sentence: 'You have been signed out, because your organization does not sign in here at present.',
  },
}

/** The portal: who you are here, or the way in. */
async function home(request: PageRequest): Promise<BrowserAnswer> {
  const checked = await checkSession(request.services, request.cookies, request.now)
  if (checked.kind === 'none') return { status: 302, location: '/signin' }
  if (checked.kind === 'over') {
    const { cookies, session, reason } = checked
    const log = { user: session.user, connector: session.connector }
    return refusalPage(request, ENDS[reason], { again: session.connector, cookies, log })
  }
  const { user, connector, session, cookies } = checked
  const html = homePage({
    name: personName(user.attributes).display ?? user.index.userName,
    role: user.index.role ?? 'ReadOnly',
    signOut: { action: `/auth/${connector.id}/logout`, csrf: session.csrf },
  })
  return { status: 200, html, cookies, log: { user: user.id, connector: connector.id } }
}

registerPage('home', { template: '/', methods: { GET: home } })

import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import type { CheckedSession } from '../shared/oidc/check-session.ts'
import { refusalPage, type Refused } from './browser-answers.ts'
import type { PageRequest } from './browser-registration.ts'

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

/** A page that says why a session holds no longer, and takes it out of the browser. */
export function sessionOverAnswer(request: PageRequest, over: Over): BrowserAnswer {
  const { cookies, session, reason } = over
  const log = { user: session.user, connector: session.connector }
  return refusalPage(request, ENDS[reason], { again: session.connector, cookies, log })
}

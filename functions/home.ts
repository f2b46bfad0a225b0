import { personName } from '../shared/kernel/person.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { checkSession } from '../shared/oidc/check-session.ts'
import { homePage } from '../shared/portal/home-page.tsx'
import { registerPage, type PageRequest } from './browser-registration.ts'
import { menuOf } from './portal-access.ts'
import { sessionOverAnswer } from './session-over.ts'

/** The portal: who you are here, or the way in. */
async function home(request: PageRequest): Promise<BrowserAnswer> {
  const checked = await checkSession(request.services, request.cookies, request.now)
  if (checked.kind === 'none') return { status: 302, location: '/signin' }
  if (checked.kind === 'over') return sessionOverAnswer(request, checked)
  const { user, connector, session, cookies } = checked
  const html = homePage({
    name: personName(user.attributes).display ?? user.index.userName,
    role: user.index.role ?? 'ReadOnly',
    menu: menuOf({ kind: 'person', role: user.index.role }),
    signOut: { action: `/auth/${connector.id}/logout`, csrf: session.csrf },
  })
  return { status: 200, html, cookies, log: { user: user.id, connector: connector.id } }
}

registerPage('home', { template: '/', methods: { GET: home } })

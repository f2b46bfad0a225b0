import { parseConnectorId } from '../shared/kernel/ids.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { checkSession } from '../shared/oidc/check-session.ts'
import { messagePage } from '../shared/portal/message-page.tsx'
import { headingOf } from '../shared/portal/refusals.ts'
import type { PageRequest } from './browser-registration.ts'

/** What Entra brings back from its sign-out: no sign-in ever has a state this short. */
export const SIGNED_OUT_STATE = 'signed-out'

/** The page at which every sign-out ends. Whoever is signed in all the same must not read there that they are not. */
export async function signedOutAnswer(
  request: PageRequest,
  connector: string | undefined,
): Promise<BrowserAnswer> {
  const checked = await checkSession(request.services, request.cookies, request.now)
  if (checked.kind === 'live') return { status: 303, location: '/' }
  const id = parseConnectorId(connector)
  const html = messagePage({
    heading: headingOf('signed-out'),
    sentence: 'On a computer that others use too, close the browser as well.',
    actions: [{ label: 'Sign in again', href: id === undefined ? '/signin' : `/auth/${id}/web/login` }],
  })
  return { status: 200, html }
}

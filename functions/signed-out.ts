import { parseConnectorId } from '../shared/kernel/ids.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { messagePage } from '../shared/portal/message-page.tsx'
import { headingOf } from '../shared/portal/refusals.ts'
import type { PageRequest } from './browser-registration.ts'

/** What Entra brings back from its sign-out: no sign-in ever has a state this short. */
export const SIGNED_OUT_STATE = 'signed-out'

/** The page at which every sign-out ends. */
export function signedOutAnswer(_: PageRequest, connector: string | undefined): BrowserAnswer {
  const id = parseConnectorId(connector)
  const html = messagePage({
    heading: headingOf('signed-out'),
    sentence: 'On a computer that others use too, close the browser as well.',
    actions: [{ label: 'Sign in again', href: id === undefined ? '/signin' : `/auth/${id}/web/login` }],
  })
  return { status: 200, html }
}

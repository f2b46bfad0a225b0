import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { setupCodePage } from '../shared/portal/setup-code-page.tsx'
import { isFromOurPages } from '../shared/session/csrf.ts'
import { newSetupSession, sealSetupSession } from '../shared/session/setup-session.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'

async function ask(): Promise<BrowserAnswer> {
  return { status: 200, html: setupCodePage({ problem: undefined }) }
}

/** Uses up a setup link or a recovery code. What was typed is shown to nobody again, not even to who typed it. */
async function redeem(request: PageRequest): Promise<BrowserAnswer> {
  const { sealer, setupDoor, settings } = request.services
  if (!isFromOurPages(request.origin, settings.publicBaseUrl))
    return {
      status: 403,
      html: setupCodePage({ problem: 'Enter the code on this page.' }),
      log: { reason: 'form-foreign' },
    }
  const entry = await setupDoor.redeem(request.form.get('code') ?? '', request.caller)
  if (entry === undefined) {
    const problem =
      'This code does not open anything. It may have a typing mistake, be used already, or be older than 24 hours.'
    return { status: 400, html: setupCodePage({ problem }), log: { reason: 'setup-code-refused' } }
  }
  const cookie = await sealSetupSession(sealer, newSetupSession(entry, request.now))
  return { status: 303, location: '/setup/organization', cookies: [cookie] }
}

registerPage('setup', { template: 'setup', methods: { GET: ask, POST: redeem } })

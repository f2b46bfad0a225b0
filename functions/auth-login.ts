import { openSignInTicket, recordSignInTest, settingsUnderTest } from '../shared/connectors/sign-in-test.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { toReturnUrl } from '../shared/session/return-to.ts'
import { beginSignIn } from './begin-sign-in.ts'
import { CLOSED, refusalPage } from './browser-answers.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'
import { testContext } from './sign-in-test-context.ts'
import { testAnswer } from './sign-in-test-answer.ts'

const PROMPTS = ['select_account', 'login']

/** To our own portal: what stands in Microsoft's My Apps, and behind every "Sign in". */
async function login(request: PageRequest): Promise<BrowserAnswer> {
  const { finder, settings } = request.services
  const connector = await finder.find(request.params['connector'] ?? '')
  if (connector?.oidc.active === undefined) return refusalPage(request, CLOSED)
  const returnTo = toReturnUrl(settings.publicBaseUrl, request.query.get('returnTo'))
  const prompt = PROMPTS.find((known) => known === request.query.get('prompt'))
  const input = {
    connector,
    settings: connector.oidc.active,
    platform: 'web',
    target: { kind: 'portal', returnTo },
    prompt,
  } as const
  const again = connector.id
  return beginSignIn(request, input, (refused) => refusalPage(request, refused, { again }))
}

/** A test of an administrator's settings, by the link that the management API gave. */
async function test(request: PageRequest): Promise<BrowserAnswer> {
  const { finder, sealer } = request.services
  const connector = await finder.findEnabled(request.params['connector'] ?? '')
  if (connector === undefined) return refusalPage(request, CLOSED)
  const text = request.query.get('ticket') ?? ''
  const ticket = await openSignInTicket(sealer, connector.id, text, request.now)
  const settings = ticket && settingsUnderTest(connector, ticket.fingerprint)
  if (ticket === undefined || settings === undefined)
    return refusalPage(request, {
      reason: 'ticket-invalid',
      status: 400,
      sentence: 'This link has expired, or the settings have changed since it was made. Ask for a new one.',
    })
  const { platform, id, fingerprint } = ticket
  const target = { kind: 'test', ticket: id, fingerprint } as const
  return beginSignIn(
    request,
    { connector, settings, platform, target, prompt: 'select_account' },
    async (refused) => {
      const { step, reason } = refused
      const result = { platform, at: request.now.toISOString(), step, reason }
      await recordSignInTest(testContext(request), connector.id, fingerprint, result)
      return testAnswer(request, { test: result, refusal: refused, isActive: false })
    },
  )
}

registerPage('auth-login', {
  template: 'auth/{connector}/web/login',
  methods: { GET: login },
  isConsuming: true,
})
registerPage('auth-test', {
  template: 'auth/{connector}/test',
  methods: { GET: test },
  isConsuming: true,
})

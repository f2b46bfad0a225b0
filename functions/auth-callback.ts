import { recordSignInTest, settingsUnderTest } from '../shared/connectors/sign-in-test.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import { refuse } from '../shared/oidc/refusal.ts'
import type { SignInOutcome, TestedSignIn } from '../shared/oidc/relying-party.ts'
import { clientRedirect } from '../shared/provider/authorize-request.ts'
import { clearedLogin, openLogin, type LoginState, type LoginTarget } from '../shared/session/login-state.ts'
import { newSession, sealSession } from '../shared/session/portal-session.ts'
import { CLOSED, logOf, refusalPage } from './browser-answers.ts'
import { registerPage, type PageRequest } from './browser-registration.ts'
import { signedOutAnswer, SIGNED_OUT_STATE } from './signed-out.ts'
import { testContext } from './sign-in-test-context.ts'
import { testAnswer } from './sign-in-test-answer.ts'

type Platform = LoginState['platform']

/** Where Microsoft sends a browser back to. Nothing is believed that this very browser did not begin. */
async function callback(request: PageRequest, platform: Platform): Promise<BrowserAnswer> {
  const { query, services, params } = request
  const [state = '', ...others] = query.getAll('state')
  // Entra sends a browser that has signed out to a redirect URI too, and to nothing else.
  if (state === SIGNED_OUT_STATE && query.size === 1) return signedOutAnswer(request, params['connector'])
  const login = await openLogin(services.sealer, request.cookies, state, request.now)
  if (login === undefined || others.length > 0) {
    const reason =
      state === '' ? 'state-missing' : others.length > 0 ? 'parameter-repeated' : 'state-mismatch'
    return refusalPage(request, refuse(reason, 'callback'))
  }
  const connector = await findConnector(request, login.target)
  const settings = connector && settingsOf(connector, login.target)
  if (connector === undefined || settings === undefined) return refusalPage(request, CLOSED)
  const input = { connector, settings, platform, login, query, caller: request.caller }
  const answer = await answerOf(request, login, await services.relyingParty.complete(input))
  return {
    ...answer,
    cookies: [clearedLogin(login.state), ...(answer.cookies ?? [])],
    log: { connector: connector.id, ...answer.log },
  }
}

type Connector = NonNullable<Awaited<ReturnType<PageRequest['services']['finder']['find']>>>

function findConnector(
  { services: { finder }, params }: PageRequest,
  target: LoginTarget,
): Promise<Connector | undefined> {
  const id = params['connector'] ?? ''
  return target.kind === 'test' ? finder.findEnabled(id) : finder.find(id)
}

function settingsOf(connector: Connector, target: LoginTarget): Connector['oidc']['active'] {
  return target.kind === 'test' ? settingsUnderTest(connector, target.fingerprint) : connector.oidc.active
}

async function answerOf(
  request: PageRequest,
  login: LoginState,
  outcome: SignInOutcome,
): Promise<BrowserAnswer> {
  const { target, connector } = login
  if (outcome.kind === 'tested') return afterTest(request, login, outcome)
  if (target.kind === 'client') return toClient(request, target, outcome)
  if (outcome.kind === 'refused') return refusalPage(request, outcome, { again: connector })
  const { user, sid, at } = outcome
  const session = newSession({ connector, user: user.id, sid }, at)
  return {
    status: 303,
    location: target.kind === 'portal' ? target.returnTo : '/',
    cookies: [await sealSession(request.services.sealer, session)],
    log: { user: user.id },
  }
}

/** The client hears of every outcome at the address that it registered. */
function toClient(
  { services: { settings }, caller }: PageRequest,
  target: Extract<LoginTarget, { kind: 'client' }>,
  outcome: Exclude<SignInOutcome, TestedSignIn>,
): BrowserAnswer {
  const log = { client: target.clientId }
  const send = (answer: Parameters<typeof clientRedirect>[2]): string =>
    clientRedirect(settings.publicBaseUrl, target, answer)
  if (outcome.kind === 'signed-in')
    return {
      status: 303,
      location: send({ code: outcome.code ?? '' }),
      log: { ...log, user: outcome.user.id },
    }
  const sentence = `${outcome.sentence} (Reference ${caller.correlationId})`
  const location = send({ error: outcome.errorForClient, error_description: toErrorText(sentence) })
  return { status: 303, location, log: { ...log, ...logOf(outcome) } }
}

/** RFC 6749 §4.1.2.1 takes ASCII without quotation marks and backslashes. */
function toErrorText(sentence: string): string {
  return sentence
    .replaceAll('’', "'")
    .replaceAll('"', "'")
    .replaceAll(/[^\x20-\x7e]|\\/g, '?')
}

async function afterTest(
  request: PageRequest,
  { connector, target }: LoginState,
  outcome: TestedSignIn,
): Promise<BrowserAnswer> {
  const fingerprint = target.kind === 'test' ? target.fingerprint : ''
  const { test } = outcome
  const stored = await recordSignInTest(testContext(request), connector, fingerprint, test)
  const isActive = test.reason === undefined && test.platform === 'web' && stored.oidc.draft === undefined
  return testAnswer(request, { ...outcome, isActive })
}

for (const platform of ['web', 'app'] as const)
  registerPage(`auth-callback-${platform}`, {
    template: `auth/{connector}/${platform}/callback`,
    methods: { GET: (request) => callback(request, platform) },
    isConsuming: true,
  })

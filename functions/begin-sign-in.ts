import { LIMITS } from '../shared/kernel/limits.ts'
import type { BrowserAnswer } from '../shared/http/browser-endpoint.ts'
import type { BeginInput, SignInRefusal } from '../shared/oidc/relying-party.ts'
import { clearedForAnother, sealLogin } from '../shared/session/login-state.ts'
import { CLEARED_HINT, openHint } from '../shared/session/login-hint.ts'
import type { PageRequest } from './browser-registration.ts'

/**
 * Sends the browser to Microsoft, with what it must bring back in a cookie of its own. Nothing is written: nobody can
 * fill the tables by beginning sign-ins.
 */
export async function beginSignIn(
  request: PageRequest,
  input: Omit<BeginInput, 'loginHint'> & { readonly loginHint?: string | undefined },
  refuse: (refusal: SignInRefusal) => Promise<BrowserAnswer> | BrowserAnswer,
): Promise<BrowserAnswer> {
  const { relyingParty, sealer } = request.services
  const loginHint = input.loginHint ?? (await openHint(sealer, request.cookies, request.now))
  const begun = await relyingParty.begin({ ...input, loginHint })
  if (begun.kind === 'refused') return refuse(begun)
  const cookie = { ...(await sealLogin(sealer, begun.login)), maxAgeSeconds: LIMITS.loginMs / 1_000 }
  const cleared = await clearedForAnother(sealer, request.cookies, request.now)
  const hint = request.cookies.has(CLEARED_HINT.name) ? [CLEARED_HINT] : []
  return {
    status: 302,
    location: begun.url,
    cookies: [...cleared, ...hint, cookie],
    log: { connector: input.connector.id },
  }
}

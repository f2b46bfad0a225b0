import { activityRows, type Caller } from '../activity/activity.ts'
import type { ActivityRecorder } from '../activity/recorder.ts'
import { issuerOf } from '../connectors/authority.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { newCode } from '../provider/codes.ts'
import type { LoginState } from '../session/login-state.ts'
import type { ActivityWrites } from '../storage/activity.ts'
import { tenantOf } from '../storage/connectors.ts'
import { commitSignIn } from '../storage/sign-ins.ts'
import type { Store } from '../storage/store.ts'
import { retryWhileChanged } from '../storage/transaction.ts'
import type { StoredUser } from '../storage/users.ts'
import { findMetadata, type BeginParts } from './authorization-request.ts'
import { codeOfCallback } from './callback.ts'
import { findCandidates } from './candidates.ts'
import { validateIdToken, type EntraPerson } from './id-token.ts'
import type { KeySource } from './key-source.ts'
import { decideLink } from './link.ts'
import { redeem, type RedeemParts } from './redeem.ts'
import { isRefusal, refuse } from './refusal.ts'
import type { CompleteInput, SignInOutcome, SignInRefusal } from './relying-party.ts'
import { completeTest } from './test-sign-in.ts'

export interface CompleteParts extends BeginParts, RedeemParts {
  readonly store: Store
  readonly recorder: ActivityRecorder
  readonly keys: (jwksUri: string) => KeySource
  readonly makeCode: typeof newCode
}

/** What came of a sign-in that this browser began. Whatever Entra does is an outcome; an outage of ours is not. */
export async function completeSignIn(parts: CompleteParts, input: CompleteInput): Promise<SignInOutcome> {
  const person = await identify(parts, input)
  const { target } = input.login
  if (target.kind === 'test') return completeTest(parts, input, target, person)
  const outcome = isRefusal(person) ? person : await enter(parts, input, person)
  if (outcome.kind === 'refused') await recordRefusal(parts, input, outcome)
  return outcome
}

/** Who came back from Entra: the part that our directory has no say in. */
async function identify(parts: CompleteParts, input: CompleteInput): Promise<EntraPerson | SignInRefusal> {
  const { settings, login } = input
  const issuer = issuerOf(settings.authority)
  const callback = codeOfCallback(input, issuer, parts.now())
  if (isRefusal(callback)) return callback
  const metadata = await findMetadata(parts.metadata, settings)
  if (isRefusal(metadata)) return metadata
  const redeemed = await redeem(parts, metadata, input, callback.code)
  if (isRefusal(redeemed)) return redeemed
  return validateIdToken(redeemed.idToken, {
    keys: parts.keys(metadata.jwksUri),
    issuer,
    tenantId: settings.authority.tenantId,
    clientId: settings.clientId,
    nonce: login.nonce,
    code: callback.code,
    accessToken: redeemed.accessToken,
    now: parts.now(),
  })
}

type Entered = Exclude<SignInOutcome, { kind: 'tested' }>

/** Decides who the person is here, and writes that in the same breath: a change in between is decided upon again. */
async function enter(parts: CompleteParts, input: CompleteInput, person: EntraPerson): Promise<Entered> {
  const { store } = parts
  const tenant = tenantOf(input.connector)
  const { objectId } = person
  return retryWhileChanged(async (): Promise<Entered | undefined> => {
    const decision = decideLink(
      person,
      await findCandidates(store, tenant, person, input.settings.linkByUserName),
    )
    if (decision.kind === 'none') return refuse(decision.reason, 'person', { objectId })
    const { user, how } = decision
    if (input.login.platform === 'web' && user.index.role === undefined)
      return refuse('role-required', 'person', { objectId })
    const at = parts.now()
    const code = codeFor(parts, input, { user, person, at })
    const signIn = {
      user,
      loginId: input.login.loginId,
      at,
      ...(how === 'link' ? {} : { link: { tenantId: person.tenantId, objectId } }),
      loginHint: person.loginHint,
      session: person.sid === undefined ? undefined : { sid: person.sid, expires: later(at) },
      code: code?.stored,
    }
    const refusal = await commitSignIn(store, tenant, signIn, activityOf(input, user, how, at))
    if (refusal === 'changed') return undefined
    if (refusal === 'replayed') return refuse('replayed', 'callback', { objectId })
    return { kind: 'signed-in', user, sid: person.sid, code: code?.code, at }
  })
}

/** As long as anything lives that a sign-in brings: a client's refresh tokens. */
const later = (at: Date): Date => new Date(at.getTime() + LIMITS.grantMs)

function codeFor(
  { makeCode }: CompleteParts,
  { connector, login: { target } }: CompleteInput,
  { user, person, at }: { user: StoredUser; person: EntraPerson; at: Date },
): ReturnType<typeof newCode> | undefined {
  if (target.kind !== 'client') return undefined
  const { clientId, redirectUri, nonce, codeChallenge, scope } = target
  const now = Math.floor(at.getTime() / 1_000)
  const authTime = Math.min(person.authTime ?? now, now)
  const grant = {
    clientId,
    redirectUri,
    nonce,
    codeChallenge,
    scope,
    user: user.id,
    sid: person.sid,
    authTime,
  }
  return makeCode(tenantOf(connector), grant, at)
}

function activityOf(
  { caller, login }: CompleteInput,
  user: StoredUser,
  how: 'link' | 'external-id' | 'user-name',
  at: Date,
): ActivityWrites {
  const actor: Caller = { ...caller, actor: `user:${user.id}` }
  const about = { resource: { type: 'User', id: user.id }, status: 302 }
  const write = (operation: string, note: string): ActivityWrites =>
    activityRows(actor, { operation, note, ...about }, at, user.id)
  const link = write('user.link', `by ${how}`)
  const signIn = write('user.signIn', targetOf(login))
  return how === 'link' ? signIn : [...link, ...signIn]
}

/** Where to, in a word: the client's id is the platform's own. */
function targetOf({ platform, target }: LoginState): string {
  return target.kind === 'client' ? `${platform}: ${target.clientId}` : platform
}

/** At most sixty a minute of a connector; of a person no more than Entra's object id. */
async function recordRefusal(
  { recorder }: CompleteParts,
  { connector, caller, login }: CompleteInput,
  { reason, status, aadsts, traceId, objectId }: SignInRefusal,
): Promise<void> {
  const facts = [
    reason,
    targetOf(login),
    ...(aadsts === undefined ? [] : [`AADSTS${aadsts}`]),
    ...(traceId === undefined ? [] : [`trace ${traceId}`]),
    ...(objectId === undefined ? [] : [`object id ${objectId}`]),
  ]
  await recorder.record(tenantOf(connector), caller, {
    operation: 'user.signIn',
    status,
    note: facts.join('; '),
  })
}

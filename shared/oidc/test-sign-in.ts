import { tenantOf } from '../storage/connectors.ts'
import { completeLogin } from '../storage/sign-ins.ts'
import type { Store } from '../storage/store.ts'
import type { LoginTarget } from '../session/login-state.ts'
import { findCandidates } from './candidates.ts'
import type { EntraPerson } from './id-token.ts'
import { decideLink } from './link.ts'
import { isRefusal, refuse } from './refusal.ts'
import type { CompleteInput, SignInRefusal, TestedSignIn } from './relying-party.ts'

type TestTarget = Extract<LoginTarget, { kind: 'test' }>

/**
 * The result of a test, which counts once: the settings are good as soon as Entra has named somebody. Who that is here
 * is told as well, but nobody is linked or signed in.
 */
export async function completeTest(
  { store, now }: { readonly store: Store; readonly now: () => Date },
  input: CompleteInput,
  { ticket }: TestTarget,
  person: EntraPerson | SignInRefusal,
): Promise<TestedSignIn | SignInRefusal> {
  // What a browser got wrong says nothing of the settings.
  if (isRefusal(person) && person.step === 'callback' && person.status === 400) return person
  const at = now()
  const replayed = await completeLogin(store, tenantOf(input.connector), ticket, at)
  if (replayed !== undefined) return refuse('replayed', 'callback')
  const facts = { platform: input.login.platform, at: at.toISOString() }
  if (isRefusal(person)) {
    const test = { ...facts, step: person.step, reason: person.reason }
    return { kind: 'tested', test, refusal: person }
  }
  return { kind: 'tested', test: { ...facts, step: 'done' }, person: await describe(store, input, person) }
}

async function describe(
  store: Store,
  { connector, settings }: CompleteInput,
  person: EntraPerson,
): Promise<NonNullable<TestedSignIn['person']>> {
  const { objectId, userName } = person
  const tenant = tenantOf(connector)
  const decision = decideLink(person, await findCandidates(store, tenant, person, settings.linkByUserName))
  return decision.kind === 'none'
    ? { objectId, userName, user: undefined, how: decision.reason, role: undefined }
    : { objectId, userName, user: decision.user.id, how: decision.how, role: decision.user.index.role }
}

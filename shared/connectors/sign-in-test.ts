import { createHash } from 'node:crypto'
import { fail } from '../kernel/failure.ts'
import { randomText, type ConnectorId } from '../kernel/ids.ts'
import { isRecord } from '../kernel/json.ts'
import type { OidcSettings, OidcState, SignInPlatform, SignInTest } from '../storage/config-oidc.ts'
import type { StoredConnector } from '../storage/connectors.ts'
import type { Sealer } from '../storage/sealer.ts'
import { changeConnector, getConnector, requireEditable } from './connector-change.ts'
import type { ConnectorsContext } from './context.ts'

/** The right to run one test in a browser. */
export interface SignInTicket {
  /** Completes once, as a login does. */
  readonly id: string
  readonly platform: SignInPlatform
  /** Of the settings that the test is about. */
  readonly fingerprint: string
  readonly expiresAt: string
}

const TICKET_MS = 600_000

/**
 * A ticket for a test of the draft or, without one, of the active settings. 403 on the standard plan, 404 without the
 * connector, 409 while nothing is set up.
 */
export async function newSignInTicket(
  context: ConnectorsContext,
  id: ConnectorId,
  platform: SignInPlatform,
  sealer: Sealer,
): Promise<{ readonly text: string; readonly expiresAt: string }> {
  await requireEditable(context, id)
  const { oidc } = await getConnector(context.store, id)
  const settings = oidc.draft ?? oidc.active
  if (settings === undefined)
    return fail({ code: 'conflict', detail: 'Enter the authority and the client id first.' })
  const expiresAt = new Date(context.now().getTime() + TICKET_MS).toISOString()
  const ticket: SignInTicket = {
    id: randomText(24),
    platform,
    fingerprint: fingerprintOf(settings),
    expiresAt,
  }
  return { text: await sealer.seal(purposeOf(id), JSON.stringify(ticket)), expiresAt }
}

/** `undefined` for what is no ticket of this connector, or is past its ten minutes. */
export async function openSignInTicket(
  sealer: Sealer,
  connector: ConnectorId,
  text: string,
  now: Date,
): Promise<SignInTicket | undefined> {
  const opened: unknown = JSON.parse((await sealer.open(purposeOf(connector), text)) ?? 'null')
  if (!isRecord(opened)) return undefined
  const { id, platform, fingerprint, expiresAt } = opened
  if (Date.parse(String(expiresAt)) < now.getTime()) return undefined
  return {
    id: String(id),
    platform: platform === 'app' ? 'app' : 'web',
    fingerprint: String(fingerprint),
    expiresAt: String(expiresAt),
  }
}

/** The settings that a test is about, if the connector still has them. */
export function settingsUnderTest(
  { oidc }: Pick<StoredConnector, 'oidc'>,
  fingerprint: string,
): OidcSettings | undefined {
  return [oidc.draft, oidc.active].find(
    (settings) => settings !== undefined && fingerprintOf(settings) === fingerprint,
  )
}

/**
 * Keeps how a test went. The success of the web platform makes the tested draft active; a failure changes nothing of
 * what people sign in with.
 */
export async function recordSignInTest(
  context: ConnectorsContext,
  id: ConnectorId,
  fingerprint: string,
  test: SignInTest,
): Promise<StoredConnector> {
  const activity = {
    operation: 'connector.testSignIn',
    status: test.reason === undefined ? 200 : 400,
    note: `${test.platform}: ${test.reason ?? 'succeeded'} at ${test.step}`,
  }
  return changeConnector(context, id, activity, (before) => ({
    ...before,
    oidc: afterTest(before.oidc, fingerprint, test),
  }))
}

function afterTest(before: OidcState, fingerprint: string, test: SignInTest): OidcState {
  const { draft } = before
  const isActivated =
    test.reason === undefined &&
    test.platform === 'web' &&
    draft !== undefined &&
    fingerprintOf(draft) === fingerprint
  return isActivated ? { active: draft, draft: undefined, lastTest: test } : { ...before, lastTest: test }
}

/** Of everything that a test says something about. */
function fingerprintOf({ authority, clientId, clientSecret }: OidcSettings): string {
  const facts = JSON.stringify([authority.origin, authority.tenantId, clientId, clientSecret])
  return createHash('sha256').update(facts).digest('hex').slice(0, 32)
}

const purposeOf = (connector: ConnectorId): string => `ticket:${connector}`

import { totalOf } from '../activity/activity-sums.ts'
import type { ActivityPicture } from '../activity/rollups.ts'
import type { ScimSecret } from '../storage/config-connector-row.ts'
import type { StoredConnector } from '../storage/connectors.ts'

/** What an administrator should see first. */
export interface Warning {
  readonly code: WarningCode
  /** `urgent`: people cannot sign in, or will not be able to within three days, or are locked out wrongly. */
  readonly level: 'urgent' | 'attention'
  readonly sentence: string
  readonly remedy: string
}

type WarningCode =
  | 'client-secret-expired'
  | 'client-secret-expires'
  | 'no-requests'
  | 'requests-failing'
  | 'unused-secret'
  | 'many-people-lost'
  | 'sign-in-conflicts'

export interface WarningFacts {
  readonly connector: Pick<StoredConnector, 'life' | 'oidc' | 'marks' | 'secrets'>
  readonly picture: ActivityPicture
  /** Users of the connector, deactivated ones included. */
  readonly people: number
  readonly now: Date
}

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Days before the end at which a reminder begins, each more pressing than the last. */
const REMINDERS = [1, 3, 14, 30]
const URGENT_DAYS = 3
const SILENT_MS = 24 * HOUR_MS
const FAILING_PER_CENT = 5
/** Of fewer lines, one or two failures would be a large part. */
const FAILING_LINES = 20
/** A second password that Entra was given is used within a cycle or two. */
const UNUSED_MS = 2 * HOUR_MS
const LOST_PART = 0.1
/** In a small organization one or two people may well be a tenth. */
const LOST_PEOPLE = 5

/** What is wrong or will be, the most pressing first; nothing of a connector that is switched off. */
export function warningsOf(facts: WarningFacts): readonly Warning[] {
  if (facts.connector.life !== 'enabled') return []
  const found = [
    clientSecret(facts),
    peopleLost(facts),
    silence(facts),
    failures(facts),
    conflicts(facts),
    unusedSecret(facts),
  ].filter((warning) => warning !== undefined)
  return [
    ...found.filter(({ level }) => level === 'urgent'),
    ...found.filter(({ level }) => level === 'attention'),
  ]
}

function clientSecret({ connector, now }: WarningFacts): Warning | undefined {
  const expires = connector.oidc.active?.clientSecretExpiresAt
  if (expires === undefined) return undefined
  const left = Date.parse(expires) - now.getTime()
  const remedy =
    'In Entra: App registration, Certificates & secrets, New client secret. Enter its value and its expiry in Organization Setup, then test the sign-in.'
  if (left <= 0)
    return {
      code: 'client-secret-expired',
      level: 'urgent',
      sentence: `The client secret has expired on ${expires.slice(0, 10)}: nobody can sign in to the web portal.`,
      remedy,
    }
  const reminder = REMINDERS.find((days) => left <= days * DAY_MS)
  if (reminder === undefined) return undefined
  const level = reminder <= URGENT_DAYS ? 'urgent' : 'attention'
  const sentence = `The client secret expires in ${within(left)}, on ${expires.slice(0, 10)}. From then on nobody can sign in to the web portal.`
  return { code: 'client-secret-expires', level, sentence, remedy }
}

/** Whole days, rounded up: what is left of the last day is one day. */
function within(ms: number): string {
  const days = Math.ceil(ms / DAY_MS)
  return days === 1 ? 'one day' : `${days} days`
}

function peopleLost({ picture, people }: WarningFacts): Warning | undefined {
  const most = Math.max(...picture.hours.map(({ sums }) => sums.lost))
  // Those who were deleted are not among the people any more.
  if (most < LOST_PEOPLE || most < (people + most) * LOST_PART) return undefined
  return {
    code: 'many-people-lost',
    level: 'urgent',
    sentence: `${most} people were deactivated or deleted within one hour, a tenth of all or more.`,
    remedy:
      'If that was not meant: stop provisioning in Entra, look at the scope and the assigned groups, and restore deleted people under Users & Groups. Entra’s own "Prevent accidental deletion" stops it at a number that you set.',
  }
}

function silence({ connector, now }: WarningFacts): Warning | undefined {
  const last = connector.marks.lastRequest
  // Before the first request there is a guide to follow, and nothing to worry about.
  if (last === undefined || now.getTime() - Date.parse(last) < SILENT_MS) return undefined
  return {
    code: 'no-requests',
    level: 'attention',
    sentence: `Entra has sent no request since ${last.slice(0, 16).replace('T', ' ')} (UTC).`,
    remedy:
      'Without changes Entra may be quiet for a while. Otherwise look at the enterprise application’s Provisioning page: is it on, or in quarantine?',
  }
}

function failures({ picture }: WarningFacts): Warning | undefined {
  const totals = picture.hours.map(({ sums }) => totalOf({ byKind: withoutSignIn(sums.byKind) }))
  const failed = totals.reduce((sum, total) => sum + total.failed, 0)
  const all = failed + totals.reduce((sum, total) => sum + total.succeeded, 0)
  if (all < FAILING_LINES || failed * 100 <= all * FAILING_PER_CENT) return undefined
  return {
    code: 'requests-failing',
    level: 'attention',
    sentence: `${failed} of ${all} requests of the last 24 hours failed.`,
    remedy: 'See Activity, failed ones only: each says why, and what to do in Entra.',
  }
}

type ByKind = ActivityPicture['hours'][number]['sums']['byKind']

/** People who mistype or lack a role say nothing about Entra’s requests. */
function withoutSignIn(byKind: ByKind): ByKind {
  return { ...byKind, 'sign-in': { succeeded: 0, failed: 0 } }
}

function conflicts({ picture }: WarningFacts): Warning | undefined {
  const count = picture.hours.reduce((sum, { sums }) => sum + sums.conflicts, 0)
  if (count === 0) return undefined
  const times = count === 1 ? 'A sign-in was' : `${count} sign-ins were`
  return {
    code: 'sign-in-conflicts',
    level: 'attention',
    sentence: `${times} refused in the last 24 hours because the person matches a user who is linked to somebody else.`,
    remedy:
      'See Activity, sign-in, failed ones. Map objectId to externalId for users in Entra, or unlink the sign-in on the user’s page.',
  }
}

function unusedSecret({ connector, now }: WarningFacts): Warning | undefined {
  if (connector.secrets.length < 2) return undefined
  const unused = connector.secrets.find((secret) => isUnused(secret, connector.secrets, now))
  if (unused === undefined) return undefined
  return {
    code: 'unused-secret',
    level: 'attention',
    sentence: `There are two SCIM passwords, and the one that ends in ${unused.lastFour} is not used.`,
    remedy:
      'Enter the newer password in Entra’s Provisioning page if that is still to be done, test the connection, and revoke the other one here.',
  }
}

/** For two hours not, while the other one is: an idle Entra uses none of the two. */
function isUnused(secret: ScimSecret, all: readonly ScimSecret[], now: Date): boolean {
  const since = (time: string): number => now.getTime() - Date.parse(time)
  if (since(secret.lastUsedAt ?? secret.createdAt) < UNUSED_MS) return false
  const lastUse = Date.parse(secret.lastUsedAt ?? '1970-01-01')
  return all.some(
    ({ lastUsedAt }) => lastUsedAt !== undefined && Date.parse(lastUsedAt) - lastUse >= UNUSED_MS,
  )
}

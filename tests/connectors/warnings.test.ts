import { describe, expect, it } from 'vitest'
import { NO_SUMS, type ActivitySums } from '../../shared/activity/activity-sums.ts'
import type { ActivityPicture } from '../../shared/activity/rollups.ts'
import { warningsOf, type WarningFacts } from '../../shared/connectors/warnings.ts'
import type { ScimSecret } from '../../shared/storage/config-connector-row.ts'
import { NO_OIDC, type OidcSettings } from '../../shared/storage/config-oidc.ts'

const NOW = new Date('2026-03-10T12:30:00.000Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const after = (ms: number): string => new Date(NOW.getTime() + ms).toISOString()
const ago = (ms: number): string => after(-ms)

function hoursWith(sums: readonly Partial<ActivitySums>[]): ActivityPicture {
  const hours = Array.from({ length: 24 }, (_, i) => ({
    start: new Date(NOW.getTime() - (23 - i) * HOUR),
    sums: { ...NO_SUMS, ...sums[i] },
    state: 'complete' as const,
  }))
  return { hours, days: [] }
}

function requests(succeeded: number, failed: number): Partial<ActivitySums> {
  return { byKind: { ...NO_SUMS.byKind, people: { succeeded, failed } } }
}

const secret = (lastFour: string, createdAt: string, lastUsedAt?: string): ScimSecret => ({
  id: lastFour,
  hash: '',
  lastFour,
  createdAt,
  ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
})

function settings(clientSecretExpiresAt: string | undefined): OidcSettings {
  const authority = { origin: 'https://login.microsoftonline.com', tenantId: 'tenant' }
  return {
    authority,
    clientId: 'client',
    clientSecret: 'sealed',
    clientSecretExpiresAt,
    linkByUserName: true,
  }
}

/** A connector about which there is nothing to say, but for what is given. */
function codesOf(facts: Partial<WarningFacts['connector']> & Partial<Omit<WarningFacts, 'connector'>>) {
  const { picture = hoursWith([]), people = 100, now = NOW, ...connector } = facts
  const healthy = {
    life: 'enabled' as const,
    oidc: NO_OIDC,
    marks: { lastRequest: ago(HOUR) },
    secrets: [secret('aaaa', ago(90 * DAY), ago(HOUR))],
  }
  return warningsOf({ connector: { ...healthy, ...connector }, picture, people, now }).map(
    ({ code, level }) => `${code} ${level}`,
  )
}

const expiring = (ms: number | undefined) => ({
  oidc: { ...NO_OIDC, active: settings(ms === undefined ? undefined : after(ms)) },
})

describe('warnings', () => {
  it('are none where all is well', () => {
    expect(codesOf({})).toEqual([])
    expect(codesOf({ marks: {} })).toEqual([])
  })

  it.each([
    [undefined, []],
    [30 * DAY + 1, []],
    [30 * DAY, ['client-secret-expires attention']],
    [14 * DAY, ['client-secret-expires attention']],
    [3 * DAY + 1, ['client-secret-expires attention']],
    [3 * DAY, ['client-secret-expires urgent']],
    [1, ['client-secret-expires urgent']],
    [0, ['client-secret-expired urgent']],
    [-DAY, ['client-secret-expired urgent']],
  ])('of a client secret with %s ms left are %j', (ms, codes) => {
    expect(codesOf(expiring(ms))).toEqual(codes)
  })

  it.each([
    [30 * DAY, '30 days'],
    [13.5 * DAY, '14 days'],
    [DAY, 'one day'],
    [HOUR, 'one day'],
  ])('say how long a client secret lasts: %s ms are %s', (ms, words) => {
    const connector = {
      life: 'enabled' as const,
      marks: {},
      secrets: [],
      oidc: { ...NO_OIDC, active: settings(after(ms)) },
    }
    const [warning] = warningsOf({ connector, picture: hoursWith([]), people: 1, now: NOW })

    expect(warning?.sentence).toContain(`expires in ${words}, on 2026-`)
  })

  it.each([
    ['an hour', HOUR, []],
    ['almost a day', DAY - 1, []],
    ['a day', DAY, ['no-requests attention']],
  ])('of a silence of %s', (_, ms, codes) => {
    expect(codesOf({ marks: { lastRequest: ago(ms) } })).toEqual(codes)
  })

  it.each([
    ['5 of 100', [requests(95, 5)], []],
    ['6 of 100', [requests(95, 5), requests(0, 1)], ['requests-failing attention']],
    ['2 of 19', [requests(17, 2)], []],
    ['2 of 20', [requests(18, 2)], ['requests-failing attention']],
  ])('of %s failed requests', (_, sums, codes) => {
    expect(codesOf({ picture: hoursWith(sums) })).toEqual(codes)
  })

  it('of failures leave those of sign-in out', () => {
    const byKind = { ...NO_SUMS.byKind, 'sign-in': { succeeded: 0, failed: 50 } }

    expect(codesOf({ picture: hoursWith([{ byKind }]) })).toEqual([])
  })

  it.each([
    ['the new one was never used', [secret('a', ago(DAY), ago(HOUR)), secret('b', ago(3 * HOUR))], true],
    [
      'the old one is used no more',
      [secret('a', ago(DAY), ago(5 * HOUR)), secret('b', ago(6 * HOUR), ago(HOUR))],
      true,
    ],
    ['the new one is an hour old', [secret('a', ago(DAY), ago(HOUR)), secret('b', ago(HOUR))], false],
    ['both are used', [secret('a', ago(DAY), ago(HOUR)), secret('b', ago(DAY), ago(HOUR))], false],
    ['none was ever used', [secret('a', ago(DAY)), secret('b', ago(DAY))], false],
    [
      'both rest since the same cycle',
      [secret('a', ago(9 * DAY), ago(DAY)), secret('b', ago(9 * DAY), ago(DAY + HOUR))],
      false,
    ],
    ['there is one', [secret('a', ago(DAY))], false],
  ])('of two passwords: %s', (_, secrets, is) => {
    expect(codesOf({ secrets })).toEqual(is ? ['unused-secret attention'] : [])
  })

  it.each([
    [10, 90, ['many-people-lost urgent']],
    [10, 91, []],
    [5, 45, ['many-people-lost urgent']],
    [4, 10, []],
    [0, 0, []],
  ])('of %i people lost in an hour, %i left', (lost, people, codes) => {
    expect(codesOf({ picture: hoursWith([{}, {}, { lost }]), people })).toEqual(codes)
  })

  it('of people lost count one hour, not the day', () => {
    const picture = hoursWith(Array.from({ length: 24 }, () => ({ lost: 6 })))

    expect(codesOf({ picture, people: 100 })).toEqual([])
  })

  it('of conflicts wait for somebody to look', () => {
    expect(codesOf({ picture: hoursWith([{ conflicts: 1 }]) })).toEqual(['sign-in-conflicts attention'])
  })

  it('stand with what is urgent first', () => {
    const picture = hoursWith([{ ...requests(0, 50), lost: 50, conflicts: 2 }])
    const codes = codesOf({ ...expiring(-1), picture, marks: { lastRequest: ago(2 * DAY) } })

    expect(codes).toEqual([
      'client-secret-expired urgent',
      'many-people-lost urgent',
      'no-requests attention',
      'requests-failing attention',
      'sign-in-conflicts attention',
    ])
  })

  it.each(['disabled', 'deleted'] as const)('are none of a connector that is %s', (life) => {
    expect(codesOf({ ...expiring(-1), life })).toEqual([])
  })
})

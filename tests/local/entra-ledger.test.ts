import { describe, expect, it } from 'vitest'
import {
  codeOfStatus,
  hasTooManyFailures,
  isGivenUp,
  isQuarantineOver,
  nextCycleAt,
  toEscrow,
} from '../../local/entra/ledger.ts'
import { callStatistics, percentile } from '../../local/entra/summary.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const call = (status: number, ms: number) => ({ kind: 'get user', method: 'GET', status, ms }) as const

describe('the provisioning log', () => {
  it.each([
    [400, 'SystemForCrossDomainIdentityManagementServiceIncompatible'],
    [401, 'Unauthorized'],
    [403, 'InsufficientRights'],
    [404, 'InvalidAnchor'],
    [405, 'MethodNotAllowed'],
    [409, 'Conflict'],
    [422, 'UnprocessableEntity'],
    [429, 'TooManyRequests'],
    [500, 'InternalServerError'],
    [501, 'NotImplemented'],
    [502, 'InternalServerError'],
    [503, 'InternalServerError'],
  ])('calls an answer of %i %s', (status, code) => {
    expect(codeOfStatus(status)).toBe(code)
  })
})

describe('escrow', () => {
  it('waits 6 hours, 12, 24 and then always 24, counted from each failure', () => {
    let escrow = toEscrow(null, 'Conflict', 0)
    const waits = [escrow.due]
    for (let visit = 0; visit < 4; visit++) {
      const now = escrow.due
      escrow = toEscrow(escrow, 'Conflict', now)
      waits.push(escrow.due - now)
    }

    expect(waits).toEqual([6, 12, 24, 24, 24].map((hours) => hours * HOUR_MS))
    expect(escrow).toMatchObject({ first: 0, count: 5 })
  })

  it.each(['Timeout', 'TooManyRequests', 'InternalServerError', 'WebExceptionProtocolError'] as const)(
    'lets the next cycle try again after %s',
    (code) => {
      expect(toEscrow(null, code, 1000).due).toBe(1000)
    },
  )

  it('gives up after 28 days', () => {
    const escrow = toEscrow(null, 'Conflict', 0)

    expect(isGivenUp(escrow, 28 * DAY_MS)).toBe(false)
    expect(isGivenUp(escrow, 28 * DAY_MS + 1)).toBe(true)
  })
})

describe('quarantine', () => {
  it.each([
    ['too few failures for a proportion', { events: 4_999, failures: 4_999, referenceFailures: 0 }, false],
    ['exactly 40 %', { events: 12_500, failures: 5_000, referenceFailures: 0 }, false],
    ['more than 40 %', { events: 12_499, failures: 5_000, referenceFailures: 0 }, true],
    ['40 000 objects', { events: 1_000_000, failures: 40_000, referenceFailures: 0 }, false],
    ['more than 40 000 objects', { events: 1_000_000, failures: 40_001, referenceFailures: 0 }, true],
    ['40 001 with a reference', { events: 1_000_000, failures: 40_001, referenceFailures: 1 }, false],
    ['60 000 references', { events: 1_000_000, failures: 60_000, referenceFailures: 60_000 }, false],
    ['more than 60 000 in all', { events: 1_000_000, failures: 60_001, referenceFailures: 60_000 }, true],
    ['nothing', { events: 0, failures: 0, referenceFailures: 0 }, false],
  ])('by failures: %s', (_, counts, expected) => {
    expect(hasTooManyFailures(counts)).toBe(expected)
  })

  it('slows the cycles from 40 minutes to a day and disables the job after four weeks', () => {
    const quarantine = { reason: 'EncounteredQuarantineException', since: 0 } as const

    expect(nextCycleAt(null, 0)).toBe(40 * 60_000)
    expect(nextCycleAt(quarantine, 0)).toBe(DAY_MS)
    expect(isQuarantineOver(quarantine, 28 * DAY_MS)).toBe(false)
    expect(isQuarantineOver(quarantine, 28 * DAY_MS + 1)).toBe(true)
  })
})

describe('call statistics', () => {
  it('take percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1)

    expect([0.5, 0.95, 1].map((part) => percentile(hundred, part))).toEqual([50, 95, 100])
    expect(percentile([7], 0.95)).toBe(7)
    expect(percentile([], 0.5)).toBe(0)
  })

  it('count the answers of each kind of call', () => {
    expect(callStatistics([call(200, 3), call(404, 1), call(200, 2), call(0, 9)])).toEqual([
      { kind: 'get user', count: 4, statuses: { 0: 1, 200: 2, 404: 1 }, p50: 2, p95: 9, max: 9 },
    ])
  })
})

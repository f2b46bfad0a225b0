import { describe, expect, it } from 'vitest'
import { totalOf } from '../../shared/activity/activity-sums.ts'
import { getActivityPicture, type ActivityPicture } from '../../shared/activity/rollups.ts'
import type { Store } from '../../shared/storage/store.ts'
import { keysOf, type Directory } from '../support/directory-context.ts'
import { countRounds } from '../support/rounds.ts'
import { ago, DAY, HOUR, MINUTE, newLog, NOW, write } from './fixtures.ts'

const look = ({ store, tenant }: Directory, now = NOW): Promise<ActivityPicture> =>
  getActivityPicture(store, tenant, now)

/** Lines of each bar: succeeded and failed together, and `?` where nothing is known. */
function linesOf(bars: ActivityPicture['hours']): readonly (number | '?')[] {
  return bars.map(({ sums, state }) => {
    const { succeeded, failed } = totalOf(sums)
    return state === 'unknown' ? '?' : succeeded + failed
  })
}

const total = (bars: ActivityPicture['hours']): number =>
  linesOf(bars).reduce<number>((sum, lines) => sum + (lines === '?' ? 0 : lines), 0)

/** Lines through one hour, evenly. */
const hourful = (start: Date, count: number) =>
  Array.from({ length: count }, (_, i) => [new Date(start.getTime() + (i * HOUR) / count), {}] as const)

describe('the picture of the activity', () => {
  it('has 24 hours up to the running one and 30 days up to today', async () => {
    const { hours, days } = await look(newLog())

    expect([hours.length, hours[0]?.start, hours[23]?.start]).toEqual([
      24,
      new Date('2026-03-09T13:00:00.000Z'),
      new Date('2026-03-10T12:00:00.000Z'),
    ])
    expect([days.length, days[0]?.start, days[29]?.start]).toEqual([
      30,
      new Date('2026-02-09T00:00:00.000Z'),
      new Date('2026-03-10T00:00:00.000Z'),
    ])
  })

  it('puts each line into its hour and day, by kind and result', async () => {
    const log = newLog()
    await write(log, [
      [ago(10 * MINUTE), { operation: 'user.create', status: 201 }],
      [ago(2 * HOUR), { operation: 'user.post', status: 409, note: 'uniqueness' }],
      [ago(2 * HOUR + MINUTE), { operation: 'group.members' }],
      [ago(2 * HOUR + 2 * MINUTE), { operation: 'user.signIn', status: 403, note: 'conflict; web' }],
      [ago(3 * DAY), { operation: 'connector.update' }],
      [ago(3 * DAY + 1), { operation: 'user.deactivate', resource: { type: 'User', id: 'x' } }],
    ])
    const { hours, days } = await look(log)

    expect(hours[23]).toMatchObject({ state: 'so far', sums: { byKind: { people: { succeeded: 1 } } } })
    expect(hours[21]).toMatchObject({
      state: 'complete',
      sums: {
        byKind: { people: { failed: 1 }, groups: { succeeded: 1 }, 'sign-in': { failed: 1 } },
        conflicts: 1,
        lost: 0,
      },
    })
    expect(days[26]).toMatchObject({
      state: 'complete',
      sums: { byKind: { setup: { succeeded: 1 }, people: { succeeded: 1 } }, lost: 1 },
    })
    expect([total(hours), total(days)]).toEqual([4, 6])
  })

  it('is the same at each look, and at a full hour, a second look and a later one', async () => {
    const log = newLog()
    const lines = Array.from({ length: 400 }, (_, i) => [ago(i * 2 * HOUR + (i % 50) * MINUTE), {}] as const)
    await write(log, lines)
    const first = await look(log)
    const second = await look(log)

    expect(linesOf(second.hours)).toEqual(linesOf(first.hours))
    expect(linesOf(second.days)).toEqual(linesOf(first.days))
    for (const ms of [HOUR, 5 * HOUR, DAY, 3 * DAY]) {
      const now = new Date(NOW.getTime() + ms)
      const { days } = await look(log, now)
      const from = days[0]?.start.getTime() ?? 0
      expect(total(days)).toBe(lines.filter(([at]) => at.getTime() >= from).length)
    }
  })

  it('counts an hour once: what is kept is not read again', async () => {
    const log = newLog()
    await write(log, hourful(ago(5 * HOUR), 500))
    await look(log)
    const again = await countRounds(log.store, (store: Store) => getActivityPicture(store, log.tenant, NOW))

    expect(again).toEqual({ rounds: 1, calls: 3 })
  })

  it('waits five minutes for late lines of an hour', async () => {
    const log = newLog()
    const hour = new Date('2026-03-10T11:00:00.000Z')
    const early = new Date('2026-03-10T12:04:00.000Z')
    await write(log, hourful(hour, 10))
    expect((await look(log, early)).hours[22]).toMatchObject({ start: hour, state: 'so far' })
    await write(log, [[new Date('2026-03-10T11:59:59.999Z'), {}]])

    const { hours } = await look(log)
    expect(linesOf(hours)[22]).toBe(11)
    expect(hours[22]?.state).toBe('complete')
  })

  it('counts very busy hours in several looks, each a limited part', async () => {
    const log = newLog()
    await write(log, hourful(new Date('2026-03-10T10:00:00.000Z'), 12_000))
    await write(log, hourful(new Date('2026-03-10T09:00:00.000Z'), 300))
    const first = (await look(log)).hours
    const second = (await look(log)).hours
    const third = (await look(log)).hours

    expect([linesOf(first)[21], first[21]?.state, linesOf(first)[20]]).toEqual([5_000, 'so far', '?'])
    expect([linesOf(second)[21], linesOf(third)[21], third[21]?.state]).toEqual([10_000, 12_000, 'complete'])
    expect(linesOf(third)[20]).toBe(300)
  })

  it.each(['10', '11'])('goes on where it stopped at %s, though newer hours have come', async (hour) => {
    const log = newLog()
    await write(log, hourful(new Date(`2026-03-10T${hour}:00:00.000Z`), 6_000))
    await look(log)
    const later = new Date(NOW.getTime() + 3 * HOUR)
    await write(log, hourful(new Date('2026-03-10T13:00:00.000Z'), 200))
    const { hours } = await look(log, later)

    expect(hours.filter(({ state }) => state === 'unknown')).toEqual([])
    expect(total(hours)).toBe(6_200)
  })

  it('is right, and kept once, for many who look at a time', async () => {
    const log = newLog()
    await write(log, hourful(ago(30 * HOUR), 700))
    await Promise.all(Array.from({ length: 6 }, () => look(log)))

    expect(total((await look(log)).days)).toBe(700)
  })

  it('keeps hours for two days only, once their day is finished', async () => {
    const log = newLog()
    await write(log, hourful(ago(20 * HOUR), 50))
    await look(log)
    for (const days of [1, 2, 3, 4]) await look(log, new Date(NOW.getTime() + days * DAY))
    const hours = await keysOf(log, 'h.')

    expect(hours.length).toBeGreaterThan(24)
    expect(hours.length).toBeLessThanOrEqual(72)
    expect(await keysOf(log, 'q.')).toHaveLength(29 + 4)
    expect(total((await look(log, new Date(NOW.getTime() + 4 * DAY))).days)).toBe(50)
  })
})

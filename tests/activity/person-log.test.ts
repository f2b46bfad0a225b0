import { describe, expect, it } from 'vitest'
import { listPersonActivity } from '../../shared/activity/activity.ts'
import { findActivity } from '../../shared/activity/find-activity.ts'
import { newResourceId } from '../../shared/kernel/ids.ts'
import type { Store } from '../../shared/storage/store.ts'
import { countRounds } from '../support/rounds.ts'
import { ago, DAY, MINUTE, newLog, write } from './fixtures.ts'

describe("a person's own log", () => {
  it('is read page by page, newest first, without lines of anybody else', async () => {
    const log = newLog()
    const [mira, noor] = [newResourceId(), newResourceId()]
    await write(
      log,
      Array.from({ length: 7 }, (_, i) => [ago(i * MINUTE), { note: `mira ${i}` }]),
      mira,
    )
    await write(log, [[ago(2 * MINUTE), { note: 'noor' }]], noor)
    const notes: (string | undefined)[] = []
    let before: string | undefined
    for (let page = 0; page < 3; page++) {
      const items = await listPersonActivity(log.store, log.tenant, mira, { before, count: 3 })
      notes.push(...items.map(({ note }) => note))
      before = items.at(-1)?.cursor
    }

    expect(notes).toEqual(Array.from({ length: 7 }, (_, i) => `mira ${i}`))
  })
})

describe('storage requests of the activity', () => {
  it.each([
    ['all lines', {}],
    ['failed ones only', { result: 'failed' }],
  ] as const)('for %s are one round', async (_, query) => {
    const log = newLog()
    await write(
      log,
      Array.from({ length: 80 }, (__, i) => [ago(i * MINUTE), {}]),
    )
    const work = (store: Store): Promise<unknown> =>
      findActivity(store, log.tenant, { since: ago(DAY), count: 25, ...query })

    expect(await countRounds(log.store, work)).toEqual({ rounds: 1, calls: 1 })
  })
})

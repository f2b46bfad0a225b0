import { describe, expect, it } from 'vitest'
import { purgeDeleted } from '../../shared/connectors/purge.ts'
import { newResourceId, type ResourceId } from '../../shared/kernel/ids.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import type { Tenant } from '../../shared/kernel/tenant.ts'
import { activityWrites } from '../../shared/storage/activity.ts'
import type { Store } from '../../shared/storage/store.ts'
import { newConnector, newContext, newStore } from './fixtures.ts'

const DAY = 86_400_000
const LATER = Number.MAX_SAFE_INTEGER
const NOW = new Date('2030-06-01T12:00:00.000Z')
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY)

/** A connector whose own lines are of now. */
async function newTenant(store: Store): Promise<Tenant> {
  return (await newConnector(newContext(store, { now: () => NOW }))).tenant
}

async function log(store: Store, tenant: Tenant, at: Date, person?: ResourceId): Promise<void> {
  const values = person === undefined ? { rt: 'Group', id: newResourceId() } : { rt: 'User', id: person }
  await table(store).batch(tenant.connector, activityWrites(at, { op: 'test', ...values }, person))
}

const table = (store: Store): ReturnType<Store['table']> => store.table('main', 'directory')

/** How many lines the log of the connector and those of persons have. */
async function lines(store: Store, tenant: Tenant): Promise<{ all: number; persons: number }> {
  const count = async (prefix: string): Promise<number> => {
    const range = { from: prefix, to: `${prefix}~`, limit: 100_000 }
    const rows = await table(store).range(tenant.connector, range)
    return rows.filter(({ values }) => values['op'] === 'test').length
  }
  return { all: await count('a.'), persons: await count('b.') }
}

describe(`activity of more than ${LIMITS.activityRetentionDays} days ago`, () => {
  it('goes with its copies in the logs of persons, and what is younger stays', async () => {
    const store = newStore()
    const tenant = await newTenant(store)
    const [ann, bo] = [newResourceId(), newResourceId()]
    for (const days of [0, 399, LIMITS.activityRetentionDays, 401, 2_000]) {
      await log(store, tenant, daysAgo(days))
      await log(store, tenant, daysAgo(days), ann)
      await log(store, tenant, daysAgo(days), bo)
    }

    expect(await purgeDeleted(store, NOW, LATER)).toBe(true)
    expect(await lines(store, tenant)).toEqual({ all: 9, persons: 6 })
    expect(await purgeDeleted(store, new Date(NOW.getTime() + 1), LATER)).toBe(true)
    expect(await lines(store, tenant)).toEqual({ all: 6, persons: 4 })
  })

  it('goes where there was no copy, as of a refused request', async () => {
    const store = newStore()
    const tenant = await newTenant(store)
    const [write] = activityWrites(daysAgo(500), { op: 'test', rt: 'User', id: newResourceId() })
    await table(store).batch(tenant.connector, [write])

    expect(await purgeDeleted(store, NOW, LATER)).toBe(true)
    expect(await lines(store, tenant)).toEqual({ all: 0, persons: 0 })
  })

  it('goes of every connector, and of none beyond the budget of one run', async () => {
    const store = newStore()
    const [many, few] = [await newTenant(store), await newTenant(store)]
    const old = Array.from({ length: 20_060 }, (_, i) => activityWrites(daysAgo(401 + i), { op: 'test' }))
    for (let i = 0; i < old.length; i += 100)
      await table(store).batch(many.connector, old.slice(i, i + 100).flat())
    await log(store, few, daysAgo(500))

    expect(await purgeDeleted(store, NOW, LATER)).toBe(false)
    expect(await lines(store, many)).toEqual({ all: 60, persons: 0 })
    expect(await lines(store, few)).toEqual({ all: 0, persons: 0 })
    expect(await purgeDeleted(store, NOW, LATER)).toBe(true)
    expect(await lines(store, many)).toEqual({ all: 0, persons: 0 })
  })

  it('stays where the time of the run is over', async () => {
    const store = newStore()
    const tenant = await newTenant(store)
    await log(store, tenant, daysAgo(500))

    expect(await purgeDeleted(store, NOW, Date.now() - 1)).toBe(false)
    expect(await lines(store, tenant)).toEqual({ all: 1, persons: 0 })
  })
})

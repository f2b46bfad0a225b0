import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/kernel/failure.ts'
import { parseResourceId, type ResourceId } from '../../shared/kernel/ids.ts'
import { createUser, deleteUser } from '../../shared/scim/users.ts'
import { activityWrites } from '../../shared/storage/activity.ts'
import { readCounts } from '../../shared/storage/counters.ts'
import { listPage } from '../../shared/storage/listing.ts'
import type { Store } from '../../shared/storage/store.ts'
import { insertUser } from '../../shared/storage/users.ts'
import { checkDirectory } from '../support/directory.ts'
import {
  addGroup,
  addUsers,
  keysOf,
  newDirectory,
  rowsOf,
  STORES,
  type Directory,
} from '../support/directory-context.ts'
import { entraUser } from '../support/gatehouse.ts'

/** An id in a bucket (the first three hex digits) of which no create folds the counters, unless `tail` says 00. */
function idIn(bucket: string, serial: number, tail = '01'): ResourceId {
  const middle = serial.toString(16).padStart(5, '0')
  const id = parseResourceId(`${bucket}${middle}-0000-4000-8000-0000000000${tail}`)
  if (id === undefined) throw new Error('no id')
  return id
}

async function put({ store, tenant }: Directory, id: ResourceId): Promise<void> {
  const time = '2026-01-01T00:00:00.000Z'
  const index = {
    userName: id,
    externalId: undefined,
    emails: [],
    uniqueEmail: undefined,
    search: [id],
    active: true,
    role: undefined,
  }
  const attributes = { userName: id }
  const state = { attributes, index, created: time, modified: time, version: 'first', origin: undefined }
  const activity = activityWrites(new Date(), { op: 'user.create' }, id)
  expect(await insertUser(store, tenant, { id, state }, activity)).toBeUndefined()
}

async function putMany(directory: Directory, count: number, tail?: string): Promise<void> {
  for (let i = 0; i < count; i++)
    await put(directory, idIn((i * 37).toString(16).padStart(3, '0').slice(-3), i, tail))
}

const deltas = async (directory: Directory): Promise<number> => (await keysOf(directory, 'c.u.')).length
const total = async ({ store, tenant }: Directory): Promise<number> =>
  (await readCounts(store, tenant, 'User')).total

async function expectConsistent({ store, tenant }: Directory): Promise<void> {
  expect(await checkDirectory(store, tenant)).toEqual([])
}

/** A store whose reads of the counters fail. */
function withoutCounters(store: Store): Store {
  return {
    ...store,
    table(account, name) {
      const table = store.table(account, name)
      return {
        ...table,
        async range(partition, query) {
          if (query.from.startsWith('c.'))
            throw new AppError({ code: 'storage_unavailable', retryAfterSeconds: 5 })
          return table.range(partition, query)
        },
      }
    },
  }
}

describe.each(STORES)('counters on %s', (kind) => {
  it('folds everything that is outstanding on a create whose id says so', async () => {
    const directory = newDirectory(kind)
    await putMany(directory, 30)
    expect(await deltas(directory)).toBe(30)

    await put(directory, idIn('abc', 99, '40'))

    expect(await deltas(directory)).toBe(0)
    const [totals] = await rowsOf(directory, 'c.u')
    expect(totals?.values).toMatchObject({ n: 31, b: expect.any(Uint8Array) })
    await expectConsistent(directory)
  })

  it('leaves few changes to be added up by each list', async () => {
    const directory = newDirectory(kind)
    await putMany(directory, 40)

    expect(await total(directory)).toBe(40)

    expect(await deltas(directory)).toBe(40)
  })

  it('folds 200 changes in lists, at most 98 at a time, and counts exactly at every step', async () => {
    const directory = newDirectory(kind)
    await putMany(directory, 200)
    const left: number[] = []

    for (let i = 0; i < 4; i++) {
      expect(await total(directory)).toBe(200)
      left.push(await deltas(directory))
    }

    expect(left).toEqual([102, 4, 4, 4])
    await expectConsistent(directory)
  })

  it('counts users that go, folded or not', async () => {
    const directory = newDirectory(kind)
    await putMany(directory, 60)
    await total(directory)
    const keys = await keysOf(directory, 'u.')

    for (const key of keys.slice(0, 55)) await deleteUser(directory.context, key.slice(2))

    expect(await total(directory)).toBe(5)
    expect(await total(directory)).toBe(5)
    expect(await deltas(directory)).toBeLessThan(50)
    await expectConsistent(directory)
  })

  it('counts a user whose delete is folded before its create', async () => {
    const directory = newDirectory(kind)
    const id = idIn('fff', 1)
    await put(directory, id)
    const created = await rowsOf(directory, 'c.u.')
    const table = directory.store.table('main', 'directory')
    const { connector } = directory.tenant
    await table.batch(
      connector,
      created.map(({ key }) => ({ kind: 'delete', key })),
    )
    await deleteUser(directory.context, id)
    await put(directory, idIn('000', 2, '00'))
    expect(await total(directory)).toBe(0)

    await table.batch(
      connector,
      created.map(({ key, values }) => ({ kind: 'insert', key, values })),
    )

    expect(await total(directory)).toBe(1)
    await expectConsistent(directory)
  })

  it('finds each position among ids of any buckets', async () => {
    const directory = newDirectory(kind)
    const ids = [
      idIn('000', 1),
      idIn('000', 2),
      idIn('000', 3),
      idIn('001', 1),
      idIn('7ff', 1),
      idIn('7ff', 2),
      idIn('fff', 1),
      idIn('fff', 2),
    ]
    for (const id of ids.toReversed()) await put(directory, id)

    for (const [i, id] of ids.entries()) {
      const page = await listPage(directory.store, directory.tenant, 'User', { startIndex: i + 1, count: 2 })
      const expected = [id, ids[i + 1]].filter((item) => item !== undefined).map((item) => `u.${item}`)
      expect(page.rows.map(({ key }) => key)).toEqual(expected)
      expect(page.total).toBe(8)
    }
  })

  it('counts users and groups apart', async () => {
    const directory = newDirectory(kind)
    await addUsers(directory, 3)
    await addGroup(directory)

    const counts = await Promise.all(
      (['User', 'Group'] as const).map((resource) => readCounts(directory.store, directory.tenant, resource)),
    )

    expect(counts.map((count) => count.total)).toEqual([3, 1])
  })

  it('loses and doubles nothing when folds race with creates and deletes', async () => {
    const directory = newDirectory(kind, { delayMs: 15 })
    await putMany(directory, 60)
    const going = (await keysOf(directory, 'u.')).slice(0, 30)

    await Promise.all([
      ...Array.from({ length: 60 }, (_, i) => put(directory, idIn('123', i, i % 4 === 0 ? '00' : '01'))),
      ...going.map((key) => deleteUser(directory.context, key.slice(2))),
      ...Array.from({ length: 10 }, () => total(directory)),
    ])

    expect(await total(directory)).toBe(90)
    await expectConsistent(directory)
  })
})

describe('counters that cannot be folded', () => {
  it('do not fail the create, which is written already', async () => {
    const directory = newDirectory('memory')
    const context = { ...directory.context, store: withoutCounters(directory.store) }

    // One create in 64 folds.
    for (let i = 0; i < 300; i++) await createUser(context, entraUser(), 'directory')

    expect(await keysOf(directory, 'u.')).toHaveLength(300)
  })
})

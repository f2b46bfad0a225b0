import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newResourceId, parseResourceId, type ResourceId } from '../../shared/kernel/ids.ts'
import { fold } from '../../shared/kernel/text.ts'
import { countWrite, foldCountsSometimes, readCounts } from '../../shared/storage/counters.ts'
import {
  memberKey,
  memberPrefix,
  prefixEnd,
  searchKey,
  searchPrefix,
  userKey,
} from '../../shared/storage/keys.ts'
import { listPage } from '../../shared/storage/listing.ts'
import { createMemoryTable } from '../../shared/storage/memory-table.ts'
import type { Table, Write } from '../../shared/storage/table.ts'
import { newDirectory } from '../support/directory-context.ts'

const keys = fc.constantFrom('a', 'a.', 'a.a', 'a.b', 'a.b.c', 'a~', 'ab', 'b', 'b.', 'B', '0', 'z')

/** A table as plainly as it can be written: what Table Storage promises, and nothing of how it is done. */
function newModel() {
  let rows: { key: string; version: number; values: Record<string, number> }[] = []
  let version = 0
  return {
    rows: () => rows.toSorted((x, y) => (x.key < y.key ? -1 : 1)),
    /** The position of the first write that does not hold, or what follows. */
    batch(writes: readonly { kind: Write['kind']; key: string; isStale: boolean; n: number }[]): string {
      const wrong = writes.map(({ kind, key, isStale }) => {
        const row = rows.find((one) => one.key === key)
        if (kind === 'insert') return row === undefined ? 'ok' : 'exists'
        if (kind === 'put') return 'ok'
        if (row === undefined) return 'missing'
        return isStale ? 'changed' : 'ok'
      })
      const at = wrong.findIndex((reason) => reason !== 'ok')
      if (at >= 0) return `${at} ${wrong[at]}`
      for (const { kind, key, n } of writes) {
        const before = rows.find((one) => one.key === key)
        rows = rows.filter((one) => one.key !== key)
        if (kind === 'delete') continue
        const values = kind === 'merge' ? { ...before?.values, [`m${n}`]: n } : { n }
        rows.push({ key, version: ++version, values })
      }
      return 'ok'
    },
  }
}

async function write(
  table: Table,
  writes: readonly { kind: Write['kind']; key: string; isStale: boolean; n: number }[],
): Promise<string> {
  const made: Write[] = []
  for (const { kind, key, isStale, n } of writes) {
    const etag = isStale ? 'W/"0"' : ((await table.get('p', key))?.etag ?? 'W/"none"')
    if (kind === 'delete') made.push({ kind, key, etag })
    else if (kind === 'replace') made.push({ kind, key, etag, values: { n } })
    else if (kind === 'merge') made.push({ kind, key, etag, values: { [`m${n}`]: n } })
    else made.push({ kind, key, values: { n } })
  }
  const { refusal } = await table.batch('p', made)
  return refusal === undefined ? 'ok' : `${refusal.index} ${refusal.reason}`
}

describe('any sequence of transactions', () => {
  it('leaves in memory what the rules of a table say, and every range holds what lies in it', async () => {
    const writes = fc.uniqueArray(
      fc.record({
        kind: fc.constantFrom<Write['kind']>('insert', 'put', 'put', 'replace', 'merge', 'delete'),
        key: keys,
        isStale: fc.constantFrom(true, false, false, false),
        n: fc.nat(3),
      }),
      { minLength: 1, maxLength: 4, selector: ({ key }) => key },
    )
    const property = fc.asyncProperty(
      fc.array(writes, { maxLength: 12 }),
      fc.array(fc.tuple(keys, keys, fc.nat(6)), { maxLength: 6 }),
      async (batches, ranges) => {
        const [table, model] = [createMemoryTable(), newModel()]
        for (const batch of batches) expect(await write(table, batch)).toBe(model.batch(batch))
        for (const [from, to, limit] of ranges) {
          const wanted = model.rows().filter(({ key }) => key >= from && key < to)
          const found = await table.range('p', { from, to, limit })
          expect(found.map(({ key, values }) => ({ key, values }))).toEqual(
            wanted.slice(0, limit).map(({ key, values }) => ({ key, values })),
          )
        }
        const scanned: string[] = []
        for await (const { row } of table.scan('', '\uffff')) scanned.push(row.key)
        expect(scanned).toEqual(model.rows().map(({ key }) => key))
      },
    )
    await fc.assert(property, { numRuns: 2_000 })
  })
})

/** Ids that share beginnings, so that ranges and buckets lie side by side. */
const ids: fc.Arbitrary<ResourceId> = fc
  .tuple(fc.constantFrom('000', '00f', '010', '7ff', '800', 'fff', 'ff0'), fc.nat(0xfffff))
  .map(([bucket, n]) => `${bucket}${n.toString(16).padStart(5, '0')}-0000-4000-8000-0000000000ff`)
  .map((text) => parseResourceId(text) ?? newResourceId())

describe('any range of a prefix', () => {
  it('holds the rows of its group and no other', async () => {
    const property = fc.asyncProperty(
      fc.uniqueArray(fc.tuple(ids, ids), { minLength: 1, maxLength: 12, selector: (pair) => pair.join() }),
      async (pairs) => {
        const table = createMemoryTable()
        await table.batch(
          'p',
          pairs.map(([group, member]) => ({ kind: 'insert', key: memberKey(group, member), values: {} })),
        )
        for (const group of new Set(pairs.map(([one]) => one))) {
          const from = memberPrefix(group)
          const rows = await table.range('p', { from, to: prefixEnd(from), limit: 100 })
          const members = pairs.filter(([one]) => one === group).map(([, member]) => member)
          expect(rows.map(({ key }) => key.slice(from.length))).toEqual(members.toSorted())
        }
      },
    )
    await fc.assert(property, { numRuns: 1_000 })
  })

  it('of searched text holds every text that begins so', async () => {
    const texts = fc.string({
      unit: fc.constantFrom('a', 'b', 'A', '.', '~', 'é', 'ß', '🜁', ' '),
      maxLength: 16,
    })
    const property = fc.asyncProperty(
      fc.uniqueArray(texts, { maxLength: 12, selector: fold }),
      texts,
      async (held, asked) => {
        const table = createMemoryTable()
        const rows = held.map((text) => ({ text, key: searchKey(text, newResourceId()) }))
        await table.batch(
          'p',
          rows.map(({ key }) => ({ kind: 'insert', key, values: {} })),
        )
        const from = searchPrefix(asked)
        const found = await table.range('p', { from, to: prefixEnd(from), limit: 100 })
        const names = new Set(found.map(({ key }) => key))
        const missed = rows.filter(({ text, key }) => fold(text).startsWith(fold(asked)) && !names.has(key))
        expect(missed).toEqual([])
      },
    )
    await fc.assert(property, { numRuns: 2_000 })
  })
})

describe('any pages of a list', () => {
  it('are the slices of all that is there, and the total is exact', async () => {
    const property = fc.asyncProperty(
      fc.uniqueArray(ids, { maxLength: 80 }),
      fc.array(fc.nat(79), { maxLength: 60 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.nat(20)), { minLength: 1, maxLength: 8 }),
      async (added, removed, pages) => {
        const { store, tenant } = newDirectory('memory')
        const table = store.table(tenant.account, 'directory')
        for (const id of added) {
          const row: Write = { kind: 'insert', key: userKey(id), values: {} }
          await table.batch(tenant.connector, [row, countWrite('User', id, 1)])
          await foldCountsSometimes(store, tenant, 'User', id)
        }
        const gone = new Set(removed.flatMap((at) => added[at] ?? []))
        for (const id of gone)
          await table.batch(tenant.connector, [
            { kind: 'delete', key: userKey(id) },
            countWrite('User', id, -1),
          ])
        const left = added.filter((id) => !gone.has(id)).toSorted()
        for (const [startIndex, count] of pages) {
          const { total, rows } = await listPage(store, tenant, 'User', { startIndex, count })
          expect(total).toBe(left.length)
          const wanted = left.slice(startIndex - 1, startIndex - 1 + count)
          expect(rows.map(({ key }) => key)).toEqual(wanted.map(userKey))
        }
        expect((await readCounts(store, tenant, 'User')).total).toBe(left.length)
      },
    )
    await fc.assert(property, { numRuns: 300 })
  })
})

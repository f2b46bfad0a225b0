import { describe, expect, it } from 'vitest'
import type { Write } from '../../shared/storage/table.ts'
import { EVERYTHING, insert, newPartition, numbered, tablesUnderTest } from './table-fixtures.ts'

describe.each(tablesUnderTest())('a table of %s', (_name, opened) => {
  const { table, write, counted, etagOf } = opened

  describe('writes', () => {
    it('an insert only where there is nothing yet, and says which one was taken', async () => {
      const partition = newPartition()
      await write(partition, insert('taken', { n: 1 }))

      const result = await table.batch(partition, [
        insert('a'),
        insert('b'),
        insert('taken', { n: 2 }),
        insert('c'),
      ])

      expect(result).toEqual({ refusal: { index: 2, reason: 'exists' }, resent: false })
      expect(await table.range(partition, EVERYTHING)).toMatchObject([{ key: 'taken', values: { n: 1 } }])
    })

    it('a put over nothing and over a whole row', async () => {
      const partition = newPartition()
      await write(partition, { kind: 'put', key: 'k', values: { a: 1, b: 2 } })
      await write(partition, { kind: 'put', key: 'k', values: { b: 3 } })

      expect((await table.get(partition, 'k'))?.values).toEqual({ b: 3 })
    })

    it('a replacement of the whole row and a merge into it', async () => {
      const partition = newPartition()
      await write(partition, insert('k', { a: 1, b: 2 }))
      await write(partition, { kind: 'merge', key: 'k', values: { b: 3, c: 4 } })
      expect((await table.get(partition, 'k'))?.values).toEqual({ a: 1, b: 3, c: 4 })

      await write(partition, {
        kind: 'replace',
        key: 'k',
        values: { d: 5 },
        etag: await etagOf(partition, 'k'),
      })
      expect((await table.get(partition, 'k'))?.values).toEqual({ d: 5 })
    })

    it('an empty merge, as a check that the row exists', async () => {
      const partition = newPartition()
      await write(partition, insert('k', { a: 1 }))
      await write(partition, { kind: 'merge', key: 'k', values: {} })

      expect((await table.get(partition, 'k'))?.values).toEqual({ a: 1 })
    })

    it('a new etag each time', async () => {
      const partition = newPartition()
      const seen = new Set<string>()
      await write(partition, insert('k'))
      seen.add(await etagOf(partition, 'k'))
      await write(partition, { kind: 'put', key: 'k', values: {} })
      seen.add(await etagOf(partition, 'k'))
      await write(partition, { kind: 'merge', key: 'k', values: {} })
      seen.add(await etagOf(partition, 'k'))

      expect(seen.size).toBe(3)
    })

    const conditional: [string, (etag: string) => Write][] = [
      ['replace', (etag) => ({ kind: 'replace', key: 'k', values: { n: 9 }, etag })],
      ['merge', (etag) => ({ kind: 'merge', key: 'k', values: { n: 9 }, etag })],
      ['delete', (etag) => ({ kind: 'delete', key: 'k', etag })],
    ]

    it.each(conditional)('a %s with the etag of the row', async (_kind, make) => {
      const partition = newPartition()
      await write(partition, insert('k', { n: 1 }))
      await write(partition, make(await etagOf(partition, 'k')))

      expect((await table.get(partition, 'k'))?.values['n']).not.toBe(1)
    })

    it.each(conditional)('nothing when a %s has a stale etag', async (_kind, make) => {
      const partition = newPartition()
      await write(partition, insert('k', { n: 1 }))
      const stale = await etagOf(partition, 'k')
      await write(partition, { kind: 'put', key: 'k', values: { n: 2 } })

      const result = await table.batch(partition, [insert('other'), make(stale)])

      expect(result).toEqual({ refusal: { index: 1, reason: 'changed' }, resent: false })
      expect(await table.range(partition, EVERYTHING)).toMatchObject([{ key: 'k', values: { n: 2 } }])
    })

    it.each(conditional)('nothing when a %s with an etag meets no row', async (_kind, make) => {
      const partition = newPartition()
      await write(partition, insert('k'))
      const etag = await etagOf(partition, 'k')
      await write(partition, { kind: 'delete', key: 'k' })

      const result = await table.batch(partition, [insert('other'), make(etag)])

      expect(result).toEqual({ refusal: { index: 1, reason: 'missing' }, resent: false })
      expect(await table.range(partition, EVERYTHING)).toEqual([])
    })

    it.each<[string, Write]>([
      ['merge', { kind: 'merge', key: 'k', values: {} }],
      ['delete', { kind: 'delete', key: 'k' }],
    ])('nothing when a %s without an etag meets no row', async (_kind, missing) => {
      const partition = newPartition()

      const result = await table.batch(partition, [
        insert('a'),
        { kind: 'put', key: 'b', values: {} },
        missing,
      ])

      expect(result).toEqual({ refusal: { index: 2, reason: 'missing' }, resent: false })
      expect(await table.range(partition, EVERYTHING)).toEqual([])
      expect(await table.batch(partition, [missing])).toMatchObject({
        refusal: { index: 0, reason: 'missing' },
      })
    })

    it('all or none: a refusal undoes each kind of write before it', async () => {
      const partition = newPartition()
      await write(partition, ...['put', 'merged', 'deleted', 'taken'].map((key) => insert(key, { n: 1 })))
      const before = await table.range(partition, EVERYTHING)

      const result = await table.batch(partition, [
        { kind: 'put', key: 'put', values: { n: 2 } },
        { kind: 'merge', key: 'merged', values: { n: 2 } },
        { kind: 'delete', key: 'deleted' },
        insert('new'),
        insert('taken'),
      ])

      expect(result.refusal).toEqual({ index: 4, reason: 'exists' })
      expect((await table.range(partition, EVERYTHING)).map(({ key, values }) => ({ key, values }))).toEqual(
        before.map(({ key, values }) => ({ key, values })),
      )
    })

    it('one row for many inserts of the same key at once', async () => {
      const partition = newPartition()

      const results = await Promise.all(
        Array.from({ length: 20 }, () => table.batch(partition, [insert('k')])),
      )

      expect(results.filter((result) => result.refusal === undefined)).toHaveLength(1)
      expect(results.filter((result) => result.refusal?.reason === 'exists')).toHaveLength(19)
    })

    it('a row again after its deletion', async () => {
      const partition = newPartition()
      await write(partition, insert('k', { n: 1 }))
      await write(partition, { kind: 'delete', key: 'k' })
      expect(await table.get(partition, 'k')).toBeUndefined()
      await write(partition, insert('k', { n: 2 }))

      expect(await table.range(partition, EVERYTHING)).toMatchObject([{ key: 'k', values: { n: 2 } }])
    })

    it('in one request for a hundred, and in none for nothing', async () => {
      const partition = newPartition()
      const writes = numbered(100).map((key) => insert(key, { text: 'x'.repeat(100) }))

      expect(await counted(() => write(partition, ...writes))).toBe(1)
      expect(await counted(() => write(partition))).toBe(0)
      expect(await table.range(partition, EVERYTHING)).toHaveLength(100)
    })
  })

  describe('refuses, as a fault of ours and before any request,', () => {
    const largeTexts = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`t${i}`, 'x'.repeat(32_000)]))

    it.each<[string, readonly Write[]]>([
      ['101 writes', numbered(101).map((key) => insert(key))],
      ['two writes to one row', [insert('k'), { kind: 'delete', key: 'k' }]],
      ['a text of more than 32,768 units', [insert('k', { text: 'é'.repeat(32_769) })]],
      ['half of a surrogate pair', [insert('k', { text: 'a\ud800' })]],
      ['a row of more than 1 MiB', [insert('k', largeTexts)]],
      [
        'more than 252 values',
        [insert('k', Object.fromEntries(numbered(253).map((key) => [key.replace('.', ''), 1])))],
      ],
      ['a fraction', [insert('k', { n: 1.5 })]],
      ['an integer of more than 32 bits', [insert('k', { n: 2_147_483_648 })]],
      ['a value with a name of the service', [insert('k', { etag: 'x' })]],
      ['a slash in a key', [insert('a/b')]],
      ['a key of 1,025 units', [insert('k'.repeat(1_025))]],
    ])('%s', async (_what, writes) => {
      const partition = newPartition()

      expect(
        await counted(() => expect(table.batch(partition, writes)).rejects.toMatchObject({ name: 'Error' })),
      ).toBe(0)
      expect(await table.range(partition, EVERYTHING)).toEqual([])
    })

    it('but not a text of 32,768 units', async () => {
      const partition = newPartition()
      const text = 'é'.repeat(32_768)
      await write(partition, insert('k', { text }))

      expect((await table.get(partition, 'k'))?.values['text']).toBe(text)
    })
  })
})

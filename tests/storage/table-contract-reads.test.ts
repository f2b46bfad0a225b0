import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Row, Table } from '../../shared/storage/table.ts'
import { EVERYTHING, insert, keysOf, newPartition, numbered, tablesUnderTest } from './table-fixtures.ts'

async function scanned(table: Table, prefix: string): Promise<unknown[]> {
  const found = []
  for await (const { partition, row } of table.scan(prefix, `${prefix}~`))
    found.push([partition, row.key, row.values])
  return found
}

describe.each(tablesUnderTest())('a table of %s', (_name, opened) => {
  const { table, write, counted } = opened

  describe('reads rows', () => {
    it('as they were written, whatever the kind of value', async () => {
      const partition = newPartition()
      const bytes = Uint8Array.from({ length: 8_192 }, (_, i) => i % 256)
      const values = {
        text: 'plain',
        none: '',
        zero: 0,
        low: -2_147_483_648,
        high: 2_147_483_647,
        yes: true,
        no: false,
        bytes,
        noBytes: new Uint8Array(),
      }
      await write(partition, insert('k', values))

      const row = await table.get(partition, 'k')

      expect(row).toEqual({ key: 'k', etag: expect.any(String), values })
      expect(row?.values['bytes']).toBeInstanceOf(Uint8Array)
    })

    it.each([
      'Ünïcode – 名前 – שלום',
      'emoji 👩‍👩‍👧 and 𝒳',
      `quotes ' " and \\ and %27`,
      'line\nfeed\r\nand tab\t',
      '--changeset_1\r\nHTTP/1.1 500 no\r\n{"odata.error":{"code":"X"}}',
      '{}{{}}}{',
      'separators \u2028 and \u2029',
      '2026-11-24T14:58:24.393Z',
    ])('with the text %j unchanged', async (text) => {
      const partition = newPartition()
      await write(partition, insert('k', { text }))

      expect((await table.get(partition, 'k'))?.values).toEqual({ text })
      expect(await table.range(partition, EVERYTHING)).toMatchObject([{ values: { text } }])
    })

    it('as nothing where there is none', async () => {
      expect(await table.get(newPartition(), 'k')).toBeUndefined()
      expect(await table.range(newPartition(), EVERYTHING)).toEqual([])
    })

    it('of its own partition only', async () => {
      const [one, other] = [newPartition(), newPartition()]
      await write(one, insert('k', { n: 1 }))
      await write(other, insert('k', { n: 2 }))

      expect((await table.get(one, 'k'))?.values).toEqual({ n: 1 })
      expect(await table.range(other, EVERYTHING)).toMatchObject([{ values: { n: 2 } }])
    })

    it('whose keys have quotes and other signs, without letting them into the query', async () => {
      const partition = `${newPartition()}' or PartitionKey ne '`
      const key = `o'neil & (co) = 50+1 é`
      await write(partition, insert(key, { n: 1 }))
      await write(partition, { kind: 'merge', key, values: { m: 2 } })

      expect(await table.get(partition, key)).toMatchObject({ key, values: { n: 1, m: 2 } })
      expect(keysOf(await table.range(partition, { from: `o'`, to: `o'~`, limit: 5 }))).toEqual([key])
    })

    it('that a caller cannot change by keeping what it passed or received', async () => {
      const partition = newPartition()
      const bytes = new Uint8Array([1, 2])
      const values: Record<string, string | Uint8Array> = { text: 'a', bytes }
      await write(partition, insert('k', values))
      bytes[0] = 9
      values['text'] = 'b'
      const read = (await table.get(partition, 'k'))?.values['bytes'] as Uint8Array
      read[1] = 9

      expect((await table.get(partition, 'k'))?.values).toEqual({ text: 'a', bytes: new Uint8Array([1, 2]) })
    })
  })

  describe('reads ranges', () => {
    it('in the order of keys, however they were written', async () => {
      const partition = newPartition()
      const keys = ['a', 'a.', 'a.1', 'a.10', 'a.2', 'b', 'z']
      await write(partition, ...keys.toReversed().map((key) => insert(key)))

      expect(keysOf(await table.range(partition, EVERYTHING))).toEqual(keys)
    })

    it('from the first key inclusive to the last one exclusive', async () => {
      const partition = newPartition()
      await write(partition, ...['a', 'b', 'b.1', 'c', 'd'].map((key) => insert(key)))

      expect(keysOf(await table.range(partition, { from: 'b', to: 'd', limit: 10 }))).toEqual([
        'b',
        'b.1',
        'c',
      ])
      expect(await table.range(partition, { from: 'd', to: 'b', limit: 10 })).toEqual([])
    })

    it('of one prefix', async () => {
      const partition = newPartition()
      await write(partition, ...['m.1', 'm.2.a', 'm.2.b', 'm.20', 'm.3'].map((key) => insert(key)))

      const rows = await table.range(partition, { from: 'm.2.', to: 'm.2.~', limit: 10 })

      expect(keysOf(rows)).toEqual(['m.2.a', 'm.2.b'])
    })

    it('up to the limit, without a request for none', async () => {
      const partition = newPartition()
      await write(partition, ...numbered(5).map((key) => insert(key)))

      expect(keysOf(await table.range(partition, { ...EVERYTHING, limit: 2 }))).toEqual(numbered(2))
      expect(await counted(() => table.range(partition, { ...EVERYTHING, limit: 0 }))).toBe(0)
    })

    it('of more rows than a page, with a request for each thousand', async () => {
      const partition = newPartition()
      const prefix = `${randomUUID()}.`
      const keys = numbered(1_100).map((key) => prefix + key)
      const range = { from: prefix, to: `${prefix}~`, limit: 10_000 }
      for (let i = 0; i < keys.length; i += 100)
        await write(partition, ...keys.slice(i, i + 100).map((key) => insert(key)))

      let rows: readonly Row[] = []
      expect(await counted(async () => (rows = await table.range(partition, range)))).toBe(2)
      expect(keysOf(rows)).toEqual(keys)
      expect(
        await counted(async () => (rows = await table.range(partition, { ...range, limit: 1_050 }))),
      ).toBe(2)
      expect(keysOf(rows)).toEqual(keys.slice(0, 1_050))
      expect(await counted(() => table.range(partition, { ...range, limit: 1_000 }))).toBe(1)

      let found: unknown[] = []
      expect(await counted(async () => (found = await scanned(table, prefix)))).toBe(2)
      expect(found).toEqual(keys.map((key) => [partition, key, {}]))
    })

    it('of all partitions when it scans', async () => {
      const [one, other] = [newPartition(), newPartition()].toSorted() as [string, string]
      const prefix = `scan-${randomUUID()}.`
      await write(other, insert(`${prefix}1`, { n: 3 }), insert('elsewhere'))
      await write(one, insert(`${prefix}1`, { n: 1 }), insert(`${prefix}2`, { n: 2 }))

      const found = await scanned(table, prefix)

      expect(found).toEqual([
        [one, `${prefix}1`, { n: 1 }],
        [one, `${prefix}2`, { n: 2 }],
        [other, `${prefix}1`, { n: 3 }],
      ])
    })
  })
})

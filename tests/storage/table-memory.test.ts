import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addKey, createSortedKeys, keysBetween, removeKey } from '../../shared/storage/memory-keys.ts'
import { createMemoryTable } from '../../shared/storage/memory-table.ts'
import { EVERYTHING, insert } from './table-fixtures.ts'

const COUNT = 3_000

function keyOf(number: number): string {
  return number.toString(36)
}

/** Values of more than half a row. */
function half(name: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`${name}${i}`, 'x'.repeat(32_000)]))
}

describe('sorted keys', () => {
  const change = fc.record({
    kind: fc.constantFrom('add', 'remove', 'add downwards'),
    from: fc.nat(COUNT),
    to: fc.nat(COUNT),
  })

  it('hold what was added and not removed, in order, over many blocks', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.nat(COUNT), fc.nat(COUNT), (changes, low, high) => {
        const keys = createSortedKeys()
        const model = new Set<string>()
        for (const { kind, from, to } of changes) {
          const numbers = Array.from({ length: Math.max(to - from, 0) }, (_, i) => from + i)
          for (const number of kind === 'add downwards' ? numbers.toReversed() : numbers) {
            const key = keyOf(number)
            if (kind === 'remove') removeKey(keys, key)
            else if (!model.has(key)) addKey(keys, key)
            if (kind === 'remove') model.delete(key)
            else model.add(key)
          }
        }
        const [from, to] = [keyOf(low), keyOf(high)]
        const expected = [...model].filter((key) => key >= from && key < to).toSorted()

        expect(keysBetween(keys, '', '~', Infinity)).toEqual([...model].toSorted())
        expect(keysBetween(keys, from, to, 700)).toEqual(expected.slice(0, 700))
      }),
      { numRuns: 60 },
    )
  })
})

describe('a table in memory', () => {
  it('refuses a merge that makes a row larger than 1 MiB, which Azurite would take', async () => {
    const table = createMemoryTable()
    await table.batch('p', [insert('k', half('a'))])

    const merge = table.batch('p', [insert('other'), { kind: 'merge', key: 'k', values: half('b') }])

    await expect(merge).rejects.toThrow('bytes')
    expect(await table.range('p', EVERYTHING)).toMatchObject([{ key: 'k', values: half('a') }])
  })

  it('hands out rows that cannot be changed', async () => {
    const table = createMemoryTable()
    await table.batch('p', [insert('k', { n: 1 }), insert('bytes', { b: new Uint8Array(2) })])

    for (const row of await table.range('p', EVERYTHING)) {
      expect(Object.isFrozen(row)).toBe(true)
      expect(Object.isFrozen(row.values)).toBe(true)
    }
  })
})

import { randomUUID } from 'node:crypto'
import { afterAll, expect, inject } from 'vitest'
import type { AccountLocation } from '../../shared/kernel/settings.ts'
import { openStore } from '../../shared/storage/store.ts'
import type { Row, Table, Values, Write } from '../../shared/storage/table.ts'
import { startTableServer } from '../bench/table-server.ts'

export const EVERYTHING = { from: '', to: '~', limit: 10_000 }

const server = await startTableServer()
afterAll(() => server.close())

const LOCATIONS: readonly [string, AccountLocation][] = [
  ['memory', { kind: 'memory' }],
  ['Azurite', { kind: 'connectionString', connectionString: inject('azurite') }],
  ['the server of the benchmarks', { kind: 'connectionString', connectionString: server.connectionString }],
]

export interface OpenedTable {
  readonly table: Table
  /** How many requests a call makes. */
  readonly counted: (call: () => Promise<unknown>) => Promise<number>
  /** Writes what must succeed. */
  readonly write: (partition: string, ...writes: readonly Write[]) => Promise<void>
  readonly etagOf: (partition: string, key: string) => Promise<string>
}

/** All implementations of a table: each test of the contract runs against each of them. */
export function tablesUnderTest(): [string, OpenedTable][] {
  return LOCATIONS.map(([name, location]) => [name, open(location)])
}

function open(location: AccountLocation): OpenedTable {
  let requests = 0
  const store = openStore(new Map([['main', location]]), { onRequest: () => requests++ })
  const table = store.table('main', 'directory')
  return {
    table,
    async counted(call) {
      const before = requests
      await call()
      return requests - before
    },
    async write(partition, ...writes) {
      expect(await table.batch(partition, writes)).toEqual({ resent: false })
    },
    async etagOf(partition, key) {
      return (await table.get(partition, key))?.etag ?? ''
    },
  }
}

/** A partition that no other test knows. */
export function newPartition(): string {
  return `p-${randomUUID()}`
}

export function insert(key: string, values: Values = {}): Write {
  return { kind: 'insert', key, values }
}

/** That many keys, already in order. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `k.${String(i).padStart(5, '0')}`)
}

export function keysOf(rows: readonly Row[]): string[] {
  return rows.map((row) => row.key)
}

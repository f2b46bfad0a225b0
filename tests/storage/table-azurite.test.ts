import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startAzurite } from '../../local/azurite.ts'
import type { AzuriteOptions } from '../../local/azurite.ts'
import { createTables, openStore } from '../../shared/storage/store.ts'
import type { Row, Table } from '../../shared/storage/table.ts'
import { insert } from './table-fixtures.ts'

/** Starts an Azurite of its own, uses its table and ends it. */
async function withAzurite<T>(options: AzuriteOptions, use: (table: Table) => Promise<T>): Promise<T> {
  const azurite = await startAzurite(options)
  const { connectionString } = azurite
  try {
    const store = openStore(new Map([['main', { kind: 'connectionString', connectionString }]]))
    await createTables(store)
    return await use(store.table('main', 'directory'))
  } finally {
    await azurite.close()
  }
}

function readRow(table: Table): Promise<Row | undefined> {
  return table.get('p', 'k')
}

it('keeps the data of a directory over a restart, and creates tables only where they are missing', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'azurite-'))
  onTestFinished(() => rm(parent, { recursive: true }))
  const directory = join(parent, 'made', 'here')

  await withAzurite({ directory }, (table) => table.batch('p', [insert('k', { n: 1 })]))

  expect(await withAzurite({ directory }, readRow)).toMatchObject({ values: { n: 1 } })
})

it('forgets everything without a directory', async () => {
  await withAzurite({}, (table) => table.batch('p', [insert('k')]))

  expect(await withAzurite({}, readRow)).toBeUndefined()
})

it('refuses a port that is taken', async () => {
  const first = await startAzurite()
  onTestFinished(() => first.close())

  await expect(startAzurite({ port: first.port })).rejects.toThrow('EADDRINUSE')
})

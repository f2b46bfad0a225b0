import type { TestProject } from 'vitest/node'
import { startAzurite } from '../../local/azurite.ts'
import { createTables, openStore } from '../../shared/storage/store.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of an Azurite in memory, with all tables, that the whole run shares: use partitions of your own. */
    azurite: string
  }
}

/** Starts one Azurite for the run and hands its connection string to the tests, as `inject('azurite')`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const azurite = await startAzurite()
  const { connectionString } = azurite
  await createTables(openStore(new Map([['main', { kind: 'connectionString', connectionString }]])))
  project.provide('azurite', connectionString)
  return () => azurite.close()
}

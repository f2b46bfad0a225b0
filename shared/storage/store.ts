import type { AccountLocation } from '../kernel/settings.ts'
import { createAzureTable, openAzureTable } from './azure-table.ts'
import { createMemoryTable } from './memory-table.ts'
import { TABLE_NAMES } from './table.ts'
import type { Table, TableName } from './table.ts'

/** Every table of every configured storage account. */
export interface Store {
  /** Always the same object for the same table. An account that is not configured is a thrown Error. */
  table(account: string, name: TableName): Table
  /** The account that also holds the organizations and their connectors. */
  readonly firstAccount: string
  readonly accounts: ReadonlyMap<string, AccountLocation>
}

export interface StoreOptions {
  readonly managedIdentityClientId?: string | undefined
  /** Called for every HTTP request to storage, or what would be one, so that tests can count them. */
  readonly onRequest?: (() => void) | undefined
}

/** Opens the configured accounts without a request: connections are made on first use. No account is a thrown Error. */
export function openStore(accounts: ReadonlyMap<string, AccountLocation>, options: StoreOptions = {}): Store {
  const [firstAccount] = accounts.keys()
  if (firstAccount === undefined) throw new Error('no storage account is configured')
  const tables = new Map<string, Table>()
  for (const [account, location] of accounts)
    for (const name of TABLE_NAMES) tables.set(`${account}/${name}`, openTable(location, name, options))
  return {
    table(account, name) {
      const table = tables.get(`${account}/${name}`)
      if (table === undefined) throw new Error(`no storage account is configured as ${account}`)
      return table
    },
    firstAccount,
    accounts,
  }
}

/** Creates the missing tables of emulated accounts. Azure's come from the template, and memory needs none. */
export async function createTables(store: Store): Promise<void> {
  for (const location of store.accounts.values())
    if (location.kind === 'connectionString')
      for (const name of TABLE_NAMES) await createAzureTable(location, name)
}

function openTable(location: AccountLocation, name: TableName, options: StoreOptions): Table {
  return location.kind === 'memory'
    ? createMemoryTable(options.onRequest === undefined ? {} : { onRequest: options.onRequest })
    : openAzureTable(location, name, options)
}

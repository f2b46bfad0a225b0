import { startAzurite } from '../../local/azurite.ts'
import { createTables, openStore } from '../../shared/storage/store.ts'

/* Serves Azurite from memory until the process that started it goes away. */

const { connectionString } = await startAzurite()
await createTables(openStore(new Map([['main', { kind: 'connectionString', connectionString }]])))
process.on('disconnect', () => process.exit())
process.stdout.write(`listening on ${connectionString}\n`)

import { startAzurite } from '../../local/azurite.ts'

// Azurite in a process of its own: prints its connection string and ends when it is killed.
const azurite = await startAzurite()
process.stdout.write(`${azurite.connectionString}\n`)

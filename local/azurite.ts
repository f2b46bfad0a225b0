import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export interface Azurite {
  readonly connectionString: string
  readonly port: number
  /** Ends the service; data in a directory are written first. */
  close(): Promise<void>
}

export interface AzuriteOptions {
  /** Absent: any free one. */
  readonly port?: number
  /** Where the data stay; created if missing. Absent: in memory, gone with `close`. */
  readonly directory?: string
}

interface TableServer {
  start(): Promise<void>
  close(): Promise<void>
  getHttpServerAddress(): string
}

type Constructor<T> = new (...values: readonly unknown[]) => T

const HOST = '127.0.0.1'
const KEEP_ALIVE_SECONDS = 5
const ACCOUNT = 'devstoreaccount1'
/** Azurite's own, published key: it protects nothing. */
const ACCOUNT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

/**
 * Starts Azurite's table service in this process, reachable from this machine only. A port that is taken fails as the
 * network's own error. The modules are internal to Azurite 3.37.0, whose version is therefore pinned; its command line
 * would be a second process, a second slower, and sends telemetry.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const { port = 0, directory } = options
  if (directory !== undefined) await mkdir(directory, { recursive: true })
  const server = createServer(port, directory)
  await server.start()
  const address = server.getHttpServerAddress()
  return {
    connectionString: [
      'DefaultEndpointsProtocol=http',
      `AccountName=${ACCOUNT}`,
      `AccountKey=${ACCOUNT_KEY}`,
      `TableEndpoint=${address}/${ACCOUNT}`,
    ].join(';'),
    port: Number(new URL(address).port),
    close: () => server.close(),
  }
}

function createServer(port: number, directory: string | undefined): TableServer {
  const load = createRequire(import.meta.url)
  const configuration: { default: Constructor<object> } = load('azurite/dist/src/table/TableConfiguration.js')
  const server: { default: Constructor<TableServer> } = load('azurite/dist/src/table/TableServer.js')
  const inMemory = directory === undefined
  return new server.default(
    new configuration.default(
      HOST,
      port,
      KEEP_ALIVE_SECONDS,
      inMemory ? '' : join(directory, 'tables.json'),
      false, // debug log
      false, // access log
      undefined, // where that would go
      undefined, // where the debug log would go
      false, // headers that it does not know are refused
      true, // API versions that it does not know are taken
      '', // certificate
      '', // its key
      '', // its password
      undefined, // OAuth
      true, // the account's name is in the path
      inMemory,
    ),
  )
}

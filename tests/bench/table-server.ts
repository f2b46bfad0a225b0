import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMemoryTable } from '../../shared/storage/memory-table.ts'
import type { Refusal, Row, Table } from '../../shared/storage/table.ts'
import { readPart, toEntity, unquoted } from './table-protocol.ts'

/*
 * The part of Table Storage's protocol that the product speaks, over the in-memory twin, for measurements: Azurite reads
 * all rows of a table for a range, so at 100,000 users it measures itself. It asks for no key, so it listens on the
 * loopback alone. The table contract of tests/storage/ runs against it too.
 */

export interface TableServer {
  readonly connectionString: string
  /** HTTP requests answered so far. */
  requests(): number
  close(): Promise<void>
}

/** In the path, as the emulator has it. */
const ACCOUNT = 'bench'
const PAGE_ROWS = 1_000
const JSON_TYPE = { 'content-type': 'application/json' }
const REFUSALS = {
  exists: [409, 'EntityAlreadyExists'],
  missing: [404, 'ResourceNotFound'],
  changed: [412, 'UpdateConditionNotSatisfied'],
} as const

export async function startTableServer(port = 0): Promise<TableServer> {
  const tables = new Map<string, Table>()
  const tableOf = (name: string): Table => {
    const table = tables.get(name) ?? createMemoryTable()
    tables.set(name, table)
    return table
  }
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    void answer(tableOf, request, response)
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: used } = server.address() as AddressInfo
  return {
    connectionString: [
      'DefaultEndpointsProtocol=http',
      `AccountName=${ACCOUNT}`,
      `AccountKey=${Buffer.from('none').toString('base64')}`,
      `TableEndpoint=http://127.0.0.1:${used}/${ACCOUNT}`,
    ].join(';'),
    requests: () => requests,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(
  tableOf: (name: string) => Table,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '', 'http://table')
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const body = Buffer.concat(parts).toString()
  const path = decodeURIComponent(url.pathname).slice(ACCOUNT.length + 2)
  const [, name = '', partition = '', key = ''] =
    /^(\w+)\(PartitionKey='(.*)',RowKey='(.*)'\)$/.exec(path) ?? []
  if (path === '$batch') return sendBatch(tableOf, body, response)
  if (path === 'Tables') return void response.writeHead(201, JSON_TYPE).end('{}')
  if (name !== '') {
    const row = await tableOf(name).get(unquoted(partition), unquoted(key))
    if (row === undefined) return sendError(response, 404, 'ResourceNotFound')
    return void response
      .writeHead(200, { ...JSON_TYPE, etag: row.etag })
      .end(JSON.stringify(toEntity(unquoted(partition), row)))
  }
  return sendPage(tableOf(path.replace('()', '')), url.searchParams, response)
}

async function sendPage(table: Table, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const [, partition, from = '', to = ''] =
    /^(?:PartitionKey eq '(.*)' and )?RowKey ge '(.*)' and RowKey lt '(.*)'$/.exec(
      query.get('$filter') ?? '',
    ) ?? []
  const top = Math.min(Number(query.get('$top') ?? PAGE_ROWS), PAGE_ROWS)
  const start: Place = [query.get('NextPartitionKey') ?? '', query.get('NextRowKey') ?? unquoted(from)]
  const found =
    partition === undefined
      ? await scanned(table, start, { from: unquoted(from), to: unquoted(to) })
      : await ranged(table, [unquoted(partition), start[1]], { to: unquoted(to), limit: top + 1 })
  const next = found[top]
  const headers = next && {
    'x-ms-continuation-nextpartitionkey': next[0],
    'x-ms-continuation-nextrowkey': next[1].key,
  }
  response
    .writeHead(200, { ...JSON_TYPE, ...headers })
    .end(JSON.stringify({ value: found.slice(0, top).map(([of, row]) => toEntity(of, row)) }))
}

type Place = readonly [partition: string, key: string]
type Found = readonly (readonly [partition: string, row: Row])[]

async function ranged(
  table: Table,
  [partition, from]: Place,
  { to, limit }: { to: string; limit: number },
): Promise<Found> {
  return (await table.range(partition, { from, to, limit })).map((row) => [partition, row])
}

/** Scans are rare: each page reads all rows anew. */
async function scanned(
  table: Table,
  [partition, key]: Place,
  { from, to }: { from: string; to: string },
): Promise<Found> {
  const found: [string, Row][] = []
  for await (const { partition: of, row } of table.scan(from, to))
    if (of > partition || (of === partition && row.key >= key)) found.push([of, row])
  return found
}

async function sendBatch(
  tableOf: (name: string) => Table,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const parts = body.split(/^--changeset_[^\r]*\r\n/m).slice(1)
  const read = parts.map(readPart).filter((part) => part !== undefined)
  const [first] = read
  if (first === undefined) return sendError(response, 400, 'InvalidInput')
  const writes = read.map(({ write }) => write)
  const { refusal } = await tableOf(first.table).batch(first.partition, writes)
  const lines =
    refusal === undefined ? writes.map(() => 'HTTP/1.1 204 No Content\r\n\r\n') : [refused(refusal)]
  response
    .writeHead(202, { 'content-type': 'multipart/mixed; boundary=answer' })
    .end(lines.map((line) => `--answer\r\n${line}\r\n`).join(''))
}

function refused({ index, reason }: Refusal): string {
  const [status, code] = REFUSALS[reason]
  return `HTTP/1.1 ${status} Refused\r\n\r\n${errorBody(code, `${index}:${code}`)}`
}

function errorBody(code: string, message: string): string {
  return JSON.stringify({ 'odata.error': { code, message: { lang: 'en', value: message } } })
}

function sendError(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, JSON_TYPE).end(errorBody(code, code))
}

/** In a process of its own: prints the connection string once it listens, and counts on request. */
if (import.meta.main) {
  const server = await startTableServer()
  process.stdout.write(`${server.connectionString}\n`)
  process.stdin.on('data', () => process.stdout.write(`${server.requests()}\n`))
}

import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline'
import { odata } from '@azure/data-tables'
import type { TableEntityResult, TableEntityResultPage } from '@azure/data-tables'
import { parseBatchAnswer, writeBatch } from './azure-batch.ts'
import { openAzureClient } from './azure-client.ts'
import type { AzureClient, AzureLocation, AzureTableOptions } from './azure-client.ts'
import { isMissingRow, refuseError } from './azure-errors.ts'
import { checkWrites, PAGE_ROWS } from './azure-limits.ts'
import type { BatchResult, RangeQuery, Row, Table, TableName, Value, Write } from './table.ts'

type Entity = TableEntityResult<Record<string, unknown>>

interface PageQuery {
  readonly filter: string
  readonly top: number
  readonly continuationToken: string | undefined
  readonly abortSignal: AbortSignal
}

/**
 * A table of Azure Table Storage or its emulator. A read of a row that does not exist is `undefined`; whatever else goes
 * wrong is `storage_unavailable`, except for requests that we should not have made (400), which throw a plain Error.
 */
export function openAzureTable(
  location: AzureLocation,
  name: TableName,
  options: AzureTableOptions = {},
): Table {
  const azure = openAzureClient(location, name, options)
  return {
    get: (partition, key) => getRow(azure, partition, key),
    range: (partition, query) => queryRange(azure, partition, query),
    batch: (partition, writes) => sendBatch(azure, partition, writes),
    scan: (from, to) => scanRows(azure, from, to),
  }
}

/** Creates a table unless it exists. For development: in Azure the template does it. Fails as reads do. */
export async function createAzureTable(location: AzureLocation, name: TableName): Promise<void> {
  const { client, timing } = openAzureClient(location, name, {})
  await client.createTable({ abortSignal: AbortSignal.timeout(timing.callMs) }).catch(refuseError)
}

async function getRow(azure: AzureClient, partition: string, key: string): Promise<Row | undefined> {
  const abortSignal = AbortSignal.timeout(azure.timing.callMs)
  const entity = await azure.client
    .getEntity(partition, key, { abortSignal })
    .catch((error: unknown) => (isMissingRow(error) ? undefined : refuseError(error)))
  return entity && toRow(entity)
}

async function queryRange(azure: AzureClient, partition: string, query: RangeQuery): Promise<Row[]> {
  const { from, to, limit } = query
  const filter = odata`PartitionKey eq ${partition} and RowKey ge ${from} and RowKey lt ${to}`
  const abortSignal = AbortSignal.timeout(azure.timing.callMs)
  const rows: Row[] = []
  let continuationToken: string | undefined
  while (rows.length < limit) {
    const top = Math.min(limit - rows.length, PAGE_ROWS)
    const page = await readPage(azure, { filter, top, continuationToken, abortSignal })
    rows.push(...page.map(toRow))
    // A page may be empty and still not be the last one.
    continuationToken = page.continuationToken
    if (continuationToken === undefined) break
  }
  return rows
}

async function* scanRows(azure: AzureClient, from: string, to: string): ReturnType<Table['scan']> {
  const filter = odata`RowKey ge ${from} and RowKey lt ${to}`
  let continuationToken: string | undefined
  do {
    // Each page has its own time: a scan as a whole may take long.
    const abortSignal = AbortSignal.timeout(azure.timing.callMs)
    const page = await readPage(azure, { filter, top: PAGE_ROWS, continuationToken, abortSignal })
    for (const entity of page) yield { partition: entity.partitionKey ?? '', row: toRow(entity) }
    continuationToken = page.continuationToken
  } while (continuationToken !== undefined)
}

async function readPage(
  azure: AzureClient,
  query: PageQuery,
): Promise<TableEntityResultPage<Record<string, unknown>>> {
  const { filter, top, continuationToken, abortSignal } = query
  try {
    const pages = azure.client
      .listEntities({ queryOptions: { filter }, abortSignal })
      .byPage({ maxPageSize: top, ...(continuationToken !== undefined && { continuationToken }) })
    for await (const page of pages) return page
    return []
  } catch (error) {
    return refuseError(error)
  }
}

async function sendBatch(
  azure: AzureClient,
  partition: string,
  writes: readonly Write[],
): Promise<BatchResult> {
  checkWrites(partition, writes)
  if (writes.length === 0) return { resent: false }
  const { client, httpClient, timing, timesSent } = azure
  // A shared access signature, if there is one, is the URL's query.
  const account = new URL(client.url)
  const base = account.origin + account.pathname.replace(/\/$/, '')
  const body = writeBatch({ url: base, table: client.tableName, partition }, writes)
  const request = createPipelineRequest({
    url: `${base}/$batch${account.search}`,
    method: 'POST',
    body: body.text,
    headers: createHttpHeaders({
      accept: 'application/json',
      'content-type': body.contentType,
      dataserviceversion: '3.0;',
      maxdataserviceversion: '3.0;NetFx',
      'x-ms-version': '2019-02-02',
    }),
    allowInsecureConnection: account.protocol === 'http:',
    abortSignal: AbortSignal.timeout(timing.callMs),
  })
  const response = await client.pipeline.sendRequest(httpClient, request).catch(refuseError)
  const refusal = parseBatchAnswer(response.status, response.bodyAsText ?? '', writes.length)
  return { ...(refusal && { refusal }), resent: timesSent(request) > 1 }
}

function toRow(entity: Entity): Row {
  const values: Record<string, Value> = {}
  for (const [name, value] of Object.entries(entity))
    if (!isServiceProperty(name)) values[name] = toValue(name, value)
  return { key: entity.rowKey ?? '', etag: entity.etag, values }
}

function isServiceProperty(name: string): boolean {
  return /^(?:odata\..*|etag|partitionKey|rowKey|timestamp)$/.test(name)
}

function toValue(name: string, value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (value instanceof Uint8Array) return new Uint8Array(value)
  throw new Error(`the stored value ${name} has a type that we do not write`)
}

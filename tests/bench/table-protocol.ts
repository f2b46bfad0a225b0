import type { Row, Value, Values, Write } from '../../shared/storage/table.ts'

/** One write of a batch. */
export interface Part {
  readonly table: string
  readonly partition: string
  readonly write: Write
}

/** A part of a change set; `undefined` for what is none. */
export function readPart(text: string): Part | undefined {
  const [, method, target = ''] = /^([A-Z]+) (\S+) HTTP\/1\.1/m.exec(text) ?? []
  if (method === undefined) return undefined
  const { table, partition, key } = readTarget(target)
  const [, etag = '*'] = /^If-Match: (.*?)\r?$/m.exec(text) ?? []
  if (method === 'DELETE')
    return { table, partition, write: { kind: 'delete', key, ...(etag === '*' ? {} : { etag }) } }
  const entity = readEntity(text)
  const row = { key: String(entity['RowKey']), values: toValues(entity), etag }
  return { table, partition: String(entity['PartitionKey']), write: toWrite(method, row) }
}

function readTarget(url: string): { table: string; partition: string; key: string } {
  const path = decodeURIComponent(new URL(url).pathname)
  const [, table = '', partition = '', key = ''] =
    /\/(\w+)(?:\(PartitionKey='(.*)',RowKey='(.*)'\))?$/.exec(path) ?? []
  return { table, partition: unquoted(partition), key: unquoted(key) }
}

function readEntity(text: string): Record<string, unknown> {
  return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as Record<string, unknown>
}

function toWrite(method: string, row: Row): Write {
  const { etag, ...rest } = row
  if (method === 'POST') return { kind: 'insert', ...rest }
  if (method === 'PATCH') return etag === '*' ? { kind: 'merge', ...rest } : { kind: 'merge', ...row }
  return etag === '*' ? { kind: 'put', ...rest } : { kind: 'replace', ...row }
}

function toValues(entity: Record<string, unknown>): Values {
  const values: Record<string, Value> = {}
  for (const [name, value] of Object.entries(entity)) {
    if (name === 'PartitionKey' || name === 'RowKey' || name.includes('@')) continue
    const isBinary = entity[`${name}@odata.type`] === 'Edm.Binary'
    values[name] = isBinary ? Buffer.from(String(value), 'base64') : (value as Value)
  }
  return values
}

/** A row as the service shows it. */
export function toEntity(partition: string, row: Row): Record<string, unknown> {
  const properties = Object.entries(row.values).flatMap(([name, value]) =>
    value instanceof Uint8Array
      ? [
          [`${name}@odata.type`, 'Edm.Binary'],
          [name, Buffer.from(value).toString('base64')],
        ]
      : [[name, value]],
  )
  return {
    'odata.etag': row.etag,
    PartitionKey: partition,
    RowKey: row.key,
    ...(Object.fromEntries(properties) as object),
  }
}

/** A key out of an OData literal. */
export const unquoted = (text: string): string => text.replaceAll("''", "'")

import { describe, expect, it } from 'vitest'
import { parseBatchAnswer, writeBatch } from '../../shared/storage/azure-batch.ts'
import type { Write } from '../../shared/storage/table.ts'

const TARGET = { url: 'https://a.table.core.windows.net', table: 'directory', partition: `it's` }

/** The parts of the change set, as lines. */
function partsOf(writes: readonly Write[]): string[][] {
  const { contentType, text } = writeBatch(TARGET, writes)
  const [, batch] = /^multipart\/mixed; boundary=(batch_[-0-9a-f]+)$/.exec(contentType) ?? []
  const [, changeSet = ''] = /boundary=(changeset_[-0-9a-f]+)\r\n/.exec(text) ?? []
  const parts = text.split(`--${changeSet}\r\n`)
  expect(parts.shift()).toBe(`--${batch}\r\nContent-Type: multipart/mixed; boundary=${changeSet}\r\n\r\n`)
  expect(text.endsWith(`\r\n--${changeSet}--\r\n--${batch}--\r\n`)).toBe(true)
  return parts.map((part) => part.split(`--${changeSet}--`, 1)[0]?.split('\r\n') ?? [])
}

function requestLineOf(part: readonly string[] | undefined): string | undefined {
  return part?.find((line) => line.endsWith(' HTTP/1.1'))
}

function ifMatchOf(part: readonly string[] | undefined): string | undefined {
  return part?.find((line) => line.startsWith('If-Match: '))?.slice('If-Match: '.length)
}

describe('the body of a transaction', () => {
  const row = `(PartitionKey='it''s',RowKey='o''neil%2F%20%C3%A9')`

  it.each<[Write, string, string | undefined]>([
    [{ kind: 'insert', key: 'k', values: {} }, 'POST /directory', undefined],
    [{ kind: 'put', key: `o'neil/ é`, values: {} }, `PUT /directory${row}`, undefined],
    [{ kind: 'replace', key: `o'neil/ é`, values: {}, etag: 'W/"1"' }, `PUT /directory${row}`, 'W/"1"'],
    [{ kind: 'merge', key: `o'neil/ é`, values: {}, etag: 'W/"1"' }, `PATCH /directory${row}`, 'W/"1"'],
    [{ kind: 'merge', key: `o'neil/ é`, values: {} }, `PATCH /directory${row}`, '*'],
    [{ kind: 'delete', key: `o'neil/ é`, etag: 'W/"1"' }, `DELETE /directory${row}`, 'W/"1"'],
    [{ kind: 'delete', key: `o'neil/ é` }, `DELETE /directory${row}`, '*'],
  ])('has %j as one request', (write, line, match) => {
    const [part] = partsOf([write])

    expect(requestLineOf(part)?.replace(TARGET.url, '')).toBe(`${line} HTTP/1.1`)
    expect(ifMatchOf(part)).toBe(match)
  })

  it('types integers and bytes, and nothing else', () => {
    const values = { n: 1, b: new Uint8Array([1, 2, 3]), t: true, s: '2026-01-01' }
    const [part] = partsOf([{ kind: 'insert', key: 'k', values }])

    expect(JSON.parse(part?.find((line) => line.startsWith('{')) ?? '')).toEqual({
      PartitionKey: `it's`,
      RowKey: 'k',
      n: 1,
      'n@odata.type': 'Edm.Int32',
      b: 'AQID',
      'b@odata.type': 'Edm.Binary',
      t: true,
      s: '2026-01-01',
    })
  })

  it('keeps the order of the writes', () => {
    const keys = ['b', 'a', 'c']
    const parts = partsOf(keys.map((key): Write => ({ kind: 'delete', key })))

    expect(parts.map((part) => /RowKey='(.)'/.exec(requestLineOf(part) ?? '')?.[1])).toEqual(keys)
  })

  it('is refused, as a fault of ours, over 4 MiB', () => {
    const values = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`t${i}`, '名'.repeat(32_000)]))
    const writes = ['a', 'b', 'c'].map((key): Write => ({ kind: 'put', key, values }))

    expect(() => writeBatch(TARGET, writes)).toThrow('4194304')
  })
})

describe('the answer to a transaction', () => {
  it('names the refused write by its prefix, also beyond nine', () => {
    const error = {
      code: 'EntityAlreadyExists',
      message: { lang: 'en-US', value: '42:The entity exists.\nRequestId:1' },
    }
    const text = `--x\r\n\r\nHTTP/1.1 409 Conflict\r\n\r\n${JSON.stringify({ 'odata.error': error })}\r\n--x--`

    expect(parseBatchAnswer(202, text, 100)).toEqual({ index: 42, reason: 'exists' })
  })

  it('is success only when each write has an answer', () => {
    const part = '--x\r\n\r\nHTTP/1.1 204 No Content\r\nETag: W/"1"\r\n\r\n'

    expect(parseBatchAnswer(202, part.repeat(2), 2)).toBeUndefined()
    expect(() => parseBatchAnswer(202, part, 2)).toThrow('storage_unavailable')
  })
})

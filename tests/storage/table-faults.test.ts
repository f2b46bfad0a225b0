import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import { openAzureTable } from '../../shared/storage/azure-table.ts'
import type { AzureTiming } from '../../shared/storage/azure-client.ts'
import type { Table, Write } from '../../shared/storage/table.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import type { Fault, FaultProxy } from '../support/fault-proxy.ts'

const UNAVAILABLE = { code: 'storage_unavailable', retryAfterSeconds: 5 }
const ATTEMPTS = 4
const EVERYTHING = { from: '', to: '~', limit: 100 }

const direct = openAzureTable({ kind: 'connectionString', connectionString: inject('azurite') }, 'directory')
let proxy: FaultProxy
let table: Table
let requests = 0
let partition = ''

/** Generous, so that a busy machine does not fail a test; where an attempt must time out, the test sets its own. */
function openThroughProxy(timing: Partial<AzureTiming> = {}): Table {
  const { connectionString } = proxy
  return openAzureTable({ kind: 'connectionString', connectionString }, 'directory', {
    onRequest: () => requests++,
    timing: { attemptMs: 5_000, callMs: 20_000, retryMs: 1, ...timing },
  })
}

beforeEach(async () => {
  partition = `p-${randomUUID()}`
  requests = 0
  proxy = await startFaultProxy(inject('azurite'))
  table = openThroughProxy()
})

afterEach(() => proxy.close())

function insert(key: string, n = 1): Write {
  return { kind: 'insert', key, values: { n } }
}

/** What a transaction answers: 202, with the outcome of one of its writes inside. */
function transactionAnswer(status: number, code: string, message: string): Fault {
  const body = [
    '--batchresponse_1',
    'Content-Type: multipart/mixed; boundary=changesetresponse_1',
    '',
    '--changesetresponse_1',
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `HTTP/1.1 ${status} Some Reason`,
    'Content-Type: application/json;odata=minimalmetadata',
    '',
    JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: message } } }),
    '--changesetresponse_1--',
    '--batchresponse_1--',
  ].join('\r\n')
  return {
    kind: 'answer',
    status: 202,
    headers: { 'content-type': 'multipart/mixed; boundary=batchresponse_1' },
    body,
  }
}

function odataAnswer(status: number, code: string): Fault {
  const body = JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'no' } } })
  return { kind: 'answer', status, headers: { 'content-type': 'application/json' }, body }
}

async function thrownBy(call: () => Promise<unknown>): Promise<unknown> {
  return call().then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error,
  )
}

const passing: [string, Fault][] = [
  ['503', { kind: 'answer', status: 503 }],
  ['500', { kind: 'answer', status: 500 }],
  ['503 with Retry-After', { kind: 'answer', status: 503, headers: { 'retry-after': '0' } }],
  ['429 with Retry-After', { kind: 'answer', status: 429, headers: { 'retry-after': '0' } }],
  ['a torn connection', { kind: 'reset' }],
  ['no answer', { kind: 'hang' }],
  ['half an answer', { kind: 'cut' }],
  ['a lost answer', { kind: 'lost' }],
]

const calls: [string, () => Promise<unknown>][] = [
  ['get', () => table.get(partition, 'k')],
  ['range', () => table.range(partition, EVERYTHING)],
  ['scan', async () => table.scan('', '~')[Symbol.asyncIterator]().next()],
  ['batch', () => table.batch(partition, [insert('new')])],
]

describe.each(passing)('%s, twice', (_name, fault) => {
  beforeEach(() => {
    if (fault.kind === 'hang') table = openThroughProxy({ attemptMs: 300 })
  })

  it('is retried by a read', async () => {
    await direct.batch(partition, [insert('k')])
    proxy.fail(fault, 2)

    expect(await table.get(partition, 'k')).toMatchObject({ key: 'k', values: { n: 1 } })
    expect(requests).toBe(3)
    expect(proxy.requests()).toBe(3)
  })

  it('is retried by a range', async () => {
    await direct.batch(partition, [insert('k')])
    proxy.fail(fault, 2)

    expect(await table.range(partition, EVERYTHING)).toMatchObject([{ key: 'k' }])
    expect(requests).toBe(3)
  })

  it('is retried by a transaction, which says that it was sent again', async () => {
    proxy.fail(fault, 2)

    const result = await table.batch(partition, [{ kind: 'put', key: 'k', values: { n: 1 } }])

    expect(result).toEqual({ resent: true })
    expect(requests).toBe(3)
    expect(await direct.range(partition, EVERYTHING)).toHaveLength(1)
  })
})

describe.each<[string, Fault]>([
  ['a lost answer', { kind: 'lost' }],
  ['half an answer', { kind: 'cut' }],
])('%s to a committed transaction', (_name, fault) => {
  it('comes back as a refusal that may be its own echo', async () => {
    proxy.fail(fault)

    const result = await table.batch(partition, [insert('a'), insert('b')])

    expect(result).toEqual({ refusal: { index: 0, reason: 'exists' }, resent: true })
    expect(await direct.range(partition, EVERYTHING)).toHaveLength(2)
  })

  it('is an echo for conditional writes and deletes too', async () => {
    await direct.batch(partition, [insert('a'), insert('b')])
    const [etag = ''] = (await direct.range(partition, EVERYTHING)).map((row) => row.etag)

    proxy.fail(fault)
    expect(await table.batch(partition, [{ kind: 'replace', key: 'a', values: { n: 2 }, etag }])).toEqual({
      refusal: { index: 0, reason: 'changed' },
      resent: true,
    })
    proxy.fail(fault)
    expect(await table.batch(partition, [{ kind: 'delete', key: 'b' }])).toEqual({
      refusal: { index: 0, reason: 'missing' },
      resent: true,
    })
    expect(await direct.range(partition, EVERYTHING)).toMatchObject([{ key: 'a', values: { n: 2 } }])
  })
})

describe('a refusal of a transaction that was sent once', () => {
  it('says so', async () => {
    await direct.batch(partition, [insert('k')])

    expect(await table.batch(partition, [insert('k')])).toEqual({
      refusal: { index: 0, reason: 'exists' },
      resent: false,
    })
  })
})

describe.each(passing)('a store that answers for ever with %s', (_name, fault) => {
  beforeEach(() => {
    if (fault.kind === 'hang') table = openThroughProxy({ attemptMs: 50 })
  })

  it.each(calls)('makes %s fail as unavailable, within its attempts', async (_call, call) => {
    proxy.fail(fault, Infinity)

    const error = await thrownBy(call)

    expect(failureOf(error)).toEqual(UNAVAILABLE)
    expect((error as Error).cause).toBeDefined()
    expect(requests).toBe(ATTEMPTS)
  })
})

describe('a store that is not there at all', () => {
  it.each(calls)('makes %s fail as unavailable', async (_call, call) => {
    await proxy.close()

    expect(failureOf(await thrownBy(call))).toEqual(UNAVAILABLE)
    expect(requests).toBe(ATTEMPTS)
  })
})

describe('a store that never answers', () => {
  it.each(calls)('holds %s no longer than the whole call may take', async (_call, call) => {
    table = openThroughProxy({ callMs: 200, attemptMs: 60_000 })
    proxy.fail({ kind: 'hang' }, Infinity)
    const start = performance.now()

    expect(failureOf(await thrownBy(call))).toEqual(UNAVAILABLE)
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(requests).toBe(1)
  })

  it('is not waited for through a Retry-After that is longer than the call', async () => {
    table = openThroughProxy({ callMs: 200 })
    proxy.fail({ kind: 'answer', status: 503, headers: { 'retry-after': '60' } }, Infinity)
    const start = performance.now()

    expect(failureOf(await thrownBy(() => table.get(partition, 'k')))).toEqual(UNAVAILABLE)
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})

describe('an answer that no retry mends', () => {
  it.each<[string, Fault]>([
    ['403', odataAnswer(403, 'AuthenticationFailed')],
    ['401', odataAnswer(401, 'InvalidAuthenticationInfo')],
    ['404 for the table', odataAnswer(404, 'TableNotFound')],
    ['404 from something that is not Table Storage', { kind: 'answer', status: 404, body: '<html>' }],
    ['429 without Retry-After', odataAnswer(429, 'TooManyRequests')],
  ])('is unavailable after one request, never "not found": %s', async (_name, fault) => {
    for (const [, call] of calls) {
      requests = 0
      proxy.fail(fault)
      expect(failureOf(await thrownBy(call))).toEqual(UNAVAILABLE)
      expect(requests).toBe(1)
    }
  })

  it('is a fault of ours when it is 400', async () => {
    for (const [, call] of calls) {
      proxy.fail(odataAnswer(400, 'InvalidInput'))
      const error = await thrownBy(call)
      expect(failureOf(error)).toBeUndefined()
      expect(error).toBeInstanceOf(Error)
    }
  })
})

describe('a transaction whose answer holds a failure inside', () => {
  it.each([500, 503])('is sent again for %s, as often as any other', async (status) => {
    proxy.fail(transactionAnswer(status, 'ServerBusy', '0:busy'), 2)
    expect(await table.batch(partition, [insert('a')])).toEqual({ resent: true })
    expect(requests).toBe(3)

    requests = 0
    proxy.fail(transactionAnswer(status, 'ServerBusy', '0:busy'), Infinity)
    expect(failureOf(await thrownBy(() => table.batch(partition, [insert('b')])))).toEqual(UNAVAILABLE)
    expect(requests).toBe(ATTEMPTS)
  })

  it.each<[string, Fault]>([
    ['a table that is missing', transactionAnswer(404, 'TableNotFound', '0:no table')],
    ['a table that is being deleted', transactionAnswer(409, 'TableBeingDeleted', '0:soon gone')],
    ['no permission', transactionAnswer(403, 'AuthorizationFailure', '0:no')],
    ['a refusal of an unknown write', transactionAnswer(409, 'EntityAlreadyExists', 'which?')],
    ['fewer answers than writes', transactionAnswer(204, '', '')],
    ['nothing', { kind: 'answer', status: 202 }],
  ])('is unavailable for %s', async (_name, fault) => {
    proxy.fail(fault)

    const error = await thrownBy(() => table.batch(partition, [insert('a'), insert('b')]))

    expect(failureOf(error)).toEqual(UNAVAILABLE)
    expect(requests).toBe(1)
  })

  it('is a fault of ours for 400', async () => {
    proxy.fail(transactionAnswer(400, 'PropertyValueTooLarge', '0:too large'))

    const error = await thrownBy(() => table.batch(partition, [insert('a')]))

    expect(failureOf(error)).toBeUndefined()
    expect((error as Error).cause).toMatchObject({
      message: expect.stringContaining('PropertyValueTooLarge'),
    })
  })
})

describe('a page without rows', () => {
  it('is followed by the next one when there is more', async () => {
    await direct.batch(partition, [insert('a'), insert('b')])
    const headers = {
      'content-type': 'application/json',
      // Azurite's form of continuation tokens: the next keys in base64.
      'x-ms-continuation-NextPartitionKey': btoa(partition),
      'x-ms-continuation-NextRowKey': btoa('b'),
    }
    proxy.fail({ kind: 'answer', status: 200, headers, body: '{"value":[]}' })

    expect(await table.range(partition, EVERYTHING)).toMatchObject([{ key: 'b' }])
    expect(requests).toBe(2)
  })
})

import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import { openAzureTable } from '../../shared/storage/azure-table.ts'
import type { Table } from '../../shared/storage/table.ts'

let endpoint: Server
let answer: RequestListener
let asked: string[]
let storageRequests: number

/** Plays the token endpoint that Azure gives each app in its environment; the identity library reads it only once. */
beforeAll(async () => {
  endpoint = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  })
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
  const { port } = endpoint.address() as AddressInfo
  vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi/token`)
  vi.stubEnv('IDENTITY_HEADER', 'header')
})

beforeEach(() => {
  asked = []
  storageRequests = 0
})

afterAll(() => {
  vi.unstubAllEnvs()
  endpoint.closeAllConnections()
  endpoint.close()
})

/** The account is never reached: without a token nothing is sent, and nobody listens there. */
function openWithIdentity(managedIdentityClientId: string, callMs: number): Table {
  return openAzureTable({ kind: 'url', url: 'https://127.0.0.1:1' }, 'directory', {
    managedIdentityClientId,
    onRequest: () => storageRequests++,
    timing: { callMs, retryMs: 1 },
  })
}

async function failureOfGet(table: Table): Promise<unknown> {
  return table.get('p', 'k').then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => failureOf(error),
  )
}

describe('an account that is reached by managed identity', () => {
  it('is unavailable in time while the token endpoint is silent', async () => {
    answer = () => undefined
    const table = openWithIdentity('silent', 300)
    const start = performance.now()

    expect(await failureOfGet(table)).toEqual({ code: 'storage_unavailable', retryAfterSeconds: 5 })
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(storageRequests).toBe(0)
  })

  it('asks for a token of its user-assigned identity for storage, once, and then sends requests', async () => {
    answer = (_request, response) =>
      response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          access_token: 'token',
          expires_on: String(Math.floor(Date.now() / 1000) + 3_600),
          resource: 'https://storage.azure.com',
          token_type: 'Bearer',
        }),
      )
    const table = openWithIdentity('the-client-id', 20_000)

    expect(await failureOfGet(table)).toMatchObject({ code: 'storage_unavailable' })
    expect(await failureOfGet(table)).toMatchObject({ code: 'storage_unavailable' })
    expect(storageRequests).toBe(8)
    // A question of the test before may come late.
    const queries = asked.map((url) => new URL(url, 'http://host').searchParams)
    const [query, ...others] = queries.filter((params) => params.get('client_id') === 'the-client-id')
    expect(others).toEqual([])
    expect(query?.get('resource')).toBe('https://storage.azure.com')
  })
})

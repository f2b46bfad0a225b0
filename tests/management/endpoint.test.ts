import { randomBytes } from 'node:crypto'
import { HttpRequest } from '@azure/functions'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  managementEndpoint,
  type ManagementHandler,
  type ManagementServices,
} from '../../shared/http/management-endpoint.ts'
import { problemOf } from '../../shared/http/management-problem.ts'
import { fail, type Failure } from '../../shared/kernel/failure.ts'
import { newInstance, newStore } from '../connectors/fixtures.ts'
import { newInvocation, toAnswer, type Answer } from './fixtures.ts'
import { createTurns } from '../../shared/kernel/turns.ts'

afterEach(() => {
  vi.useRealTimers()
})

async function services(): Promise<ManagementServices> {
  const store = newStore()
  const settings = {
    mode: 'development',
    publicBaseUrl: 'https://id.example.com',
    accounts: store.accounts,
    salesContact: 'sales@example.com',
    scimMaxRps: 0,
    managedIdentityClientId: undefined,
    wrappingKey: { kind: 'fixed', key: randomBytes(32) },
    platformClients: new Map(),
    extraIssuers: [],
  } as const
  return { settings, store, authenticator: newInstance(store), now: () => new Date(), turns: createTurns() }
}

interface Sent {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly path?: string
  readonly params?: Record<string, string>
}

/** One request to an address whose POST and GET are the handler; comes back with the answer and the log lines. */
async function send(handler: ManagementHandler, sent: Sent = {}): Promise<Answer & { lines: string[] }> {
  const lines: string[] = []
  const { method = 'POST', headers = {}, body, path = 'management/things', params = {} } = sent
  const endpoint = managementEndpoint(services, {
    template: 'management/things',
    methods: { GET: handler, POST: handler },
  })
  // The library would call a text text/plain.
  const given = body === undefined ? headers : { 'content-type': 'application/json', ...headers }
  const init = { method, url: `https://internal.example/${path}`, headers: given, params }
  const request = new HttpRequest(body === undefined ? init : { ...init, body: { string: body } })
  const response = await endpoint(
    request,
    newInvocation((line) => lines.push(String(line))),
  )
  return { ...toAnswer(response), lines }
}

const echo: ManagementHandler = async ({ body }) => ({ status: 200, body: { got: body ?? null } })
const length = (bytes: number): Record<string, string> => ({ 'content-length': String(bytes) })
const allOfA: ManagementHandler = async ({ query }) => ({ status: 200, body: query.getAll('a') })
const never: ManagementHandler = async () => {
  throw new Error('the handler must not run')
}

describe('a body', () => {
  it('is taken up to 1 MiB by its announced length', async () => {
    const body = JSON.stringify({ a: 1 })

    expect((await send(echo, { body, headers: length(1_048_576) })).json).toEqual({ got: { a: 1 } })
    expect(await send(never, { body, headers: length(1_048_577) })).toMatchObject({
      status: 413,
      json: { type: '/problems/too-large', status: 413 },
    })
  })

  it('is refused by its real length too', async () => {
    const { status } = await send(never, { body: JSON.stringify('x'.repeat(1_048_576)) })

    expect(status).toBe(413)
  })

  it.each([
    [411, { 'transfer-encoding': 'chunked' }, '/problems/length-required'],
    [415, { 'content-encoding': 'gzip' }, '/problems/unsupported-media-type'],
    [415, { 'content-type': 'text/plain' }, '/problems/unsupported-media-type'],
  ])('is refused with %d for the header %j', async (status, headers, type) => {
    expect(await send(never, { body: '{}', headers })).toMatchObject({ status, json: { type, status } })
  })

  it('may be missing', async () => {
    expect((await send(echo)).json).toEqual({ got: null })
  })
})

describe('an answer', () => {
  it('to HEAD is the one to GET without its body', async () => {
    const [get, head] = [await send(echo, { method: 'GET' }), await send(echo, { method: 'HEAD' })]

    expect(head).toMatchObject({ status: 200, headers: get.headers, text: undefined })
    expect(get.text).toBeDefined()
  })

  it('is 500 without a word about the cause where the fault is ours, and the log has the place', async () => {
    const { status, headers, json, lines } = await send(async () => {
      throw new TypeError('cannot read secret sauce')
    })

    expect(status).toBe(500)
    expect(headers['Content-Type']).toBe('application/problem+json')
    expect(json).toEqual({ type: '/problems/unexpected', title: expect.any(String), status: 500 })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('TypeError at ')
    // A message may quote what a client sent.
    expect(lines[0]).not.toContain('secret sauce')
  })

  it('is 503 with Retry-After once the time of a request is over', async () => {
    vi.useFakeTimers()
    const work = send(() => new Promise(() => undefined))

    await vi.advanceTimersByTimeAsync(25_000)

    expect(await work).toMatchObject({
      status: 503,
      headers: { 'Retry-After': '5' },
      json: { type: '/problems/storage-unavailable' },
    })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has a type of its own for each failure, in the form of RFC 9457', () => {
    const failures: readonly Failure[] = [
      { code: 'unauthenticated', credentials: 'wrong' },
      { code: 'connector_disabled' },
      { code: 'plan_required', contact: 'sales' },
      { code: 'not_found', detail: 'x' },
      { code: 'method_not_allowed', allow: ['GET', 'HEAD'] },
      { code: 'not_implemented', detail: 'x' },
      { code: 'bad_request', scimType: 'invalidValue', detail: 'x' },
      { code: 'not_unique', detail: 'x', attributes: ['shortName'] },
      { code: 'conflict', detail: 'x', clashes: [1] },
      { code: 'length_required' },
      { code: 'too_large', detail: 'x' },
      { code: 'unsupported_media_type', detail: 'x' },
      { code: 'rate_limited', retryAfterSeconds: 7 },
      { code: 'storage_unavailable', retryAfterSeconds: 7 },
    ]
    const problems = failures.map(problemOf)

    expect(problems.map(({ status }) => status)).toEqual([
      401, 403, 403, 404, 405, 501, 400, 409, 409, 411, 413, 415, 429, 503,
    ])
    expect(new Set(problems.map(({ type }) => type)).size).toBe(failures.length)
    for (const { type, title } of problems) {
      expect(type).toMatch(/^\/problems\/[a-z-]+$/)
      expect(title).not.toBe('')
    }
    expect(problems[4]?.headers).toEqual({ Allow: 'GET, HEAD' })
    expect(problems[8]?.members).toEqual({ clashes: [1] })
    for (const problem of problems.slice(-2)) expect(problem.headers).toEqual({ 'Retry-After': '7' })
  })
})

describe('the log line', () => {
  it('has listed fields only: no query, body or name, and ids only where they are ids', async () => {
    const params = { organization: '0123456789abcdef', connector: '0123456789abcdef-7', secret: 'abc' }
    const { lines } = await send(echo, {
      body: '{"name":"Contoso"}',
      path: 'management/things?name=Contoso',
      params,
    })

    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('Contoso')
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: expect.any(String),
      correlationId: 'invocation-1',
      route: 'management/things',
      method: 'POST',
      status: 200,
      ms: expect.any(Number),
      organization: '0123456789abcdef',
      connector: '0123456789abcdef-7',
    })
  })

  it('leaves out a text in the path that is no id, and names the failure', async () => {
    const { lines } = await send(async () => fail({ code: 'not_found', detail: 'Contoso' }), {
      params: { organization: 'Contoso', connector: 'Contoso-1' },
    })

    expect(lines[0]).not.toContain('Contoso')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ status: 404, failure: 'not_found' })
  })
})

describe('the query', () => {
  it('is read from the URL, where one name may come twice', async () => {
    const { json } = await send(allOfA, { method: 'GET', path: 'management/things?a=1&a=%2B' })

    expect(json).toEqual(['1', '+'])
  })
})

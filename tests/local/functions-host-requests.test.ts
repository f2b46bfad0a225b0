import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFunctionsHost } from '../../local/functions-host.ts'
import type { FunctionsHost } from '../../local/functions-host.ts'
import { send, sendToEcho } from '../support/function-app/client.ts'

const ECHO = `${import.meta.dirname}/../support/function-app/echo`
const BODY_LIMIT = 64

describe('requests as the Functions host hands them over', () => {
  let host: FunctionsHost

  beforeAll(async () => {
    const settings = { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(BODY_LIMIT) }
    host = await startFunctionsHost({ root: ECHO, port: 0, settings })
  })
  afterAll(() => host.close())

  it.each([
    ['code=a&code=b', [['code', 'a,b']]],
    ['count=1&COUNT=2', [['COUNT', '1,2']]],
    [
      'a=x+y&b=%2B',
      [
        ['a', 'x y'],
        ['b', '+'],
      ],
    ],
    [
      'empty=&flag',
      [
        ['empty', ''],
        ['flag', ''],
      ],
    ],
    ['__proto__=a', [['__proto__', 'a']]],
    ['', []],
  ])('joins repeated names of ?%s in request.query, ignoring case', async (query, seen) => {
    expect((await sendToEcho(host, `/echo?${query}`)).query).toEqual(seen)
  })

  it('joins repeated headers with a comma, cookies too, and drops empty ones', async () => {
    const { headers } = await sendToEcho(host, '/echo', {
      headers: [
        'Cookie',
        'a=1',
        'cookie',
        'b=2',
        'User-Agent',
        'x',
        'User-Agent',
        'y',
        'X-Empty',
        '',
        'Constructor',
        'z',
      ],
    })

    expect(headers).toMatchObject({ cookie: 'a=1,b=2', 'user-agent': 'x,y', constructor: 'z' })
    expect(headers).not.toHaveProperty('x-empty')
  })

  it('builds request.url from the Host header and ignores X-Forwarded-*', async () => {
    const { url } = await sendToEcho(host, '/echo/a', {
      headers: ['X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'other.example', 'X-Forwarded-Port', '443'],
    })

    expect(url).toBe(`http://127.0.0.1:${host.port}/echo/a`)
  })

  it.each([
    ['invalid UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d])],
    ['gzip', Buffer.from([0x1f, 0x8b, 0x08, 0x00])],
  ])('hands over %s byte by byte', async (_, body) => {
    const seen = await sendToEcho(host, '/echo', {
      method: 'POST',
      body,
      headers: ['Content-Encoding', 'gzip'],
    })

    expect(Buffer.from(seen.base64, 'base64')).toEqual(body)
  })

  it('loses a chunked body', async () => {
    const seen = await sendToEcho(host, '/echo', { method: 'POST', body: '{"a":1}', chunked: true })

    expect(seen).toMatchObject({ hasBody: false, base64: '', headers: { 'transfer-encoding': 'chunked' } })
  })

  it('takes a body at the limit, and answers one above it with 500 and nothing', async () => {
    const seen = await sendToEcho(host, '/echo', { method: 'PUT', body: 'x'.repeat(BODY_LIMIT) })
    const answer = await send(host, '/echo', { method: 'PUT', body: 'x'.repeat(BODY_LIMIT + 1) })

    expect(Buffer.from(seen.base64, 'base64')).toHaveLength(BODY_LIMIT)
    expect(answer).toMatchObject({ status: 500, body: '' })
    expect(answer.lines('cache-control')).toEqual(['no-store'])
  })

  it('survives a client that goes away in the middle of its body', async () => {
    const socket = connect(host.port, '127.0.0.1')
    socket.end('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc')
    await new Promise((resolve) => {
      socket
        .on('close', resolve)
        .on('error', () => undefined)
        .resume()
    })

    expect((await sendToEcho(host, '/echo')).method).toBe('GET')
  })
})

describe('function keys', () => {
  it('asks for none unless one is set', async () => {
    const host = await startFunctionsHost({ root: ECHO, port: 0 })
    try {
      expect((await send(host, '/keyed')).status).toBe(200)
    } finally {
      await host.close()
    }
  })

  it.each([
    ['no key', '/keyed', [], 401],
    ['a wrong key', '/keyed', ['x-functions-key', 'wrong'], 401],
    ['the key', '/keyed', ['X-Functions-Key', 'secret key'], 200],
    ['the key as ?code=', '/keyed?code=secret%20key', [], 200],
    ['a wrong header beside the right ?code=', '/keyed?code=secret%20key', ['x-functions-key', 'wrong'], 401],
    ['no key for authLevel admin', '/keyed-admin', [], 401],
    ['no key for the admin call', '/admin/functions/tick', [], 404],
  ])('answers %s', async (_, path, headers, status) => {
    const host = await startFunctionsHost({ root: ECHO, port: 0, functionKey: 'secret key' })
    try {
      const answer = await send(host, path, { headers })

      expect(answer.status).toBe(status)
      expect(answer.lines('x-content-type-options')).toEqual(['nosniff'])
      expect(answer.body === '').toBe(status !== 200)
    } finally {
      await host.close()
    }
  })

  it('leaves ?code= of an anonymous function to the function', async () => {
    const host = await startFunctionsHost({ root: ECHO, port: 0, functionKey: 'secret key' })
    try {
      expect((await sendToEcho(host, '/echo?code=from-elsewhere')).query).toEqual([
        ['code', 'from-elsewhere'],
      ])
    } finally {
      await host.close()
    }
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFunctionsHost } from '../../local/functions-host.ts'
import type { FunctionsHost } from '../../local/functions-host.ts'
import { send } from '../support/function-app/client.ts'

const ECHO = `${import.meta.dirname}/../support/function-app/echo`

describe('answers as the Functions host sends them', () => {
  let host: FunctionsHost
  const logged: string[] = []

  beforeAll(async () => {
    host = await startFunctionsHost({ root: ECHO, port: 0, log: ({ message }) => logged.push(message) })
  })
  afterAll(() => host.close())

  it.each([
    ['a handler that throws', 'throw'],
    ['a handler that rejects', 'reject'],
    ['a handler that returns a string', 'string'],
    ['a response header beyond ASCII', 'beyond-ascii'],
    ['a Content-Length of its own that is wrong', 'wrong-length'],
  ])('turns %s into 500 without a body', async (_, kind) => {
    const answer = await send(host, `/answer/${kind}`)

    expect(answer).toMatchObject({ status: 500, body: '' })
    expect(answer.lines('cache-control')).toEqual(['no-store'])
  })

  it('tells the log, and nobody else, what a handler threw', async () => {
    await send(host, '/answer/throw')

    expect(logged.join('\n')).toContain('on purpose')
  })

  it('answers 204 for undefined, and 200 for an empty answer', async () => {
    expect(await send(host, '/answer/undefined')).toMatchObject({ status: 204, body: '' })
    const empty = await send(host, '/answer/nothing')
    expect(empty).toMatchObject({ status: 200, body: '' })
    expect(empty.lines('content-length')).toEqual(['0'])
  })

  it('sends a body chunked', async () => {
    const answer = await send(host, '/answer/text')

    expect(answer.body).toBe('text')
    expect(answer.lines('transfer-encoding')).toEqual(['chunked'])
    expect(answer.lines('content-length')).toEqual([])
  })

  it('keeps a Content-Length of the handler’s own that is right', async () => {
    const answer = await send(host, '/answer/right-length')

    expect(answer.body).toBe('four')
    expect(answer.lines('content-length')).toEqual(['4'])
  })

  it.each([
    ['no-content', 204],
    ['not-modified', 304],
  ])('drops the body of %s and keeps its ETag', async (kind, status) => {
    const answer = await send(host, `/answer/${kind}`)

    expect(answer).toMatchObject({ status, body: '' })
    expect(answer.lines('etag')).toEqual(['"1"'])
    expect(answer.lines('content-length')).toEqual([])
  })

  it('sends no body to HEAD', async () => {
    expect(await send(host, '/answer/text', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it('joins repeated WWW-Authenticate headers into one line', async () => {
    const answer = await send(host, '/answer/challenges')

    expect(answer.lines('www-authenticate')).toEqual(['Bearer realm="a", Basic realm="a"'])
  })

  it('lets only the last Set-Cookie of the headers survive', async () => {
    expect((await send(host, '/answer/set-cookie-headers')).lines('set-cookie')).toEqual(['second=2'])
  })

  it('writes every entry of cookies, its value escaped, with a path', async () => {
    expect((await send(host, '/answer/cookies')).lines('set-cookie')).toEqual([
      'plain=a%20b%3B%27%C3%A9; path=/',
      'gone=; max-age=0; path=/',
      '__Host-s=v; max-age=60; path=/p; secure; samesite=lax; httponly',
      'dated=v; expires=Wed, 02 Jan 2030 00:00:00 GMT; domain=a.example; path=/',
    ])
  })

  it.each(['/answer/text', '/answer/throw', '/answer/undefined', '/nowhere', '/answer/%00', '/'])(
    'adds the custom headers of host.json to the answer of %s',
    async (path) => {
      const answer = await send(host, path)

      expect(answer.lines('x-content-type-options')).toEqual(['nosniff'])
      expect(answer.lines('cache-control')).toEqual(['no-store'])
    },
  )

  it('lets a handler’s own header win over a custom one', async () => {
    const answer = await send(host, '/answer/own-header')

    expect(answer.lines('cache-control')).toEqual(['max-age=60'])
    expect(answer.lines('x-content-type-options')).toEqual(['nosniff'])
  })

  it('runs the hooks of the app around a handler', async () => {
    expect((await send(host, '/hooked')).body).toBe('from the hook, twice')
  })
})

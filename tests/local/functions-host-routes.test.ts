import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFunctionsHost } from '../../local/functions-host.ts'
import type { FunctionsHost } from '../../local/functions-host.ts'
import { send, sendToEcho } from '../support/function-app/client.ts'

const APPS = `${import.meta.dirname}/../support/function-app`

describe('routes of the Functions host', () => {
  let host: FunctionsHost

  beforeAll(async () => {
    host = await startFunctionsHost({ root: `${APPS}/echo`, port: 0 })
  })
  afterAll(() => host.close())

  it('lists the functions in name order, ignoring case, with "-" before letters and "_" after them', () => {
    const names = host.functions.map(({ name }) => name).filter((name) => /^order/i.test(name))

    expect(names).toEqual(['Order-A-any', 'order-b-precise', 'orders', 'order_c'])
    expect(host.functions.find(({ name }) => name === 'order-b-precise')).toMatchObject({
      route: 'order/special',
      methods: ['GET', 'POST'],
      authLevel: 'anonymous',
      trigger: 'httpTrigger',
    })
  })

  it('lets the first name win, however precise a later route is', async () => {
    expect((await send(host, '/order/special')).body).toBe('a')
  })

  it('passes over a route whose method does not match', async () => {
    expect((await send(host, '/order/special', { method: 'POST' })).body).toBe('b')
    expect((await send(host, '/order/special', { method: 'DELETE' })).body).toBe('c')
  })

  it.each(['PUT', 'HEAD', 'OPTIONS'])(
    'answers %s where nobody declared it with 404, empty, no Allow',
    async (method) => {
      const answer = await send(host, '/order/special', { method })

      expect(answer).toMatchObject({ status: 404, body: '' })
      expect(answer.lines('allow')).toEqual([])
    },
  )

  it('tries a route that begins with a parameter before a later one that begins with a literal', async () => {
    expect((await send(host, '/area/second', { method: 'PUT' })).body).toBe('parameter')
    expect((await send(host, '/area/second', { method: 'PATCH' })).body).toBe('literal')
    expect((await send(host, '/elsewhere/second', { method: 'PUT' })).body).toBe('parameter')
  })

  it.each([
    ['/routes/literal', {}],
    ['/ROUTES/LITERAL/', {}],
    ['/routes/required/Aa', { p: 'Aa' }],
    ['/routes/inner/x/end', { p: 'x' }],
    ['/routes/optional', {}],
    ['/routes/optional/', {}],
    ['/routes/optional/x/', { p: 'x' }],
    ['/routes/int/-12', { p: '-12' }],
    ['/routes/guid/7F0B6C1E-95B4-4f3e-9d2e-0d5d1f2a3b4c', { p: '7F0B6C1E-95B4-4f3e-9d2e-0d5d1f2a3b4c' }],
    ['/routes/length/abc', { p: 'abc' }],
    ['/routes/regex/A12', { p: 'A12' }],
    ['/routes/default', { p: 'seven' }],
    ['/routes/default/8', { p: '8' }],
    ['/routes/rest', {}],
    ['/routes/rest/a/b//c/', { p: 'a/b//c/' }],
    [
      '/echo/Schemas/urn:ietf:params:scim:schemas:core:2.0:User',
      { path: 'Schemas/urn:ietf:params:scim:schemas:core:2.0:User' },
    ],
    ['/echo/.search', { path: '.search' }],
    ['/echo/Users/$batch', { path: 'Users/$batch' }],
  ])('matches %s', async (path, params) => {
    expect((await sendToEcho(host, path)).params).toEqual(params)
  })

  it.each([
    '/routes',
    '/routes/literal//',
    '/routes//literal',
    '/routes/literal/more',
    '/routes/required',
    '/routes/inner//end',
    '/routes/inner/x/y/end',
    '/routes/optional/x/y',
    '/routes/int/twelve',
    '/routes/int/3000000000',
    '/routes/guid/7f0b6c1e',
    '/routes/length/a',
    '/routes/length/a1',
    '/routes/regex/a123',
    '/routes/rest//a',
    '/nowhere',
  ])('does not match %s', async (path) => {
    expect(await send(host, path)).toMatchObject({ status: 404, body: '' })
  })

  it.each([
    ['%2F', 'a%2Fb', 'a%2Fb'],
    ['%2f', 'a%2fb', 'a%2fb'],
    ['%252F', 'a%252Fb', 'a%2Fb'],
    ['+', 'a+b', 'a+b'],
    ['%2B', 'a%2Bb', 'a+b'],
    ['%FF', 'a%FFb', 'a%FFb'],
    ['%FF beside UTF-8', '%C3%A9%FF%E2%82%AC', 'é%FF€'],
    ['%20', 'a%20b', 'a b'],
    ['%3F', 'a%3Fb', 'a?b'],
    ['capitals', 'aB', 'aB'],
  ])('decodes %s in a path parameter once', async (_, sent, seen) => {
    expect((await sendToEcho(host, `/routes/required/${sent}`)).params).toEqual({ p: seen })
  })

  it.each(['/routes/required/a%00b', '/routes/required/a%zz', '/routes/required/a%'])(
    'answers %s with 400',
    async (path) => {
      expect(await send(host, path)).toMatchObject({ status: 400, body: '' })
    },
  )

  it('normalises dots before it looks for a route, escaped ones too', async () => {
    expect((await sendToEcho(host, '/nowhere/../routes/./required/x')).url).toBe(
      `${host.url}/routes/required/x`,
    )
    expect((await sendToEcho(host, '/routes/required/y/%2e%2e/x')).params).toEqual({ p: 'x' })
    expect((await sendToEcho(host, '/../../routes/required/x')).params).toEqual({ p: 'x' })
  })

  it('shows the path encoded again in request.url, and the query as it was sent', async () => {
    const { url } = await sendToEcho(host, '/routes/required/%41%20%3F%2F?a=%2B%41&b=x+y&')

    expect(url).toBe(`${host.url}/routes/required/A%20%3F%2F?a=%2B%41&b=x+y&`)
  })
})

describe('an app with functions in error', () => {
  it('starts all the same and names each of them', async () => {
    const host = await startFunctionsHost({ root: `${APPS}/faulty`, port: 0 })
    try {
      expect(host.functions.map(({ name }) => name)).toEqual(['fine', 'fine-other-method'])
      expect(host.problems).toEqual([
        "The '1-bad-name' function is in error: '1-bad-name' is not a valid function name.",
        expect.stringContaining("'catch-all-inside' function is in error: a catch-all"),
        "The 'fine-same-method' function is in error: The route specified conflicts with the route defined by function 'fine'.",
        "The 'host' function is in error: 'host' is not a valid function name.",
        expect.stringContaining("'mixed-segment' function is in error: the route segment"),
        "The 'reserved-admin' function is in error: The specified route conflicts with one or more built in routes.",
        "The 'reserved-runtime' function is in error: The specified route conflicts with one or more built in routes.",
        expect.stringContaining("'unknown-constraint' function is in error: the route constraint"),
      ])
      expect(await send(host, '/fine', { method: 'POST' })).toMatchObject({ status: 200, body: 'fine' })
      expect(await send(host, '/fine', { method: 'PATCH' })).toMatchObject({ status: 404 })
      expect(await send(host, '/administrator/x')).toMatchObject({ status: 404 })
    } finally {
      await host.close()
    }
  })
})

describe('the route prefix and main', () => {
  it('serves every file that a glob names, under Azure’s default prefix, with the function name as its route', async () => {
    const host = await startFunctionsHost({ root: `${APPS}/prefixed`, port: 0 })
    try {
      expect(host.functions.map(({ route }) => route)).toEqual(['api/first', 'api/second'])
      expect((await send(host, '/API/first')).body).toBe('first')
      expect((await send(host, '/api/second/')).body).toBe('second')
      expect((await send(host, '/first')).status).toBe(404)
    } finally {
      await host.close()
    }
  })
})

describe('the home page', () => {
  it.each(['GET', 'POST'])('answers %s / where no function has that route', async (method) => {
    const host = await startFunctionsHost({ root: `${APPS}/echo`, port: 0 })
    try {
      const answer = await send(host, '/', { method })

      expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('Functions host') as string })
      expect(answer.lines('x-content-type-options')).toEqual(['nosniff'])
    } finally {
      await host.close()
    }
  })

  it('is 204 once AzureWebJobsDisableHomepage is true', async () => {
    const settings = { AzureWebJobsDisableHomepage: 'true' }
    const host = await startFunctionsHost({ root: `${APPS}/echo`, port: 0, settings })
    try {
      expect(await send(host, '/')).toMatchObject({ status: 204, body: '' })
    } finally {
      await host.close()
    }
  })

  it('gives way to a function with the route "/", except for methods that it does not declare', async () => {
    const host = await startFunctionsHost({ root: `${APPS}/home`, port: 0 })
    try {
      expect(host.functions.map(({ route }) => route)).toEqual(['/'])
      expect((await send(host, '/')).body).toBe('own page')
      expect((await send(host, '/', { method: 'POST' })).body).toContain('Functions host')
    } finally {
      await host.close()
    }
  })
})

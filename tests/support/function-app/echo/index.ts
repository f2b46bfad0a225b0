import { app } from '@azure/functions'
import type { HttpMethod, HttpRequest, HttpResponseInit } from '@azure/functions'

// An app that shows what reaches a handler, and answers in every way that the host has an opinion on.

const EVERY_METHOD: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

const echo = async (request: HttpRequest): Promise<HttpResponseInit> => ({
  jsonBody: {
    method: request.method,
    url: request.url,
    params: request.params,
    query: [...request.query],
    headers: Object.fromEntries(request.headers),
    hasBody: request.body !== null,
    base64: Buffer.from(await request.arrayBuffer()).toString('base64'),
  },
})

app.http('echo', { route: 'echo/{*path}', methods: EVERY_METHOD, handler: echo })

// Route templates, each under a literal of its own.
app.http('route-literal', { route: 'Routes/Literal', handler: echo })
app.http('route-required', { route: 'routes/required/{p}', handler: echo })
app.http('route-inner', { route: 'routes/inner/{p}/end', handler: echo })
app.http('route-optional', { route: 'routes/optional/{p?}', handler: echo })
app.http('route-int', { route: 'routes/int/{p:int}', handler: echo })
app.http('route-guid', { route: 'routes/guid/{p:guid}', handler: echo })
app.http('route-length', { route: 'routes/length/{p:alpha:length(2,3)}', handler: echo })
app.http('route-regex', { route: 'routes/regex/{p:regex(^a/?\\d{{2}}$)}', handler: echo })
app.http('route-default', { route: 'routes/default/{p=seven}', handler: echo })
app.http('route-rest', { route: 'routes/rest/{**p}', handler: echo })

// The name decides, not the precision of the route.
const named = (name: string) => () => ({ body: name })
app.http('order-b-precise', { route: 'order/special', methods: ['GET', 'POST'], handler: named('b') })
app.http('Order-A-any', { route: 'order/{id}', methods: ['GET'], handler: named('a') })
app.http('orders', { route: 'order/{id}', methods: ['PATCH'], handler: named('orders') })
app.http('order_c', { route: 'order/{id}', methods: ['DELETE'], handler: named('c') })

// Routes that begin with a parameter compete with those that begin with a literal.
app.http('parameter-first', { route: '{area}/second', methods: ['PUT'], handler: named('parameter') })
app.http('z-literal-first', { route: 'area/second', methods: ['PUT', 'PATCH'], handler: named('literal') })

const ANSWERS: Readonly<Record<string, () => unknown>> = {
  throw: () => {
    throw new Error('on purpose')
  },
  reject: () => Promise.reject(new Error('on purpose')),
  string: () => 'text',
  undefined: () => undefined,
  nothing: () => ({}),
  text: () => ({ body: 'text' }),
  'no-content': () => ({ status: 204, body: 'dropped', headers: { etag: '"1"' } }),
  'not-modified': () => ({ status: 304, body: 'dropped', headers: { etag: '"1"' } }),
  'beyond-ascii': () => ({ status: 302, headers: { location: '/é' } }),
  'wrong-length': () => ({ body: 'four', headers: { 'content-length': '5' } }),
  'right-length': () => ({ body: 'four', headers: { 'content-length': '4' } }),
  'own-header': () => ({ headers: { 'Cache-Control': 'max-age=60' } }),
  challenges: () => ({
    status: 401,
    headers: new Headers([
      ['WWW-Authenticate', 'Bearer realm="a"'],
      ['WWW-Authenticate', 'Basic realm="a"'],
    ]),
  }),
  'set-cookie-headers': () => ({
    headers: new Headers([
      ['Set-Cookie', 'first=1'],
      ['Set-Cookie', 'second=2'],
    ]),
  }),
  cookies: () => ({
    cookies: [
      { name: 'plain', value: "a b;'é" },
      { name: 'gone', value: '', maxAge: 0, expires: new Date(0) },
      { name: '__Host-s', value: 'v', path: '/p', secure: true, httpOnly: true, sameSite: 'Lax', maxAge: 60 },
      { name: 'dated', value: 'v', expires: new Date(Date.UTC(2030, 0, 2)), domain: 'a.example' },
    ],
  }),
}

app.http('answer', {
  route: 'answer/{kind}',
  methods: ['GET', 'HEAD', 'POST'],
  // Types forbid some of these answers; a handler gives them all the same.
  handler: async (request) => (await ANSWERS[request.params.kind ?? '']?.()) as HttpResponseInit,
})

app.http('keyed', { route: 'keyed', authLevel: 'function', handler: echo })
app.http('keyed-admin', { route: 'keyed-admin', authLevel: 'admin', handler: echo })

let ticks: unknown[] = []
app.timer('tick', {
  schedule: '0 0 3 * * *',
  handler: (timer) => {
    ticks.push(timer)
  },
})
app.http('ticks', {
  route: 'ticks',
  handler: () => {
    const jsonBody = ticks
    ticks = []
    return { jsonBody }
  },
})

app.http('setting', {
  route: 'setting/{name}',
  handler: (request) => ({ body: process.env[request.params.name ?? ''] ?? '' }),
})

app.hook.preInvocation((context) => {
  if (context.invocationContext.functionName === 'hooked') context.inputs = ['from the hook']
})
app.hook.postInvocation((context) => {
  if (context.invocationContext.functionName === 'hooked')
    context.result = { body: `${String(context.result)}, twice` }
})
app.http('hooked', { route: 'hooked', handler: (input: unknown) => input as HttpResponseInit })

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEntraFetch } from '../../shared/oidc/entra-fetch.ts'
import { failureFrom } from '../connectors/fixtures.ts'

/** A server of its own, and what asks it. */
async function serve(listener: RequestListener, timeoutMs = 5_000) {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, ask: createEntraFetch({ extraIssuers: [origin], timeoutMs }) }
}

const LIMIT = 262_144
const jsonOf = (bytes: number): string => `{"a":"${'x'.repeat(bytes - 8)}"}`

describe('a request to Entra', () => {
  it.each([200, 400, 503])('brings the JSON object of an answer, whatever its status: %i', async (status) => {
    const { origin, ask } = await serve((_, response) => response.writeHead(status).end('{"a":1}'))
    expect(await ask(`${origin}/x`)).toEqual({ status, body: { a: 1 } })
  })

  it('sends a form as one, and no Origin', async () => {
    const seen: unknown[] = []
    const { origin, ask } = await serve((request, response) => {
      seen.push([request.method, request.headers['content-type'], request.headers.origin])
      response.end('{}')
    })
    await ask(origin, new URLSearchParams({ code: 'x' }))

    expect(seen).toEqual([['POST', 'application/x-www-form-urlencoded;charset=UTF-8', undefined]])
  })

  it.each([301, 302, 303, 307, 308])('goes nowhere else, whatever redirects it: %i', async (status) => {
    const asked: string[] = []
    const { origin, ask } = await serve((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(status, { location: '/elsewhere' }).end('{}')
    })

    expect((await failureFrom(ask(`${origin}/here`, new URLSearchParams({ code: 'x' })))).code).toBe(
      'entra_unavailable',
    )
    expect(asked).toEqual(['/here'])
  })

  it('takes an answer of 256 KiB and not a byte more', async () => {
    const { origin, ask } = await serve(({ url }, response) => {
      response.end(jsonOf(Number(url?.slice(1))))
    })

    expect((await ask(`${origin}/${LIMIT}`)).status).toBe(200)
    expect((await failureFrom(ask(`${origin}/${LIMIT + 1}`))).code).toBe('entra_unavailable')
  })

  it('counts what a compressed answer becomes', async () => {
    const { origin, ask } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(jsonOf(LIMIT + 1)))
    })
    expect((await failureFrom(ask(origin))).code).toBe('entra_unavailable')
  })

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a page', '<!doctype html>'],
    ['nothing', ''],
    ['bytes that are no text', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('fails where the answer is %s', async (_, body) => {
    const { origin, ask } = await serve((__, response) => response.end(body))
    expect((await failureFrom(ask(origin))).code).toBe('entra_unavailable')
  })

  it('fails where the answer begins and does not end', async () => {
    const { origin, ask } = await serve((_, response) => response.write('{"a":'), 200)
    expect((await failureFrom(ask(origin))).code).toBe('entra_unavailable')
  })

  it('fails where nobody listens', async () => {
    const { origin, ask } = await serve((request) => request.socket.destroy())
    expect((await failureFrom(ask(origin))).code).toBe('entra_unavailable')
  })

  it('is not sent without TLS, not even to be refused', async () => {
    let requests = 0
    const { origin } = await serve((_, response) => {
      requests++
      response.end('{}')
    })

    expect((await failureFrom(createEntraFetch({ extraIssuers: [] })(origin))).code).toBe('entra_unavailable')
    expect(requests).toBe(0)
  })
})

import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send, type Call } from '../support/function-app/client.ts'
import { PUBLIC_BASE_URL, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { filterQuery, hostOf, plainUser, rawRefusal, sendAsIs } from './fixtures.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User'

/** Every address of the SCIM surface, and the methods that it takes, or how it is answered whatever the method. */
const ADDRESSES: readonly [string, readonly string[] | '404' | '501'][] = [
  ['/Users', ['GET', 'POST']],
  ['/Users/', ['GET', 'POST']],
  ['/users', ['GET', 'POST']],
  ['/Users/{id}', ['GET', 'PUT', 'PATCH', 'DELETE']],
  ['/Groups', ['GET', 'POST']],
  ['/Groups/{id}', ['GET', 'PUT', 'PATCH', 'DELETE']],
  ['/ServiceProviderConfig', ['GET']],
  ['/ResourceTypes', ['GET']],
  ['/ResourceTypes/User', ['GET']],
  ['/Schemas', ['GET']],
  [`/Schemas/${SCHEMA}`, ['GET']],
  ['/Bulk', ['POST']],
  ['/.search', ['POST']],
  ['/Users/.search', ['POST']],
  ['/Groups/.search', ['POST']],
  ['/Me', '501'],
  ['/', '404'],
  ['', '404'],
  ['/Nobody', '404'],
  ['/Users/x/y', '404'],
]

interface Case {
  readonly method: string
  readonly address: string
  /** How SCIM refuses it; "taken" where the method is one of the address. */
  readonly outcome: string
  readonly allow: readonly string[]
}

const CASES: readonly Case[] = ADDRESSES.flatMap(([address, takes]) =>
  METHODS.map((method) => {
    if (typeof takes === 'string') return { method, address, outcome: takes, allow: [] }
    return takes.includes(method)
      ? { method, address, outcome: 'taken', allow: [] }
      : { method, address, outcome: '405', allow: [takes.join(', ')] }
  }),
)

/** No JSON on purpose: a method that is not taken, or a missing secret, is told before the body is looked at. */
function callOf({ method }: Case): Call {
  return ['POST', 'PUT', 'PATCH'].includes(method) ? { method, body: 'no json' } : { method }
}

const pathOf = ({ address }: Case): string => address.replace('{id}', crypto.randomUUID())

describe('with the secret', () => {
  it.each(CASES)('$method $address: $outcome $allow', async (one) => {
    const connector = await gatehouse.newConnector()

    const answer = await sendAsIs(gatehouse, connector, pathOf(one), callOf(one))

    const own = ['200', '400', '400 invalidSyntax', '404']
    const outcome = answer.status === 200 ? '200' : rawRefusal(answer)
    expect(one.outcome === 'taken' ? own : [one.outcome]).toContain(outcome)
    expect(answer.lines('allow')).toEqual(one.allow)
  })
})

describe('without the secret', () => {
  it.each(CASES)('$method $address is 401 and tells nothing', async (one) => {
    const connector = await gatehouse.newConnector()

    const answer = await send(hostOf(gatehouse), `/scim/v2/${connector.id}${pathOf(one)}`, callOf(one))

    expect(rawRefusal(answer)).toBe('401')
    expect(answer.lines('allow')).toEqual([])
    expect(answer.lines('www-authenticate')).toEqual(['Bearer realm="scim", Basic realm="scim"'])
  })
})

describe('a path with dots', () => {
  it.each(['/Users/../../x/Users', '/%2e%2e/x/Users', '/Users/..%2f..', '/Users/%252e%252e/x'])(
    'such as %s leads to nobody',
    async (path) => {
      const connector = await gatehouse.newConnector()

      expect(rawRefusal(await sendAsIs(gatehouse, connector, path))).toMatch(/^40[14]$/)
    },
  )
})

describe('unusual methods', () => {
  it('HEAD has no body and the headers of a refusal', async () => {
    const connector = await gatehouse.newConnector()

    const answer = await sendAsIs(gatehouse, connector, '/Users', { method: 'HEAD' })

    expect(answer).toMatchObject({ status: 405, body: '' })
    expect(answer.lines('allow')).toEqual(['GET, POST'])
  })

  it.each(['TRACE', 'PROPFIND', 'SEARCH', 'LINK'])('%s is answered without an echo', async (method) => {
    const connector = await gatehouse.newConnector()
    const headers = ['x-marker', 'marker-7f3a']

    for (const path of ['/Users', '', '/Schemas']) {
      const answer = await sendAsIs(gatehouse, connector, path, { method, headers })
      expect([404, 405, 501]).toContain(answer.status)
      expect(answer.body).not.toContain('marker-7f3a')
    }
  })

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    '%s does not turn a GET into a DELETE',
    async (header) => {
      const connector = await gatehouse.newConnector()
      const { json: user } = await connector.scim('POST', '/Users', plainUser('mira'))

      const answer = await connector.scim('GET', `/Users/${user.id}`, undefined, { [header]: 'DELETE' })

      expect(answer.json).toEqual(user)
      expect((await connector.scim('GET', `/Users/${user.id}`)).status).toBe(200)
    },
  )
})

describe('browsers of other sites', () => {
  it.each([
    ['OPTIONS', ['access-control-request-method', 'POST', 'access-control-request-headers', 'authorization']],
    ['GET', []],
    ['POST', []],
  ])('get no CORS header for %s', async (method, more) => {
    const connector = await gatehouse.newConnector()
    const headers = ['origin', 'https://evil.example', ...more]

    for (const path of ['/Users', '/Schemas', '/Bulk', '']) {
      const answer = await sendAsIs(gatehouse, connector, path, { method, headers })
      const names = ['origin', 'methods', 'headers', 'credentials', 'max-age', 'expose-headers']
      expect(names.flatMap((name) => answer.lines(`access-control-${name}`))).toEqual([])
      expect(names.flatMap((name) => answer.lines(`access-control-allow-${name}`))).toEqual([])
    }
  })
})

describe('the address that a client claims to have used', () => {
  const LIES: readonly (readonly string[])[] = [
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-proto', 'http', 'x-forwarded-port', '81'],
    ['x-forwarded-prefix', '/evil'],
    ['forwarded', 'host=evil.example;proto=http'],
    ['x-original-url', '/scim/v2/evil'],
    ['x-rewrite-url', '/evil'],
    ['x-original-host', 'evil.example'],
    ['x-forwarded-for', '127.0.0.1', 'x-real-ip', '127.0.0.1', 'client-ip', '127.0.0.1'],
  ]

  it.each(LIES)('is not believed: %s %s', async (...lie) => {
    const connector = await gatehouse.newConnector()
    const body = JSON.stringify(plainUser('mira'))

    const created = await sendAsIs(gatehouse, connector, '/Users', { method: 'POST', headers: lie, body })
    const listed = await sendAsIs(gatehouse, connector, filterQuery('userName eq "mira"'), { headers: lie })
    const types = await sendAsIs(gatehouse, connector, '/ResourceTypes', { headers: lie })

    const base = `${PUBLIC_BASE_URL}/scim/v2/${connector.id}`
    expect(created.lines('location')).toEqual([`${base}/Users/${JSON.parse(created.body).id}`])
    expect(JSON.parse(listed.body).Resources[0].meta.location).toBe(created.lines('location')[0])
    expect(types.body).toContain(`${base}/ResourceTypes/User`)
    expect(created.body + listed.body + types.body).not.toContain('evil')
  })

  it('in Host is not believed', async () => {
    const connector = await gatehouse.newConnector()
    const { host } = new URL(gatehouse.url)
    const body = JSON.stringify(plainUser('mira'))
    const request = [
      `POST http://evil.example/scim/v2/${connector.id}/Users HTTP/1.1`,
      'Host: evil.example',
      `Authorization: Bearer ${connector.password}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n')

    const answer = await speak(host, request)

    expect(answer).toMatch(/^HTTP\/1.1 201 /)
    expect(answer).toContain(`location: ${PUBLIC_BASE_URL}/scim/v2/${connector.id}/Users/`)
    expect(answer).not.toContain('evil')
  })

  it('in Host is not believed by the management API', async () => {
    const answer = await send(hostOf(gatehouse), '/management/organizations', {
      method: 'POST',
      headers: ['x-forwarded-host', 'evil.example', 'content-type', 'application/json'],
      body: JSON.stringify({ name: 'Contoso', plan: 'enterprise' }),
    })

    expect(answer.lines('location').join('')).toMatch(`${PUBLIC_BASE_URL}/management/organizations/`)
  })
})

async function speak(host: string, text: string): Promise<string> {
  const [name = '', port = ''] = host.split(':')
  const socket = connect(Number(port), name)
  socket.end(text)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}

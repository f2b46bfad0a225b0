import { describe, expect, it } from 'vitest'
import { query, RELAXED, taken, useGatehouse, verdict } from '../conformance/connection.ts'
import {
  BODIES,
  ENDPOINTS,
  newScene as sceneOf,
  rename,
  type Endpoint,
  type Scene,
} from '../conformance/versions.ts'
import { patchOp, type Answer } from '../support/gatehouse.ts'

const gatehouse = useGatehouse()
const newScene = (endpoint: Endpoint) => sceneOf(gatehouse(), endpoint)
describe.each(ENDPOINTS)('the version of one of /%s', (endpoint) => {
  it('is the same in every answer that shows it', async () => {
    const { connector, path, etag } = await newScene(endpoint)
    const id = path.split('/').pop()
    const lists = [
      await taken(connector, 'GET', `/${endpoint}`),
      await taken(connector, 'GET', `/${endpoint}${query({ filter: `id eq "${id}"` })}`),
      await taken(connector, 'GET', `/${endpoint}${query({ sortBy: 'displayName' })}`),
      await taken(connector, 'POST', `/${endpoint}/.search`, {}),
      await taken(connector, 'POST', '/.search', {}),
    ]
    expect(lists.map(({ json }) => json.Resources[0].meta.version)).toEqual(lists.map(() => etag))
    const projected = await taken(connector, 'GET', `${path}?attributes=meta.version`)
    expect(projected.json.meta).toEqual({ version: etag })
    // Header and version are there although the projection leaves meta out.
    const without = await taken(connector, 'GET', `${path}?excludedAttributes=meta`)
    expect([without.headers.get('etag'), without.json.meta]).toEqual([etag, undefined])
  })

  it('is weak, and the answer that made it has it already', async () => {
    const connector = await gatehouse().newConnector(RELAXED)
    const made = await taken(connector, 'POST', `/${endpoint}`, BODIES[endpoint])
    const { headers } = await taken(connector, 'GET', `/${endpoint}/${made.json.id}`)
    expect(made.json.meta.version).toMatch(/^W\/"[0-9a-z]+"$/)
    expect([made.headers.get('etag'), headers.get('etag')]).toEqual([
      made.json.meta.version,
      made.json.meta.version,
    ])
  })

  it('is the new one in the answer to PUT and PATCH', async () => {
    const { connector, path, etag, version } = await newScene(endpoint)
    const put = await taken(connector, 'PUT', path, { ...BODIES[endpoint], displayName: 'B' })
    expect([put.headers.get('etag'), put.json.meta.version]).toEqual([await version(), await version()])
    const patched = await taken(connector, 'PATCH', `${path}?attributes=meta`, rename('C'))
    expect([patched.headers.get('etag'), patched.json.meta.version]).toEqual([
      await version(),
      await version(),
    ])
    expect(new Set([etag, put.json.meta.version, patched.json.meta.version]).size).toBe(3)
  })

  it('stays, with the time of the last change, where a change changes nothing', async () => {
    const { connector, path, etag } = await newScene(endpoint)
    const { json: before } = await taken(connector, 'GET', path)
    await taken(connector, 'PUT', path, BODIES[endpoint])
    await taken(connector, 'PATCH', path, rename('Ann'))
    await taken(connector, 'PATCH', path, patchOp({ op: 'add', path: 'displayName', value: 'Ann' }))
    const { json, headers } = await taken(connector, 'GET', path)
    expect([json, headers.get('etag')]).toEqual([before, etag])
  })

  it.each([
    ['the version', (etag: string) => etag, 304],
    ['it in strong spelling', (etag: string) => etag.slice(2), 304],
    ['it in a list', (etag: string) => `"a", W/"b",${etag} , "c"`, 304],
    ['"*"', () => '*', 304],
    ['another version', () => 'W/"other"', 200],
    ['a list of others', () => '"a", W/"b"', 200],
    ['it without quotes', (etag: string) => etag.slice(3, -1), 200],
    ['it in another case', (etag: string) => etag.replace(/"(.*)"/, '"A$1"'), 200],
  ] as const)('in If-None-Match: %s', async (_, header, status) => {
    const { connector, path, etag } = await newScene(endpoint)
    const answer = await connector.scim('GET', path, undefined, { 'if-none-match': header(etag) })
    expect([answer.status, answer.text === '', answer.headers.get('etag')]).toEqual([
      status,
      status === 304,
      etag,
    ])
    expect(answer.headers.get('content-type')).toBe(status === 304 ? null : 'application/scim+json')
  })

  it('in If-None-Match no longer holds after a change, nor for what is gone', async () => {
    const { connector, path, etag } = await newScene(endpoint)
    const get = async () => (await connector.scim('GET', path, undefined, { 'if-none-match': etag })).status
    expect(await get()).toBe(304)
    await taken(connector, 'PATCH', path, rename('B'))
    expect(await get()).toBe(200)
    await taken(connector, 'DELETE', path)
    expect(await get()).toBe(404)
  })
})

type Write = (scene: Scene, headers: Record<string, string>) => Promise<Answer>
const WRITES: readonly [string, Write][] = [
  ['PATCH', ({ connector, path }, headers) => connector.scim('PATCH', path, rename('New'), headers)],
  [
    'PUT',
    ({ connector, path }, headers) =>
      connector.scim('PUT', path, { userName: 'ann', externalId: 'g-1', displayName: 'New' }, headers),
  ],
  ['DELETE', ({ connector, path }, headers) => connector.scim('DELETE', path, undefined, headers)],
]
const HEADERS: readonly [string, (etag: string) => Record<string, string>, boolean][] = [
  ['no condition', () => ({}), true],
  ['If-Match with the version', (etag) => ({ 'if-match': etag }), true],
  ['If-Match in strong spelling', (etag) => ({ 'if-match': etag.slice(2) }), true],
  ['If-Match with a list', (etag) => ({ 'if-match': `W/"a" , ${etag},"b"` }), true],
  ['If-Match "*"', () => ({ 'if-match': '*' }), true],
  ['If-Match with another version', () => ({ 'if-match': 'W/"other"' }), false],
  ['If-Match with a list of others', () => ({ 'if-match': '"a", "b"' }), false],
  ['If-Match without quotes', (etag) => ({ 'if-match': etag.slice(3, -1) }), false],
  ['If-None-Match with the version', (etag) => ({ 'if-none-match': etag }), false],
  ['If-None-Match "*"', () => ({ 'if-none-match': '*' }), false],
  ['If-None-Match with another version', () => ({ 'if-none-match': '"other"' }), true],
  ['If-Match right, If-None-Match wrong', (etag) => ({ 'if-match': etag, 'if-none-match': etag }), false],
]

describe.each(ENDPOINTS)('a change of one of /%s', (endpoint) => {
  describe.each(WRITES)('by %s', (method, write) => {
    it.each(HEADERS)('with %s', async (_, headers, passes) => {
      const scene = await newScene(endpoint)
      const answer = await write(scene, headers(scene.etag))
      const after = await scene.connector.scim('GET', scene.path)
      const untouched = [412, 200, scene.etag]
      const done = [
        method === 'DELETE' || (method === 'PATCH' && endpoint === 'Groups') ? 204 : 200,
        method === 'DELETE' ? 404 : 200,
      ]
      expect(
        passes ? [answer.status, after.status] : [answer.status, after.status, after.headers.get('etag')],
      ).toEqual(passes ? done : untouched)
    })

    it('with a version that was current once is 412, and its row stands in the activity', async () => {
      const scene = await newScene(endpoint)
      await taken(scene.connector, 'PATCH', scene.path, rename('Between'))
      const answer = await write(scene, { 'if-match': scene.etag })
      const { json } = await gatehouse().manage('GET', `${scene.connector.managementPath}/activity`)
      expect(verdict(answer)).toEqual([412, undefined])
      expect(answer.json.detail).toContain('has changed since')
      expect(json.activity[0]).toMatchObject({ status: 412 })
      expect((await taken(scene.connector, 'GET', scene.path)).json.displayName).toBe('Between')
    })

    it('with a condition is 404 for what is gone or never was', async () => {
      const scene = await newScene(endpoint)
      await taken(scene.connector, 'DELETE', scene.path)
      for (const condition of ['*', scene.etag])
        expect((await write(scene, { 'if-match': condition })).status).toBe(404)
      const never = { ...scene, path: `/${endpoint}/${crypto.randomUUID()}` }
      expect((await write(never, { 'if-match': '*' })).status).toBe(404)
    })
  })

  it('that many make at once on one version is made by exactly one', async () => {
    const { connector, path, etag, version } = await newScene(endpoint)
    const names = Array.from({ length: 12 }, (_, i) => `Name ${i}`)
    const answers = await Promise.all(
      names.map((name) => connector.scim('PATCH', path, rename(name), { 'if-match': etag })),
    )
    const winners = names.filter((_, i) => (answers[i]?.status ?? 0) < 300)
    expect(winners).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(11)
    expect((await taken(connector, 'GET', path)).json.displayName).toBe(winners[0])
    expect(await version()).not.toBe(etag)
  })

  it('that many make at once without a condition is never 412', async () => {
    const { connector, path } = await newScene(endpoint)
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => connector.scim('PATCH', path, rename(`Name ${i}`))),
    )
    expect(answers.filter(({ status }) => status >= 300)).toEqual([])
  })

  it('is not conditional in a POST, which makes something new', async () => {
    const { connector, etag } = await newScene(endpoint)
    const body = { userName: 'bob', displayName: 'Bob' }
    const answers = [
      await connector.scim('POST', `/${endpoint}`, body, { 'if-match': 'W/"other"' }),
      await connector.scim(
        'POST',
        `/${endpoint}`,
        { ...body, userName: 'cy', displayName: 'Cy' },
        { 'if-none-match': etag },
      ),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
  })
})

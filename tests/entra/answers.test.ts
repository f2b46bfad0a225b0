import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { send } from '../support/function-app/client.ts'
import { entraGroup, entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

/* The form of every answer, whatever was asked, and the forms of a request that are all the same to us. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const SCIM = 'application/scim+json'

/** A connector that has one user and one group. */
async function newScene() {
  const connector = await gatehouse.newConnector()
  const { json: user } = await connector.scim('POST', '/Users', entraUser())
  const { json: group } = await connector.scim('POST', '/Groups', entraGroup())
  return { connector, user, group }
}

type Scene = Awaited<ReturnType<typeof newScene>>
type Asked = (scene: Scene) => readonly [method: string, path: string, body?: unknown]

const title = patchOp({ op: 'Replace', path: 'title', value: 'Chief' })
const rename = patchOp({ op: 'Replace', path: 'displayName', value: 'Night crew' })

describe('an answer that is a resource has its address in the header and in meta', () => {
  it.each<[string, number, Asked]>([
    ['a created user', 201, () => ['POST', '/Users', entraUser()]],
    ['a read user', 200, ({ user }) => ['GET', `/Users/${user.id}`]],
    ['a changed user', 200, ({ user }) => ['PATCH', `/Users/${user.id}`, title]],
    ['a replaced user', 200, ({ user }) => ['PUT', `/Users/${user.id}`, user]],
    ['a created group', 201, () => ['POST', '/Groups', entraGroup()]],
    ['a read group', 200, ({ group }) => ['GET', `/Groups/${group.id}`]],
    ['a changed group', 200, ({ group }) => ['PATCH', `/Groups/${group.id}?attributes=meta`, rename]],
    ['a replaced group', 200, ({ group }) => ['PUT', `/Groups/${group.id}`, group]],
  ])('%s: %i', async (_, status, ask) => {
    const scene = await newScene()
    const answer = await scene.connector.scim(...ask(scene))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, SCIM])
    expect(answer.headers.get('location')).toMatch(
      /^https:\/\/gatehouse\.example\/scim\/v2\/.+s\/[0-9a-f-]{36}$/,
    )
    expect(answer.json.meta.location).toBe(answer.headers.get('location'))
    expect(answer.json.meta.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(answer.text).not.toMatch(/:null|"(?:True|False)"/)
  })
})

describe('an answer without a body', () => {
  it.each<[string, Asked]>([
    ['a changed group', ({ group }) => ['PATCH', `/Groups/${group.id}`, rename]],
    ['a deleted user', ({ user }) => ['DELETE', `/Users/${user.id}`]],
    ['a deleted group', ({ group }) => ['DELETE', `/Groups/${group.id}`]],
  ])('is 204: %s', async (_, ask) => {
    const scene = await newScene()
    const answer = await scene.connector.scim(...ask(scene))
    expect([answer.status, answer.text]).toEqual([204, ''])
  })
})

const unknown = crypto.randomUUID()
const tooMany = Array.from({ length: LIMITS.membersPerRequest + 1 }, (_, i) => ({ value: `m${i}` }))

describe('a refusal is a SCIM error that has its status as a text, and nothing that strict clients do not know', () => {
  it.each<[string, number, string | undefined, Asked]>([
    ['no JSON', 400, 'invalidSyntax', () => ['POST', '/Users', '{"userName": "x"']],
    ['JSON that is no object', 400, 'invalidSyntax', () => ['POST', '/Users', ['x']]],
    ['a user without a name', 400, 'invalidValue', () => ['POST', '/Users', entraUser({ userName: null })]],
    [
      'a group without a name',
      400,
      'invalidValue',
      () => ['POST', '/Groups', entraGroup({ displayName: '' })],
    ],
    ['a filter that ends too soon', 400, 'invalidFilter', () => ['GET', '/Users?filter=userName+eq']],
    [
      'a path that ends too soon',
      400,
      'invalidPath',
      ({ user }) => ['PATCH', `/Users/${user.id}`, patchOp({ op: 'add', path: 'emails[', value: 'x' })],
    ],
    [
      'an operation that is none',
      400,
      'invalidSyntax',
      ({ user }) => ['PATCH', `/Users/${user.id}`, patchOp({ op: 'upsert', path: 'title', value: 'x' })],
    ],
    ['a user that is not there', 404, undefined, () => ['GET', `/Users/${unknown}`]],
    ['a change of a user that is not there', 404, undefined, () => ['PATCH', `/Users/${unknown}`, title]],
    ['a group that is not there', 404, undefined, () => ['DELETE', `/Groups/${unknown}`]],
    ['an id that is none', 404, undefined, () => ['GET', '/Users/no-id']],
    ['an address that is none', 404, undefined, () => ['GET', '/Robots']],
    ['a method that is not taken', 405, undefined, () => ['POST', '/Schemas', '{{garbage']],
    ['a name that is taken', 409, 'uniqueness', ({ user }) => ['POST', '/Users', user]],
    ['too many members', 413, undefined, () => ['POST', '/Groups', entraGroup({ members: tooMany })]],
    ['a thing that is not built', 501, undefined, () => ['GET', '/Me']],
  ])('%s: %i', async (_, status, scimType, ask) => {
    const scene = await newScene()
    const answer = await scene.connector.scim(...ask(scene))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, SCIM])
    expect(answer.json).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      ...(scimType === undefined ? {} : { scimType }),
      detail: expect.stringMatching(/^\S+(?: \S+){3,}$/s),
    })
    expect(answer.headers.has('allow')).toBe(status === 405)
  })

  it('tells nobody without a secret more than that: 401, before the body is looked at', async () => {
    const { connector } = await newScene()
    const answer = await connector.scim('POST', '/Users', '{{garbage', { authorization: 'Bearer x' })
    expect([answer.status, answer.json.status]).toEqual([401, '401'])
    expect(answer.headers.get('content-type')).toBe(SCIM)
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  })
})

describe('a write is taken', () => {
  it.each([
    ['as Entra sends it', ['Content-Type', 'application/scim+json; charset=utf-8']],
    ['without a blank, in capitals', ['content-type', 'Application/SCIM+JSON;charset=UTF-8']],
    ['without a charset', ['Content-Type', 'application/scim+json']],
    ['as plain JSON', ['Content-Type', 'application/json; charset="utf-8"']],
    ['without a type', []],
    ['with an Accept for JSON only', ['Content-Type', 'application/json', 'Accept', 'application/json']],
    ['with a User-Agent', ['Content-Type', SCIM, 'User-Agent', 'Azure-Gallery-SCIM/1.0']],
  ])('%s, and answered in SCIM', async (_, headers) => {
    const { scimUrl, password } = await gatehouse.newConnector()
    const { port, pathname } = new URL(scimUrl)
    const sent = entraUser({ displayName: 'Zoë 山' })
    const call = { method: 'POST', headers: ['Authorization', `Bearer ${password}`, ...headers] }
    const answer = await send({ port: Number(port) }, `${pathname}/Users`, {
      ...call,
      body: JSON.stringify(sent),
    })
    expect([answer.status, answer.lines('content-type')]).toEqual([201, [SCIM]])
    expect(JSON.parse(answer.body)).toMatchObject({ userName: sent['userName'], displayName: 'Zoë 山' })
  })

  it('with its members in any order', async () => {
    const { connector, user } = await newScene()
    const { schemas, Operations } = title
    const path = `/Users/${user.id}`
    const body = JSON.stringify({ Operations: (Operations as object[]).map(turned), schemas })
    expect((await connector.scim('PATCH', path, body)).json.title).toBe('Chief')
    const created = await connector.scim('POST', '/Users', JSON.stringify(turned(entraUser())))
    expect(created.status).toBe(201)
  })

  it.each([
    ['other characters', 'application/scim+json; charset=utf-16'],
    ['a form', 'application/x-www-form-urlencoded'],
  ])('not as %s: 415', async (_, type) => {
    const { connector } = await newScene()
    const answer = await connector.scim('POST', '/Users', JSON.stringify(entraUser()), {
      'content-type': type,
    })
    expect([answer.status, answer.json.status]).toEqual([415, '415'])
  })
})

/** The same object, told from its end. */
const turned = (value: object): object => Object.fromEntries(Object.entries(value).toReversed())

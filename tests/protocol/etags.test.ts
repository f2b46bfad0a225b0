import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraGroup, entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const CHANGE = patchOp({ op: 'replace', path: 'displayName', value: 'Changed' })
const BODIES = { Users: entraUser, Groups: entraGroup }

async function newResource(endpoint: 'Users' | 'Groups') {
  const connector = await gatehouse.newConnector()
  const created = await connector.scim('POST', `/${endpoint}`, BODIES[endpoint]())
  return {
    connector,
    created,
    path: `/${endpoint}/${created.json.id}`,
    etag: String(created.headers.get('etag')),
  }
}

describe.each(['Users', 'Groups'] as const)('the version of one of /%s', (endpoint) => {
  it('is a weak ETag, in the header and in meta, on the resource and in lists, and moves with a change', async () => {
    const { connector, created, path, etag } = await newResource(endpoint)
    const read = await connector.scim('GET', path)
    const listed = await connector.scim('GET', `/${endpoint}`)
    await connector.scim('PATCH', path, CHANGE)
    const after = await connector.scim('GET', path)
    expect(etag).toMatch(/^W\/"[0-9a-z]+"$/)
    expect([
      created.json.meta.version,
      read.headers.get('etag'),
      listed.json.Resources[0].meta.version,
    ]).toEqual([etag, etag, etag])
    expect(after.headers.get('etag')).not.toBe(etag)
  })

  it('answers 304 without a body to who has it', async () => {
    const { connector, path, etag } = await newResource(endpoint)
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const answer = await connector.scim('GET', path, undefined, { 'if-none-match': known })
      expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([304, '', etag])
    }
    expect((await connector.scim('GET', path, undefined, { 'if-none-match': 'W/"other"' })).status).toBe(200)
  })

  it.each(['PATCH', 'PUT', 'DELETE'])(
    'guards %s: 412 for another version, and nothing is changed',
    async (method) => {
      const { connector, created, path, etag } = await newResource(endpoint)
      const body =
        method === 'PATCH'
          ? CHANGE
          : method === 'PUT'
            ? { ...created.json, displayName: 'Changed' }
            : undefined
      const other = await connector.scim(method, path, body, { 'if-match': 'W/"other"' })
      const known = await connector.scim(method, path, body, { 'if-none-match': etag })
      const untouched = await connector.scim('GET', path)
      const right = await connector.scim(method, path, body, { 'if-match': `W/"x", ${etag}` })
      expect([other.status, known.status]).toEqual([412, 412])
      expect(other.json).toMatchObject({ status: '412' })
      expect(untouched.headers.get('etag')).toBe(etag)
      expect([200, 204]).toContain(right.status)
    },
  )

  it('lets "*" pass for what is there, and 404 stays 404', async () => {
    const { connector, path } = await newResource(endpoint)
    expect([200, 204]).toContain((await connector.scim('PATCH', path, CHANGE, { 'if-match': '*' })).status)
    const unknown = `/${endpoint}/${crypto.randomUUID()}`
    expect((await connector.scim('PATCH', unknown, CHANGE, { 'if-match': '*' })).status).toBe(404)
  })
})

describe('the version of a group', () => {
  it('moves with its members, and guards a change of members alone', async () => {
    const { connector, path, etag } = await newResource('Groups')
    const { json: user } = await connector.scim('POST', '/Users', entraUser())
    const add = patchOp({ op: 'add', path: 'members', value: [{ value: user.id }] })
    const remove = patchOp({ op: 'remove', path: `members[value eq "${user.id}"]` })
    const refused = await connector.scim('PATCH', path, add, { 'if-match': 'W/"other"' })
    const added = await connector.scim('PATCH', path, add, { 'if-match': etag })
    const stale = await connector.scim('PATCH', path, remove, { 'if-match': etag })
    expect([refused.status, added.status, stale.status]).toEqual([412, 204, 412])
    expect((await connector.scim('GET', path)).json.members).toHaveLength(1)
  })

  it('lets exactly one of many conditional changes of its members through', async () => {
    const { connector, path, etag } = await newResource('Groups')
    const users = await Promise.all(
      Array.from({ length: 8 }, () => connector.scim('POST', '/Users', entraUser())),
    )
    const answers = await Promise.all(
      users.map(({ json }) =>
        connector.scim('PATCH', path, patchOp({ op: 'add', path: 'members', value: [{ value: json.id }] }), {
          'if-match': etag,
        }),
      ),
    )
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual([
      '204',
      ...Array.from({ length: 7 }, () => '412'),
    ])
    expect((await connector.scim('GET', path)).json.members).toHaveLength(1)
  })
})

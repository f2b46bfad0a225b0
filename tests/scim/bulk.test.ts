import { describe, expect, it } from 'vitest'
import { newGroup, newUser, sendBulk, statusesOf, type Operation } from '../conformance/bulk-request.ts'
import { RELAXED, taken, useGatehouse } from '../conformance/connection.ts'
import { patchOp, type Answer, type TestConnector } from '../support/gatehouse.ts'

const gatehouse = useGatehouse()
const newConnector = () => gatehouse().newConnector(RELAXED)

const title = (value: string) => patchOp({ op: 'replace', path: 'title', value })

/** A user and a group in a connector of their own; "{user}" and "{group}" in an operation stand for them. */
async function newScene() {
  const connector = await newConnector()
  const { json: user } = await taken(connector, 'POST', '/Users', { userName: 'ann' })
  const { json: group } = await taken(connector, 'POST', '/Groups', { displayName: 'Crew' })
  const fill = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll('{user}', user.id).replaceAll('{group}', group.id)) as T
  // What is left when the ids and versions, which differ in each connector, are put away.
  const mask = (text: string | null | undefined) =>
    text
      ?.replaceAll(connector.id, '{connector}')
      .replaceAll(user.id, '{user}')
      .replaceAll(group.id, '{group}')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '{new}')
      .replaceAll(/W\/\\?"[0-9a-z]{10}\\?"/g, '{version}')
  return { connector, fill, mask }
}

const ALONE: readonly [string, string, string, unknown, string?][] = [
  ['a new user', 'POST', '/Users', { userName: 'new' }],
  ['a new group', 'POST', '/Groups', { displayName: 'New', members: [{ value: '{user}' }] }],
  ['a user that exists', 'POST', '/Users', { userName: 'ANN' }],
  ['a group that exists', 'POST', '/Groups', { displayName: 'crew' }],
  ['a user without a name', 'POST', '/Users', {}],
  ['a user of no data', 'POST', '/Users', undefined],
  ['a POST with an id', 'POST', '/Users/{user}', { userName: 'new' }],
  ['a replaced user', 'PUT', '/Users/{user}', { userName: 'ann', title: 'Pilot' }],
  ['a replaced group', 'PUT', '/Groups/{group}', { displayName: 'Pilots' }],
  ['a PUT that is malformed', 'PUT', '/Users/{user}', { userName: 7 }],
  ['a changed user', 'PATCH', '/Users/{user}', title('Pilot')],
  [
    'a user changed to what it is',
    'PATCH',
    '/Users/{user}',
    patchOp({ op: 'replace', path: 'userName', value: 'ann' }),
  ],
  [
    'a changed group',
    'PATCH',
    '/Groups/{group}',
    patchOp({ op: 'add', path: 'members', value: [{ value: '{user}' }] }),
  ],
  [
    "a PATCH of what is the server's",
    'PATCH',
    '/Users/{user}',
    patchOp({ op: 'replace', path: 'id', value: 'x' }),
  ],
  [
    'a PATCH of a wrong type',
    'PATCH',
    '/Users/{user}',
    patchOp({ op: 'replace', path: 'active', value: 'x' }),
  ],
  ['a PATCH that is none', 'PATCH', '/Users/{user}', { title: 'Pilot' }],
  ['a deleted user', 'DELETE', '/Users/{user}', undefined],
  ['a deleted group', 'DELETE', '/Groups/{group}', undefined],
  ['nobody', 'DELETE', '/Users/nobody', undefined],
  ['no group', 'PATCH', '/Groups/{user}', title('x')],
  ['a change of another version', 'PATCH', '/Users/{user}', title('Pilot'), 'W/"other"'],
  ['a delete of another version', 'DELETE', '/Groups/{group}', undefined, 'W/"other"'],
  ['a change of any version', 'PUT', '/Groups/{group}', { displayName: 'Pilots' }, '*'],
  ['a delete of everybody', 'DELETE', '/Users', undefined],
]

/** What an answer becomes within a bulk answer. */
function inBulk(
  { status, text, headers }: Answer,
  path: string,
  method: string,
  mask: (text: string | null) => string | undefined,
): object {
  const failed = status >= 400
  const isNamed = failed ? method !== 'POST' && path.lastIndexOf('/') > 0 : true
  const own = `https://gatehouse.example/scim/v2/{connector}${path}`
  return {
    location: isNamed ? (mask(headers.get('location')) ?? own) : undefined,
    version: failed ? undefined : mask(headers.get('etag')),
    status: String(status),
    response: failed ? JSON.parse(mask(text) ?? '') : undefined,
  }
}

describe('an operation of a bulk request', () => {
  it.each(ALONE)('is answered as it would be alone: %s', async (_, ...request) => {
    const [method, path, data, version] = request
    const [one, two] = [await newScene(), await newScene()]
    const headers: Record<string, string> = version === undefined ? {} : { 'if-match': version }
    const body = data === undefined && method !== 'DELETE' ? '' : data && one.fill(data)
    const alone = await one.connector.scim(method, one.fill(path), body, headers)
    const operation = { method, path: two.fill(path), bulkId: 'b', version, data: data && two.fill(data) }
    const { json } = await sendBulk(two.connector, [operation])
    const [bulk] = json.Operations

    expect(json.Operations).toHaveLength(1)
    expect(JSON.parse(two.mask(JSON.stringify(bulk)) ?? '')).toEqual(
      JSON.parse(JSON.stringify({ method, bulkId: 'b', ...inBulk(alone, path, method, one.mask) })),
    )
  })

  it.each(['/users/{user}', 'Users/{user}', '/USERS/{user}'])(
    'finds %s, and answers with its own address',
    async (path) => {
      const { connector, fill, mask } = await newScene()
      const { json } = await sendBulk(connector, [
        { method: 'put', path: fill(path), data: { userName: 'ann', title: 'Cook' } },
        { method: 'Patch', path: fill(path), version: 'W/"other"', data: title('x') },
      ])
      const location = 'https://gatehouse.example/scim/v2/{connector}/Users/{user}'
      expect(json.Operations).toMatchObject([
        { method: 'PUT', status: '200' },
        { method: 'PATCH', status: '412' },
      ])
      expect(json.Operations.map((one: Operation) => mask(String(one['location'])))).toEqual([
        location,
        location,
      ])
    },
  )

  it('has no condition from the headers of the whole request', async () => {
    const { connector, fill } = await newScene()
    const operations = [{ method: 'PATCH', path: fill('/Users/{user}'), data: title('Cook') }]
    const answer = await sendBulk(
      connector,
      operations,
      {},
      { 'if-match': 'W/"other"', 'if-none-match': '*' },
    )
    expect([answer.status, statusesOf(answer)]).toEqual([200, ['200']])
  })
})

const versionOf = async (connector: TestConnector, path: string) =>
  String((await taken(connector, 'GET', path)).json.meta.version)

describe('the version of an operation', () => {
  it.each(['/Users/{user}', '/Groups/{group}'])('is the condition of a change of %s', async (template) => {
    const { connector, fill } = await newScene()
    const path = fill(template)
    const before = await versionOf(connector, path)
    const change = (displayName: string, version: string) => ({
      method: 'PATCH',
      path,
      version,
      data: patchOp({ op: 'replace', path: 'displayName', value: displayName }),
    })
    const answer = await sendBulk(connector, [
      change('One', before),
      change('Two', before),
      change('Three', `"x", ${before.slice(2)}`),
      change('Four', '*'),
      { method: 'DELETE', path, version: before },
    ])
    const wanted = template.startsWith('/Users') ? '200' : '204'
    expect(statusesOf(answer)).toEqual([wanted, '412', '412', wanted, '412'])
    expect((await taken(connector, 'GET', path)).json.displayName).toBe('Four')
  })

  it('moves within the request, and the one in an answer is the current one', async () => {
    const { connector, fill } = await newScene()
    const path = fill('/Users/{user}')
    const first = await sendBulk(connector, [{ method: 'PATCH', path, data: title('One') }])
    const { version } = first.json.Operations[0]
    expect(version).toBe(await versionOf(connector, path))
    expect(statusesOf(await sendBulk(connector, [{ method: 'DELETE', path, version }]))).toEqual(['204'])
  })

  it('says nothing of a POST', async () => {
    const connector = await newConnector()
    expect(statusesOf(await sendBulk(connector, [{ ...newUser('a'), version: 'W/"other"' }]))).toEqual([
      '201',
    ])
  })
})

describe('operations of one request', () => {
  it('are done in order: the last word holds', async () => {
    const { connector, fill } = await newScene()
    const path = fill('/Users/{user}')
    const answer = await sendBulk(connector, [
      { method: 'PATCH', path, data: title('One') },
      { method: 'PUT', path, data: { userName: 'bea', nickName: 'B' } },
      { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'ann' } },
      { method: 'PATCH', path, data: title('Two') },
      { method: 'PATCH', path, data: patchOp({ op: 'replace', path: 'userName', value: 'ann' }) },
    ])
    expect(statusesOf(answer)).toEqual(['200', '200', '201', '200', '409'])
    const { json } = await taken(connector, 'GET', path)
    expect(json).toMatchObject({ userName: 'bea', title: 'Two', nickName: 'B' })
  })

  it('free a name by a delete for a later one', async () => {
    const { connector, fill } = await newScene()
    const answer = await sendBulk(connector, [
      newUser('early', { userName: 'ann' }),
      { method: 'DELETE', path: fill('/Users/{user}') },
      newUser('late', { userName: 'ann' }),
      newUser('again', { userName: 'Ann' }),
    ])
    expect(statusesOf(answer)).toEqual(['409', '204', '201', '409'])
  })

  it('are answered in their order although some had to wait', async () => {
    const connector = await newConnector()
    const answer = await sendBulk(connector, [
      newGroup('g', ['bulkId:c']),
      newUser('a'),
      newGroup('h', ['bulkId:b', 'bulkId:a']),
      newUser('b'),
      newUser('c'),
    ])
    expect(answer.json.Operations.map((one: Operation) => one['bulkId'])).toEqual(['g', 'a', 'h', 'b', 'c'])
    expect(statusesOf(answer)).toEqual(['201', '201', '201', '201', '201'])
  })
})

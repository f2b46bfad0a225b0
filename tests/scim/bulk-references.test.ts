import { describe, expect, it } from 'vitest'
import { idAt, newGroup, newUser, sendBulk, statusesOf, type Operation } from '../conformance/bulk-request.ts'
import { RELAXED, taken, useGatehouse } from '../conformance/connection.ts'
import { patchOp, type Answer } from '../support/gatehouse.ts'

const gatehouse = useGatehouse()
const newConnector = () => gatehouse().newConnector(RELAXED)
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

const patch = (path: string, ...operations: readonly Operation[]): Operation => ({
  method: 'PATCH',
  path,
  data: patchOp(...operations),
})
const put = (path: string, data: object): Operation => ({ method: 'PUT', path, data })

/** Who refers to user "a", the path of what then holds its id, and where in it. */
const REFERRING: readonly [string, readonly Operation[], (resource: Answer['json']) => unknown][] = [
  ['members of a new group', [newGroup('x', ['bulkId:a'])], ({ members }) => members[0].value],
  [
    'members of a changed group',
    [
      newGroup('x'),
      patch('/Groups/bulkId:x', { op: 'add', path: 'members', value: [{ value: 'bulkId:a' }] }),
    ],
    ({ members }) => members[0].value,
  ],
  [
    'members given without a path',
    [newGroup('x'), patch('/Groups/bulkId:x', { op: 'add', value: { members: [{ value: 'bulkId:a' }] } })],
    ({ members }) => members[0].value,
  ],
  [
    'members of a replaced group',
    [
      newGroup('x'),
      put('/Groups/bulkId:x', { displayName: 'X', members: [{ value: 'bulkId:a', type: 'User' }] }),
    ],
    ({ members }) => members[0].value,
  ],
  [
    'the manager of a new user',
    [newUser('x', { [ENT]: { manager: { value: 'bulkId:a' } } })],
    (user) => user[ENT].manager.value,
  ],
  [
    'a bare manager',
    [newUser('x'), patch('/Users/bulkId:x', { op: 'replace', path: `${ENT}:manager`, value: 'bulkId:a' })],
    (user) => user[ENT].manager.value,
  ],
  [
    'the manager of a replaced user',
    [newUser('x'), put('/Users/bulkId:x', { userName: 'x', [ENT]: { manager: { value: 'bulkId:a' } } })],
    (user) => user[ENT].manager.value,
  ],
]

describe.each(REFERRING)('a reference in %s', (_, operations, read) => {
  it.each(['backward', 'forward'])('is resolved %s', async (direction) => {
    const connector = await newConnector()
    const forward = direction === 'forward'
    const answer = await sendBulk(
      connector,
      forward ? [...operations, newUser('a')] : [newUser('a'), ...operations],
    )
    const [last, first] = [forward ? operations.length : 0, forward ? 0 : 1]

    expect(new Set(statusesOf(answer).map((status) => status[0]))).toEqual(new Set(['2']))
    const kind = operations[0]?.['path'] === '/Groups' ? 'Groups' : 'Users'
    const { json } = await taken(connector, 'GET', `/${kind}/${idAt(answer, first)}`)
    expect(read(json)).toBe(idAt(answer, last))
  })
})

describe('references', () => {
  it('may form a long chain, written backwards', async () => {
    const connector = await newConnector()
    const chain = Array.from({ length: 20 }, (_, i) =>
      newUser(`u${i}`, i === 19 ? {} : { [ENT]: { manager: { value: `bulkId:u${i + 1}` } } }),
    )
    const answer = await sendBulk(connector, chain)
    expect(new Set(statusesOf(answer))).toEqual(new Set(['201']))
    for (const i of [0, 7, 18])
      expect((await taken(connector, 'GET', `/Users/${idAt(answer, i)}`)).json[ENT].manager.value).toBe(
        idAt(answer, i + 1),
      )
  })

  it('may be many in one operation, some backward and some forward, and groups among them', async () => {
    const connector = await newConnector()
    const answer = await sendBulk(connector, [
      newUser('a'),
      newGroup('g', ['bulkId:a', 'bulkId:b', 'bulkId:h']),
      newUser('b'),
      newGroup('h', ['bulkId:b']),
    ])
    const { json } = await taken(connector, 'GET', `/Groups/${idAt(answer, 1)}`)
    const members = json.members.map(({ value, type }: Operation) => `${String(type)} ${String(value)}`)
    expect(members.toSorted()).toEqual(
      [`User ${idAt(answer, 0)}`, `User ${idAt(answer, 2)}`, `Group ${idAt(answer, 3)}`].toSorted(),
    )
  })

  it('in paths are resolved for every method', async () => {
    const connector = await newConnector()
    const answer = await sendBulk(connector, [
      newUser('a'),
      newUser('b'),
      patch('/Users/bulkId:a', { op: 'add', path: 'title', value: 'Cook' }),
      put('/Users/bulkId:b', { userName: 'b', title: 'Pilot' }),
      { method: 'DELETE', path: '/Users/bulkId:a' },
    ])
    expect(statusesOf(answer)).toEqual(['201', '201', '200', '200', '204'])
    expect(idAt(answer, 4)).toBe(idAt(answer, 0))
    expect((await taken(connector, 'GET', `/Users/${idAt(answer, 1)}`)).json.title).toBe('Pilot')
    expect((await connector.scim('GET', `/Users/${idAt(answer, 0)}`)).status).toBe(404)
  })

  it('are whole texts: what only holds the word is data', async () => {
    const connector = await newConnector()
    const answer = await sendBulk(connector, [newUser('a', { title: 'see bulkId:b', nickName: 'bulkId:' })])
    const { json } = await taken(connector, 'GET', `/Users/${idAt(answer, 0)}`)
    expect(json).toMatchObject({ title: 'see bulkId:b', nickName: 'bulkId:' })
  })
})

describe('references that cannot be resolved', () => {
  it.each<[string, readonly Operation[], readonly string[]]>([
    ['two groups in each other', [newGroup('a', ['bulkId:b']), newGroup('b', ['bulkId:a'])], ['409', '409']],
    [
      'three users who manage each other',
      ['a', 'b', 'c'].map((id, i) =>
        newUser(id, { [ENT]: { manager: { value: `bulkId:${'bca'[i] ?? ''}` } } }),
      ),
      ['409', '409', '409'],
    ],
    ['a group in itself', [newGroup('a', ['bulkId:a'])], ['409']],
    [
      'a circle and who waits for it',
      [newGroup('w', ['bulkId:a']), newGroup('a', ['bulkId:b']), newGroup('b', ['bulkId:a'])],
      ['409', '409', '409'],
    ],
    ['nobody', [newGroup('g', ['bulkId:nobody'])], ['400']],
    ['nobody in a path', [patch('/Users/bulkId:nobody', { op: 'remove', path: 'title' })], ['400']],
    [
      'what is changed, not made',
      [{ ...put('/Users/x', { userName: 'x' }), bulkId: 'p' }, newGroup('g', ['bulkId:q']), newUser('z')],
      ['404', '400', '201'],
    ],
    [
      'a change that succeeded',
      [
        newUser('z'),
        { ...patch('/Users/bulkId:z', { op: 'add', path: 'title', value: 'x' }), bulkId: 'p' },
        newGroup('g', ['bulkId:p']),
      ],
      ['201', '200', '400'],
    ],
    ['what failed', [newUser('a', { userName: 7 }), newGroup('g', ['bulkId:a'])], ['400', '409']],
    ['what will fail', [newGroup('g', ['bulkId:a']), newUser('a', { userName: 7 })], ['409', '400']],
    [
      'a chain to what failed',
      [newGroup('h', ['bulkId:g']), newGroup('g', ['bulkId:a']), newUser('a', { userName: 7 })],
      ['409', '409', '400'],
    ],
  ])('%s: refused, and everything else is done', async (_, operations, wanted) => {
    const connector = await newConnector()
    const answer = await sendBulk(connector, [...operations, newUser('last')])
    expect(statusesOf(answer)).toEqual([...wanted, '201'])
    const failed = answer.json.Operations.filter(
      ({ status }: Operation) => status === '409' || status === '400',
    )
    for (const { status, response } of failed)
      expect(response).toMatchObject({ status, detail: expect.any(String) })
    const { json } = await taken(connector, 'GET', '/Groups?count=0')
    expect(json.totalResults).toBe(0)
  })

  it('say whether they form a circle, lead to a failure or to nothing', async () => {
    const connector = await newConnector()
    const { json } = await sendBulk(connector, [
      newGroup('a', ['bulkId:a']),
      newUser('bad', { userName: 7 }),
      newGroup('b', ['bulkId:bad']),
      newGroup('c', ['bulkId:nobody']),
    ])
    const details = json.Operations.map(({ response }: { response: { detail: string } }) => response.detail)
    expect(details[0]).toContain('circle')
    expect(details[2]).toContain('"bad" failed')
    expect(details[3]).toContain('No POST operation has the bulkId "nobody"')
  })
})

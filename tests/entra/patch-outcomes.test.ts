import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraUser, patchOp, startGatehouse, type Answer, type Gatehouse } from '../support/gatehouse.ts'
import { ENT, newScene } from './scene.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

type Json = Record<string, unknown>

const SHAPES: readonly (readonly [string, (name: string, value: unknown) => Json])[] = [
  ['by its path', (path, value) => ({ op: 'Replace', path, value })],
  ['without a path', (name, value) => ({ op: 'replace', value: { [name]: value } })],
]

describe.each(SHAPES)('a name that changes %s', (_, operation) => {
  it('is found, under the same id, and the old one is free', async () => {
    const { connector, user, patch, find } = await newScene(gatehouse)

    const answer = await patch(operation('userName', 'new.name@fjordworks.example'))
    const found = await find('userName eq "NEW.NAME@fjordworks.example"')
    const old = await find(`userName eq "${user.userName}"`)
    const next = await connector.scim('POST', '/Users', entraUser({ userName: user.userName }))

    expect([answer.status, answer.json.id]).toEqual([200, user.id])
    expect(found.json.Resources).toEqual([answer.json])
    expect([old.json.totalResults, next.status]).toEqual([0, 201])
  })

  it('may change in case alone', async () => {
    const { user, patch, find } = await newScene(gatehouse)
    const userName = user.userName.toUpperCase()
    const answer = await patch(operation('userName', userName))
    expect([answer.status, answer.json.userName]).toEqual([200, userName])
    expect((await find(`userName eq "${user.userName}"`)).json.Resources).toEqual([answer.json])
  })

  it('that somebody has is 409 uniqueness, which names the holder, and nothing changes', async () => {
    const { connector, user, patch, read } = await newScene(gatehouse)
    const holder = await connector.scim('POST', '/Users', entraUser())

    const answer = await patch(
      { op: 'Replace', path: 'title', value: 'Lead' },
      operation('userName', holder.json.userName.toUpperCase()),
    )

    expect([answer.status, answer.json.scimType]).toEqual([409, 'uniqueness'])
    expect(answer.json.detail).toContain(holder.json.id)
    expect((await read()).json).toEqual(user)
  })

  it.each(['', null])('cannot be cleared by %j', async (value) => {
    const { user, patch, read } = await newScene(
      gatehouse,
      {},
      { requiredAttributes: [], uniqueEmail: false },
    )
    const answer = await patch(operation('userName', value))
    expect([answer.status, answer.json.scimType]).toEqual([400, 'invalidValue'])
    expect((await read()).json).toEqual(user)
  })

  it('leaves the external id to change on its own, which two users may share', async () => {
    const { connector, user, patch, find } = await newScene(gatehouse, { externalId: 'before' })
    await connector.scim('POST', '/Users', entraUser({ externalId: 'shared' }))

    const answer = await patch(operation('externalId', 'shared'))

    expect([answer.status, answer.json.externalId, answer.json.userName]).toEqual([
      200,
      'shared',
      user.userName,
    ])
    expect((await find('externalId eq "shared"')).json.totalResults).toBe(2)
    expect((await find('externalId eq "before"')).json.totalResults).toBe(0)
  })

  it('may go together with the e-mail, as when a domain is renamed', async () => {
    const { connector, user, patch, find } = await newScene(gatehouse)
    const answer = await patch(operation('userName', 'mira@new.example'), {
      op: 'replace',
      path: 'emails[type eq "work"].value',
      value: 'mira@new.example',
    })
    const freed = await connector.scim('POST', '/Users', entraUser({ emails: user.emails }))
    expect([answer.status, freed.status]).toEqual([200, 201])
    expect((await find('emails[type eq "work"].value eq "mira@new.example"')).json.Resources).toEqual([
      answer.json,
    ])
  })
})

describe('an e-mail that changes', () => {
  it('to one that somebody has is 409, which names the holder, and nothing changes', async () => {
    const { connector, user, patch, read } = await newScene(gatehouse)
    const holder = await connector.scim('POST', '/Users', entraUser())

    const answer = await patch({
      op: 'Replace',
      path: 'emails[type eq "work"].value',
      value: holder.json.emails[0].value.toUpperCase(),
    })

    expect([answer.status, answer.json.scimType]).toEqual([409, 'uniqueness'])
    expect(answer.json.detail).toContain(holder.json.userName)
    expect((await read()).json).toEqual(user)
  })
})

describe('a PATCH that changes nothing', () => {
  it.each<[string, (user: Answer['json']) => readonly Json[]]>([
    ['repeats a value', ({ title }) => [{ op: 'Replace', path: 'title', value: title }]],
    [
      'repeats a value inside a list',
      () => [{ op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+47 900 00 001' }],
    ],
    ['adds what is there', ({ emails }) => [{ op: 'Add', path: 'emails', value: emails }]],
    ['repeats the state as text', () => [{ op: 'Replace', path: 'active', value: 'True' }]],
    [
      'removes what is not there',
      () => [
        { op: 'Remove', path: 'nickName' },
        { op: 'Remove', path: 'roles[value eq "x"]' },
      ],
    ],
    [
      'clears what is not there',
      () => [
        { op: 'Replace', path: 'nickName', value: '' },
        { op: 'Replace', path: `${ENT}:manager`, value: '' },
      ],
    ],
    ['names only what no schema has', () => [{ op: 'Add', path: 'shoeSize', value: '43' }]],
    [
      'goes there and back',
      ({ title }) => [
        { op: 'Replace', path: 'title', value: 'x' },
        { op: 'Replace', path: 'title', value: title },
      ],
    ],
    ['has an empty object for a value', () => [{ op: 'replace', value: {} }]],
  ])('because it %s is 200 with the user, whose version stays', async (_, operationsOf) => {
    const { user, patch } = await newScene(gatehouse)
    const answer = await patch(...operationsOf(user))
    expect([answer.status, answer.json]).toEqual([200, user])
  })
})

describe('a PUT that changes nothing', () => {
  it('because its members are only in another order is 200, and the version stays', async () => {
    const { connector, user } = await newScene(gatehouse)
    const answer = await connector.scim('PUT', `/Users/${user.id}`, reversed(user))
    expect([answer.status, answer.json]).toEqual([200, user])
  })
})

describe('a PATCH', () => {
  it('moves lastModified and the version, and leaves created', async () => {
    const { user, patch } = await newScene(gatehouse)
    const one = await patch({ op: 'Replace', path: 'title', value: 'Lead' })
    passBeyond(one.json.meta.lastModified)
    const two = await patch({ op: 'Replace', path: 'title', value: 'Head' })

    expect(Date.parse(two.json.meta.lastModified)).toBeGreaterThan(Date.parse(one.json.meta.lastModified))
    expect(new Set([user, one.json, two.json].map(({ meta }) => meta.version)).size).toBe(3)
    expect(two.json.meta.created).toBe(user.meta.created)
  })

  it('takes 200 operations, in their order', async () => {
    const { patch, read } = await newScene(gatehouse)
    const operations = Array.from({ length: 200 }, (_, i) =>
      i % 2 === 0
        ? { op: 'Replace', path: 'title', value: `Title ${i}` }
        : { op: 'Add', path: `ims[type eq "t${i}"].value`, value: `handle-${i}` },
    )
    const answer = await patch(...operations)
    expect([answer.status, answer.json.title, answer.json.ims.length]).toEqual([200, 'Title 198', 100])
    expect((await read()).json).toEqual(answer.json)
  })

  it('of an id that nobody has is 404', async () => {
    const { connector } = await newScene(gatehouse)
    for (const id of [crypto.randomUUID(), 'mira'])
      expect(
        (await connector.scim('PATCH', `/Users/${id}`, patchOp({ op: 'Replace', path: 'title', value: 'x' })))
          .status,
      ).toBe(404)
  })

  it.each<[string, Json, string]>([
    ['another id', { op: 'replace', path: 'id', value: 'mine' }, 'mutability'],
    ['meta', { op: 'replace', path: 'meta.created', value: '2020-01-01T00:00:00Z' }, 'mutability'],
    ['a truth that is none', { op: 'Replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
    ['a number for a text', { op: 'Replace', path: 'displayName', value: 7 }, 'invalidValue'],
    ['a malformed path', { op: 'Replace', path: 'emails[type eq', value: 'x' }, 'invalidFilter'],
    ['a path of three parts', { op: 'Replace', path: 'name.given.first', value: 'x' }, 'invalidPath'],
    ['a name of every object', { op: 'Replace', path: '__proto__.active', value: 'x' }, 'invalidPath'],
    ['another in a path-less value', { op: 'Replace', value: { 'constructor.name': 'x' } }, 'invalidPath'],
    ['an unknown verb', { op: 'Move', path: 'title', value: 'x' }, 'invalidSyntax'],
    ['a remove of nothing', { op: 'Remove' }, 'noTarget'],
    ['an add of nothing', { op: 'Add', value: 'x' }, 'invalidValue'],
    ['a cleared last name', { op: 'Replace', path: 'name.familyName', value: '' }, 'invalidValue'],
  ])('whose later operation holds %s is 400 and changes nothing', async (_, wrong, scimType) => {
    const { user, patch, read, find } = await newScene(gatehouse)

    const answer = await patch(
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Replace', path: 'userName', value: 'elsewhere@fjordworks.example' },
      wrong,
      { op: 'Replace', path: 'title', value: 'Lead' },
    )

    expect([answer.status, answer.json.scimType]).toEqual([400, scimType])
    expect(answer.json.detail.length).toBeGreaterThan(20)
    expect((await read()).json).toEqual(user)
    expect((await find('userName eq "elsewhere@fjordworks.example"')).json.totalResults).toBe(0)
  })

  it.each<[string, unknown]>([
    ['no operations', patchOp()],
    [
      'operations that are no list',
      { ...patchOp(), Operations: { op: 'Replace', path: 'title', value: 'x' } },
    ],
    ['a foreign schema', { ...patchOp({ op: 'Replace', path: 'title', value: 'x' }), schemas: ['urn:x'] }],
    ['a list for a body', [{ op: 'Replace', path: 'title', value: 'x' }]],
    ['text that is no JSON', '{"Operations": ['],
  ])('with %s is 400 and changes nothing', async (_, body) => {
    const { connector, user, read } = await newScene(gatehouse)
    const answer = await connector.scim('PATCH', `/Users/${user.id}`, body)
    expect([answer.status, answer.json.scimType]).toEqual([400, 'invalidSyntax'])
    expect((await read()).json).toEqual(user)
  })

  it('loses none of many that come at once', async () => {
    const { connector, patch, read } = await newScene(gatehouse)
    const types = Array.from({ length: 6 }, (_, i) => `t${i}`)
    const answers = await Promise.all(
      types.map((type) => patch({ op: 'Add', path: `ims[type eq "${type}"].value`, value: type })),
    )
    expect(answers.map(({ status }) => status)).toEqual(types.map(() => 200))
    const { ims } = (await read()).json
    expect(new Set(ims.map(({ type }: Json) => type))).toEqual(new Set(types))
    expect((await connector.scim('GET', '/Users')).json.totalResults).toBe(1)
  })
})

/** Until the clock, which counts milliseconds, shows more than this time. */
function passBeyond(time: string): void {
  while (Date.now() <= Date.parse(time));
}

/** The same JSON with the members of every object in reverse. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toReversed()
  return Object.fromEntries(entries.map(([name, part]) => [name, reversed(part)]))
}

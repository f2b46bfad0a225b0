import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraGroup, entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { plainUser, rawRefusal, refusal, sendAsIs } from './fixtures.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const nest = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)

const withMember = (name: string): string =>
  JSON.stringify({ ...plainUser(`${name}@fjordworks.example`), placeholder: 1 }).replace(
    '"placeholder":1',
    `"${name}":{"polluted":"yes","active":false,"userName":"evil"}`,
  )

const userWith = (members: string): string => `{"userName":"mira",${members}}`

describe('a body that is no JSON object', () => {
  const WRITES = ['POST /Users', 'PUT /Users/x', 'PATCH /Users/x', 'POST /Groups', 'PUT /Groups/GROUP']

  it.each([
    ['nothing', ''],
    ['blanks', '  \r\n'],
    ['half an object', '{"userName":"a"'],
    ['single quotes', "{'userName':'a'}"],
    ['two objects', '{}{}'],
    ['a comment', '{} // x'],
    ['NaN', '{"a":NaN}'],
    ['a line end within a text', '{"a":"\n"}'],
    ['XML', '<user/>'],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"userName"'],
    ['true', 'true'],
    ['a list', '[]'],
    ['a list of users', JSON.stringify([entraUser()])],
  ])('but %s is refused with invalidSyntax', async (_, body) => {
    const connector = await gatehouse.newConnector()
    const { json: group } = await connector.scim('POST', '/Groups', entraGroup())

    for (const write of WRITES) {
      const [method = '', path = ''] = write.replace('GROUP', group.id).split(' ')
      expect(refusal(await connector.scim(method, path, body))).toBe('400 invalidSyntax')
    }
  })

  it.each([
    ['UTF-16', Buffer.from('{"userName":"mira"}', 'utf16le')],
    ['Latin-1', Buffer.from('{"userName":"bjørn"}', 'latin1')],
    ['an overlong slash', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('or no UTF-8 (%s) is refused with invalidSyntax', async (_, body) => {
    const connector = await gatehouse.newConnector()

    const answer = await sendAsIs(gatehouse, connector, '/Users', { method: 'POST', body })

    expect(rawRefusal(answer)).toBe('400 invalidSyntax')
  })

  it('may begin with a byte order mark, which says nothing', async () => {
    const connector = await gatehouse.newConnector()

    const answer = await connector.scim('POST', '/Users', `\ufeff${JSON.stringify(plainUser('mira'))}`)

    expect(answer).toMatchObject({ status: 201 })
  })
})

describe('deep JSON', () => {
  it.each([
    ['objects', nest(10_000)],
    ['lists', `{"emails":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['one level too many', nest(33)],
    ['as much as a body holds', `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`],
  ])('of %s is refused', async (_, body) => {
    const connector = await gatehouse.newConnector()

    expect(refusal(await connector.scim('POST', '/Users', body))).toBe('400 invalidSyntax')
    expect(refusal(await connector.scim('PATCH', '/Groups/x', body))).toBe('400 invalidSyntax')
  })

  it('of 32 levels is no matter', async () => {
    const connector = await gatehouse.newConnector()
    const user = { ...plainUser('mira'), extra: JSON.parse(nest(31)) }

    expect(await connector.scim('POST', '/Users', user)).toMatchObject({ status: 201 })
  })
})

describe('names that reach a prototype', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype']
  it.each(NAMES)('such as %s in a body are ignored', async (name) => {
    const connector = await gatehouse.newConnector()

    const created = await connector.scim('POST', '/Users', withMember(name))
    const replaced = await connector.scim('PUT', `/Users/${created.json.id}`, withMember(name))
    const group = `{"displayName":"x","${name}":{"polluted":"yes"},"members":[]}`

    expect(created.status).toBe(201)
    expect(replaced.json).toMatchObject({ userName: `${name}@fjordworks.example`, active: true })
    expect(created.text + replaced.text).not.toContain('polluted')
    expect((await connector.scim('POST', '/Groups', group)).text).not.toContain('polluted')
    expect({}).not.toHaveProperty('polluted')
  })

  it.each(NAMES)('such as %s within a complex value are ignored', async (name) => {
    const connector = await gatehouse.newConnector()
    const body = `{"userName":"mira","name":{"givenName":"M","familyName":"H","${name}":{"polluted":1}},
      "emails":[{"type":"work","value":"a@b.example","${name}":{"polluted":1}}],
      "${ENTERPRISE}":{"department":"D","${name}":{"polluted":1}}}`

    const created = await connector.scim('POST', '/Users', body)

    expect(created.status).toBe(201)
    expect(created.text).not.toContain('polluted')
    expect({}).not.toHaveProperty('polluted')
  })

  it.each(
    NAMES.flatMap((name) => [
      { op: 'add', path: name, value: { polluted: 1 } },
      { op: 'add', path: `${name}.polluted`, value: 1 },
      { op: 'replace', path: `name.${name}`, value: { polluted: 1 } },
      { op: 'remove', path: name },
      { op: 'add', path: `emails[${name} eq "x"].value`, value: 'x' },
      { op: 'add', path: `${ENTERPRISE}:${name}`, value: { polluted: 1 } },
    ]),
  )('in the path of $op $path are refused, and nothing is changed', async (operation) => {
    const connector = await gatehouse.newConnector()
    const { json: user } = await connector.scim('POST', '/Users', plainUser('mira'))
    const both = patchOp({ op: 'replace', path: 'title', value: 'Chief' }, operation)

    const patched = await connector.scim('PATCH', `/Users/${user.id}`, both)
    const after = await connector.scim('GET', `/Users/${user.id}`)

    expect(refusal(patched)).toMatch(/^400 (invalidPath|invalidFilter)$/)
    expect(after.json).toEqual(user)
    expect({}).not.toHaveProperty('polluted')
  })

  it.each(NAMES)('as a key of a path-less value (%s) are refused', async (name) => {
    const connector = await gatehouse.newConnector()
    const { json: user } = await connector.scim('POST', '/Users', plainUser('mira'))
    const body = `{"Operations":[{"op":"add","value":{"${name}":{"polluted":1}}}]}`

    const patched = await connector.scim('PATCH', `/Users/${user.id}`, body)

    expect(refusal(patched)).toBe('400 invalidPath')
    expect({}).not.toHaveProperty('polluted')
  })
})

describe('one member in two spellings', () => {
  it.each([
    ['POST', '/Users', userWith('"active":false,"Active":true')],
    ['POST', '/Users', userWith('"UserName":"nils"')],
    ['POST', '/Users', userWith('"name":{"givenName":"A","GivenName":"B"}')],
    ['POST', '/Users', userWith('"emails":[{"value":"a@b.example","Value":"c@d.example"}]')],
    ['POST', '/Users', userWith(`"${ENTERPRISE}":{"department":"A"},"${ENTERPRISE.toUpperCase()}":{}`)],
    ['POST', '/Users', userWith('"schemas":[],"Schemas":[]')],
    ['POST', '/Groups', '{"displayName":"A","DisplayName":"B"}'],
    ['POST', '/Groups', '{"displayName":"A","members":[],"Members":[{"value":"x"}]}'],
    ['POST', '/Groups', '{"displayName":"A","members":[{"value":"x","Value":"y"}]}'],
    ['PATCH', '/Users/x', '{"Operations":[],"operations":[{"op":"add","path":"title","value":"x"}]}'],
    ['PATCH', '/Users/x', '{"Operations":[{"op":"add","Op":"remove","path":"title","value":"x"}]}'],
    ['PATCH', '/Users/x', '{"Operations":[{"op":"add","path":"title","Path":"active","value":"x"}]}'],
  ])('is refused: %s %s %s', async (method, path, body) => {
    const connector = await gatehouse.newConnector()

    expect(refusal(await connector.scim(method, path, body))).toBe('400 invalidSyntax')
  })

  it('is fine where it is spelled alike: the last one holds, as in every JSON parser', async () => {
    const connector = await gatehouse.newConnector()
    const body = JSON.stringify(plainUser('mira')).replace('{', '{"userName":"nils",')

    const { json } = await connector.scim('POST', '/Users', body)

    expect(json.userName).toBe('mira')
  })
})

describe('a value of the wrong type', () => {
  it.each([
    ['userName', 7],
    ['userName', ['mira', 'nils']],
    ['userName', { value: 'mira' }],
    ['userName', true],
    ['active', 'maybe'],
    ['active', 1],
    ['active', {}],
    ['name', 'Mira Holt'],
    ['name', ['a', 'b']],
    ['emails', 5],
    ['emails', [['a@b.example', 'c@d.example']]],
    ['emails', [{ value: { a: 1 } }]],
    ['emails', [{ value: 'a@b.example', primary: 'perhaps' }]],
    ['displayName', 1],
    [ENTERPRISE, 'Logistics'],
    [ENTERPRISE, []],
  ])('%s = %j is refused', async (name, value) => {
    const connector = await gatehouse.newConnector()

    const answer = await connector.scim('POST', '/Users', entraUser({ [name]: value }))

    expect(refusal(answer)).toBe('400 invalidValue')
  })

  it.each([
    ['members', 5],
    ['members', true],
    ['members', [null]],
    ['members', [[]]],
    ['members', [{ value: {} }]],
    ['members', [{}]],
    ['displayName', ['A', 'B']],
    ['displayName', ''],
    ['displayName', null],
  ])('%s = %j of a group is refused', async (name, value) => {
    const connector = await gatehouse.newConnector()

    const answer = await connector.scim('POST', '/Groups', entraGroup({ [name]: value }))

    expect(refusal(answer)).toBe('400 invalidValue')
  })

  it.each([
    [{ schemas: ['urn:example:other'], Operations: [] }, 'invalidSyntax'],
    [{ schemas: 'urn:ietf:params:scim:api:messages:2.0:PatchOp' }, 'invalidSyntax'],
    [{ Operations: {} }, 'invalidSyntax'],
    [{ Operations: [] }, 'invalidSyntax'],
    [patchOp({ op: 'increment', path: 'title', value: 1 }), 'invalidSyntax'],
    [{ Operations: [null] }, 'invalidSyntax'],
    [{ Operations: ['add'] }, 'invalidSyntax'],
    [patchOp({ op: {}, path: 'title', value: 'x' }), 'invalidSyntax'],
    [patchOp({ op: 'add', path: 5, value: 'x' }), 'invalidPath'],
    [patchOp({ op: 'add', path: ['title'], value: 'x' }), 'invalidPath'],
    [patchOp({ op: 'add', path: 'title[', value: 'x' }), 'invalidPath'],
    [patchOp({ op: 'add', path: '..', value: 'x' }), 'invalidPath'],
    [patchOp({ op: 'add', value: 'x' }), 'invalidValue'],
    [patchOp({ op: 'add' }), 'invalidValue'],
    [patchOp({ op: 'remove' }), 'noTarget'],
    [patchOp({ op: 'replace', path: 'active', value: { a: 1 } }), 'invalidValue'],
    [patchOp({ op: 'replace', path: 'id', value: 'x' }), 'mutability'],
    [patchOp({ op: 'replace', path: 'meta.created', value: 'x' }), 'mutability'],
  ])('%j as a PATCH is refused', async (body, scimType) => {
    const connector = await gatehouse.newConnector()
    const { json: user } = await connector.scim('POST', '/Users', plainUser('mira'))

    expect(refusal(await connector.scim('PATCH', `/Users/${user.id}`, body))).toBe(`400 ${scimType}`)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraUser, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { ENT, newScene } from './scene.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

type Json = Record<string, unknown>

/** How a manager is set: the shapes of Entra itself, of Microsoft's tests and of its examples. */
const SET: readonly (readonly [string, (id: string) => Json])[] = [
  ['Add of a bare id', (id) => ({ op: 'Add', path: `${ENT}:manager`, value: id })],
  ['replace of a bare id', (id) => ({ op: 'replace', path: `${ENT}:manager`, value: id })],
  ['an object', (id) => ({ op: 'Add', path: `${ENT}:manager`, value: { value: id } })],
  ['a list of one', (id) => ({ op: 'Add', path: 'manager', value: [{ $ref: `…/Users/${id}`, value: id }] })],
  ['a list of one by the URN', (id) => ({ op: 'Replace', path: `${ENT}:manager`, value: [{ value: id }] })],
  ['the value alone', (id) => ({ op: 'Add', path: `${ENT}:manager.value`, value: id })],
  ['a key without a path', (id) => ({ op: 'add', value: { [`${ENT}:manager`]: id } })],
  ['a key with an object', (id) => ({ op: 'replace', value: { [`${ENT}:manager`]: { value: id } } })],
  ['a key that ends in value', (id) => ({ op: 'replace', value: { [`${ENT}:manager.value`]: id } })],
  ['the extension as an object', (id) => ({ op: 'replace', value: { [ENT]: { manager: id } } })],
  ['the URN as the path', (id) => ({ op: 'replace', path: ENT, value: { manager: { value: id } } })],
  ['a path in another case', (id) => ({ op: 'Add', path: `${ENT.toUpperCase()}:Manager`, value: id })],
]

/** How a manager is taken away. */
const CLEAR: readonly (readonly [string, Json])[] = [
  ['Remove', { op: 'Remove', path: `${ENT}:manager` }],
  ['remove of the value', { op: 'remove', path: `${ENT}:manager.value` }],
  ['an empty text', { op: 'replace', path: `${ENT}:manager`, value: '' }],
  ['an object with an empty text', { op: 'replace', path: `${ENT}:manager`, value: { value: '' } }],
  ['an object with null', { op: 'Replace', path: `${ENT}:manager`, value: { value: null } }],
  ['null', { op: 'Replace', path: `${ENT}:manager`, value: null }],
  ['an empty list', { op: 'Replace', path: `${ENT}:manager`, value: [] }],
  ['an empty object', { op: 'Replace', path: `${ENT}:manager`, value: {} }],
  ['a key with an empty text', { op: 'replace', value: { [`${ENT}:manager`]: '' } }],
  ['the extension with null', { op: 'replace', value: { [ENT]: { manager: null } } }],
]

describe('a manager', () => {
  it.each(SET)('is set by %s and reads back as an object in the extension', async (_, operation) => {
    const scene = await newScene(gatehouse)
    const boss = await scene.connector.scim('POST', '/Users', entraUser())

    const answer = await scene.patch(operation(boss.json.id))
    const read = await scene.read()

    expect(answer.status).toBe(200)
    expect(answer.json[ENT]).toMatchObject({ ...scene.user[ENT], manager: { value: boss.json.id } })
    expect(answer.json).not.toHaveProperty('manager')
    expect(read.json).toEqual(answer.json)
  })

  it.each(SET)('is exchanged for another one by %s', async (_, operation) => {
    const scene = await newScene(gatehouse, { [ENT]: { manager: { value: 'the first' } } })
    const answer = await scene.patch(operation('the second'))
    expect([answer.status, answer.json[ENT].manager.value]).toEqual([200, 'the second'])
  })

  it.each(CLEAR)('is gone after %s, and the rest of the extension is not', async (_, operation) => {
    const scene = await newScene(gatehouse, { [ENT]: { department: 'Logistics', manager: 'someone' } })

    const answer = await scene.patch(operation)

    expect([answer.status, answer.json[ENT]]).toEqual([200, { department: 'Logistics' }])
    expect((await scene.read()).json).toEqual(answer.json)
    expect((await scene.find(`${ENT}:manager eq "someone"`)).json.totalResults).toBe(0)
  })

  it('leaves no empty extension behind when it was all that it held', async () => {
    const scene = await newScene(gatehouse, { [ENT]: { manager: 'someone' } })
    const answer = await scene.patch({ op: 'replace', path: `${ENT}:manager`, value: '' })
    expect(answer.json).not.toHaveProperty([ENT])
    expect(answer.json.schemas).not.toContain(ENT)
  })

  it.each([
    ['a random text', 'qhx 12'],
    ['an id of nobody', crypto.randomUUID()],
  ])('need not exist: %s', async (_, id) => {
    const scene = await newScene(gatehouse)
    const answer = await scene.patch({ op: 'Add', path: `${ENT}:manager`, value: id })
    expect([answer.status, answer.json[ENT].manager]).toEqual([200, { value: id }])
  })

  it.each<[string, unknown]>([
    ['a number', 7],
    ['two of them', [{ value: 'a' }, { value: 'b' }]],
  ])('that is %s is 400', async (_, value) => {
    const scene = await newScene(gatehouse)
    const answer = await scene.patch({ op: 'Add', path: `${ENT}:manager`, value })
    expect([answer.status, answer.json.scimType]).toEqual([400, 'invalidValue'])
  })

  it('who is set twice is written once, so that the next cycle has nothing to do', async () => {
    const scene = await newScene(gatehouse)
    const operation = { op: 'Add', path: `${ENT}:manager`, value: 'someone' }
    const first = await scene.patch(operation)
    const second = await scene.patch(operation)
    expect(second.json).toEqual(first.json)
  })

  it('stays named when the user who was it is deleted', async () => {
    const scene = await newScene(gatehouse)
    const boss = await scene.connector.scim('POST', '/Users', entraUser())
    await scene.patch({ op: 'Add', path: `${ENT}:manager`, value: boss.json.id })
    await scene.connector.scim('DELETE', `/Users/${boss.json.id}`)
    expect((await scene.read()).json[ENT].manager.value).toBe(boss.json.id)
  })
})

/** The forms in which a pair of ids may be asked for; `{}` is the user, `<>` the manager. */
const PAIRS: readonly string[] = [
  'id eq "{}" and manager eq "<>"',
  'manager eq "<>" and id eq "{}"',
  `id eq "{}" and ${ENT}:manager eq "<>"`,
  `id eq "{}" and ${ENT}:manager.value eq "<>"`,
  '(id eq "{}") AND (MANAGER EQ "<>")',
]

describe('the look-up of a reference', () => {
  it.each(PAIRS)('finds the user whose manager it is, and no other: %s', async (pair) => {
    const scene = await newScene(gatehouse)
    const boss = await scene.connector.scim('POST', '/Users', entraUser())
    const other = await scene.connector.scim(
      'POST',
      '/Users',
      entraUser({ [ENT]: { manager: boss.json.id } }),
    )
    await scene.patch({ op: 'Add', path: `${ENT}:manager`, value: boss.json.id })
    const ask = (user: string, manager: string) => {
      const filter = pair.replace('{}', user).replace('<>', manager)
      return scene.connector.scim(
        'GET',
        `/Users?${new URLSearchParams({ attributes: 'id', filter }).toString()}`,
      )
    }

    const hit = await ask(scene.user.id, boss.json.id)
    const wrongManager = await ask(scene.user.id, other.json.id)
    const wrongUser = await ask(boss.json.id, boss.json.id)
    const unknown = await ask(crypto.randomUUID(), boss.json.id)

    expect(hit.json).toMatchObject({ totalResults: 1, itemsPerPage: 1 })
    expect(hit.json.Resources).toHaveLength(1)
    expect(hit.json.Resources[0]).toMatchObject({ id: scene.user.id })
    expect(hit.json.Resources[0]).not.toHaveProperty('userName')
    expect([wrongManager, wrongUser, unknown].map(({ status, json }) => [status, json.totalResults])).toEqual(
      [
        [200, 0],
        [200, 0],
        [200, 0],
      ],
    )
  })

  it('on the user itself is the user, or 404', async () => {
    const scene = await newScene(gatehouse, { [ENT]: { manager: 'someone' } })
    const ask = (id: string) =>
      scene.connector.scim('GET', `/Users/${scene.user.id}?filter=manager+eq+%22${id}%22&attributes=id`)
    const [hit, miss] = [await ask('someone'), await ask('someone-else')]
    expect([hit.status, hit.json.id, miss.status]).toEqual([200, scene.user.id, 404])
  })
})

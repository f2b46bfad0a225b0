import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraGroup, entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { newScene, type Scene } from './scene.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

/** How `active` is written, with a name for each shape. */
const SHAPES: readonly (readonly [string, (active: boolean) => Record<string, unknown>])[] = [
  ['a text by path', (active) => ({ op: 'Replace', path: 'active', value: active ? 'True' : 'False' })],
  ['a text in small letters', (active) => ({ op: 'replace', path: 'active', value: String(active) })],
  ['a boolean by path', (active) => ({ op: 'Replace', path: 'active', value: active })],
  ['an Add', (active) => ({ op: 'Add', path: 'active', value: active ? 'True' : 'False' })],
  ['a boolean without a path', (active) => ({ op: 'replace', value: { active } })],
  ['a text without a path', (active) => ({ op: 'Replace', value: { active: active ? 'True' : 'False' } })],
  ['a list of one', (active) => ({ op: 'Replace', path: 'active', value: [active] })],
  ['a path in capitals', (active) => ({ op: 'REPLACE', path: 'ACTIVE', value: active })],
  [
    'the path with the URN',
    (active) => ({ op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:active', value: active }),
  ],
]

/** A group that has the user as its only member. */
async function groupWith(scene: Scene): Promise<string> {
  const { json } = await scene.connector.scim('POST', '/Groups', entraGroup())
  const added = patchOp({ op: 'Add', path: 'members', value: [{ $ref: null, value: scene.user.id }] })
  await scene.connector.scim('PATCH', `/Groups/${json.id}`, added)
  return json.id
}

const membersOf = async ({ connector }: Scene, group: string): Promise<readonly string[]> => {
  const { json } = await connector.scim('GET', `/Groups/${group}`)
  return (json.members ?? []).map(({ value }: { value: string }) => value)
}

describe('a person who leaves', () => {
  it.each(SHAPES)('is deactivated by %s, stays readable, and comes back the same way', async (_, shape) => {
    const scene = await newScene(gatehouse)
    const { userName, externalId, id } = scene.user

    const left = await scene.patch(shape(false))
    const [read, byName, byExternalId] = [
      await scene.read(),
      await scene.find(`userName eq "${userName}"`),
      await scene.find(`externalId eq "${externalId}"`),
    ]
    const back = await scene.patch(shape(true))

    expect([left.status, left.json.active]).toEqual([200, false])
    expect(left.json).toEqual({ ...scene.user, active: false, meta: left.json.meta })
    expect([read.status, read.json]).toEqual([200, left.json])
    expect(byName.json.Resources).toEqual([left.json])
    expect(byExternalId.json.Resources).toEqual([left.json])
    expect([back.status, back.json.active, back.json.id]).toEqual([200, true, id])
    expect((await scene.read()).json).toEqual(back.json)
  })

  it('keeps the memberships, which Entra does not send again', async () => {
    const scene = await newScene(gatehouse)
    const group = await groupWith(scene)

    await scene.patch({ op: 'Replace', path: 'active', value: 'False' })
    const meanwhile = [(await scene.read()).json.groups, await membersOf(scene, group)]
    await scene.patch({ op: 'Replace', path: 'active', value: 'True' })

    const expected = [[expect.objectContaining({ value: group })], [scene.user.id]]
    expect(meanwhile).toEqual(expected)
    expect([(await scene.read()).json.groups, await membersOf(scene, group)]).toEqual(expected)
  })

  it('can change, and join and leave groups, while away', async () => {
    const scene = await newScene(gatehouse)
    await scene.patch({ op: 'Replace', path: 'active', value: 'False' })
    const group = await groupWith(scene)
    const changed = await scene.patch({ op: 'Replace', path: 'title', value: 'Alumna' })
    expect([changed.status, changed.json.title, changed.json.active]).toEqual([200, 'Alumna', false])
    expect(await membersOf(scene, group)).toEqual([scene.user.id])
  })

  it('is listed among the others, and counted by active', async () => {
    const scene = await newScene(gatehouse)
    await scene.connector.scim('POST', '/Users', entraUser())
    await scene.patch({ op: 'Replace', path: 'active', value: 'False' })
    const totals = []
    for (const filter of ['active eq "True"', 'active eq "False"', 'active pr'])
      totals.push((await scene.find(filter)).json.totalResults)
    expect(totals).toEqual([1, 1, 2])
    expect((await scene.connector.scim('GET', '/Users')).json.totalResults).toBe(2)
  })

  it('keeps the name: a second one with it is 409', async () => {
    const scene = await newScene(gatehouse)
    await scene.patch({ op: 'Replace', path: 'active', value: 'False' })
    const second = await scene.connector.scim('POST', '/Users', entraUser({ userName: scene.user.userName }))
    expect([second.status, second.json.scimType]).toEqual([409, 'uniqueness'])
  })

  it.each([
    ['an empty text', { op: 'Replace', path: 'active', value: '' }],
    ['null', { op: 'Replace', path: 'active', value: null }],
    ['Remove', { op: 'Remove', path: 'active' }],
  ])('stays out, and one who is here stays in, when active is cleared by %s', async (_, operation) => {
    for (const active of [true, false]) {
      const scene = await newScene(gatehouse, { active })
      const answer = await scene.patch(operation)
      expect([answer.status, answer.json.active]).toEqual([200, active])
    }
  })

  it('stands in the activity as having left and come back', async () => {
    const scene = await newScene(gatehouse)
    for (const value of ['False', 'True']) await scene.patch({ op: 'Replace', path: 'active', value })
    const { json } = await gatehouse.manage('GET', `${scene.connector.managementPath}/activity`)
    expect(json.activity.slice(0, 2)).toMatchObject([
      { operation: 'user.activate', resource: { id: scene.user.id }, attributes: ['active'] },
      { operation: 'user.deactivate', resource: { id: scene.user.id }, attributes: ['active'] },
    ])
  })
})

describe('a person who is deleted', () => {
  it('is gone at once: 204, then 404 from everything, and no filter finds them', async () => {
    const scene = await newScene(gatehouse)
    const path = `/Users/${scene.user.id}`

    const deleted = await scene.connector.scim('DELETE', path)
    const later = [
      await scene.read(),
      await scene.connector.scim('DELETE', path),
      await scene.patch({ op: 'Replace', path: 'active', value: 'True' }),
      await scene.connector.scim('PUT', path, entraUser()),
    ]

    expect([deleted.status, deleted.text]).toEqual([204, ''])
    expect(later.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    for (const { json, headers } of later) {
      expect(headers.get('content-type')).toBe('application/scim+json')
      expect(json).toMatchObject({ status: '404', schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'] })
    }
    for (const filter of [
      `userName eq "${scene.user.userName}"`,
      `externalId eq "${scene.user.externalId}"`,
      `emails[type eq "work"].value eq "${scene.user.emails[0].value}"`,
      `id eq "${scene.user.id}"`,
      'displayName eq "Mira Holt"',
    ]) {
      const found = await scene.find(filter)
      expect([filter, found.status, found.json.totalResults]).toEqual([filter, 200, 0])
    }
    expect((await scene.connector.scim('GET', '/Users')).json.totalResults).toBe(0)
  })

  it('is no member of any group', async () => {
    const scene = await newScene(gatehouse)
    const groups = [await groupWith(scene), await groupWith(scene)]
    await scene.connector.scim('DELETE', `/Users/${scene.user.id}`)
    for (const group of groups) expect(await membersOf(scene, group)).toEqual([])
    const found = await scene.connector.scim('GET', `/Groups?filter=members+eq+%22${scene.user.id}%22`)
    expect(found.json.totalResults).toBe(0)
  })

  it('comes back as a new user: a new id, no memberships, the name and the address free', async () => {
    const scene = await newScene(gatehouse)
    const group = await groupWith(scene)
    await scene.connector.scim('DELETE', `/Users/${scene.user.id}`)

    const { userName, emails, externalId } = scene.user
    const again = await scene.connector.scim('POST', '/Users', entraUser({ userName, emails, externalId }))
    const read = await scene.connector.scim('GET', `/Users/${again.json.id}`)

    expect(again.status).toBe(201)
    expect(again.json.id).not.toBe(scene.user.id)
    expect(read.json).not.toHaveProperty('groups')
    expect(await membersOf(scene, group)).toEqual([])
    expect((await scene.find(`userName eq "${userName}"`)).json.Resources).toEqual([again.json])
    expect((await scene.read()).status).toBe(404)
  })

  it('may have been deactivated before', async () => {
    const scene = await newScene(gatehouse)
    await scene.patch({ op: 'Replace', path: 'active', value: 'False' })
    const deleted = await scene.connector.scim('DELETE', `/Users/${scene.user.id}`)
    expect([deleted.status, (await scene.read()).status]).toEqual([204, 404])
  })

  it.each([
    ['an id of nobody', crypto.randomUUID()],
    ['text that is no id', 'nobody'],
    ['an id with a sign too many', `${crypto.randomUUID()}0`],
  ])('must have been there: %s is 404', async (_, id) => {
    const { connector } = await newScene(gatehouse)
    expect((await connector.scim('DELETE', `/Users/${id}`)).status).toBe(404)
    expect((await connector.scim('GET', '/Users')).json.totalResults).toBe(1)
  })

  it('is not reached from another connector', async () => {
    const [scene, other] = [await newScene(gatehouse), await newScene(gatehouse)]
    const answer = await other.connector.scim('DELETE', `/Users/${scene.user.id}`)
    expect([answer.status, (await scene.read()).status]).toEqual([404, 200])
  })

  it('is deleted once when two requests come at the same time', async () => {
    const scene = await newScene(gatehouse)
    const path = `/Users/${scene.user.id}`
    const answers = await Promise.all([1, 2, 3].map(() => scene.connector.scim('DELETE', path)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    expect(statuses.filter((status) => status === 404)).toHaveLength(2)
    expect((await scene.connector.scim('GET', '/Users')).json.totalResults).toBe(0)
  })
})

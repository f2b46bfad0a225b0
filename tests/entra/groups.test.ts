import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  entraGroup,
  entraUser,
  patchOp,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

type Json = Readonly<Record<string, string>>

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const find = (filter: string) => `/Groups?filter=${encodeURIComponent(filter)}`

async function newGroup(users = 0) {
  const connector = await gatehouse.newConnector()
  const { json: group } = await connector.scim('POST', '/Groups', entraGroup())
  const ids = await Promise.all(Array.from({ length: users }, () => addUser(connector)))
  const path = `/Groups/${group.id}`
  return {
    connector,
    group,
    ids,
    path,
    patch: (...operations: Record<string, unknown>[]) =>
      connector.scim('PATCH', path, patchOp(...operations)),
  }
}

async function addUser(connector: TestConnector): Promise<string> {
  return String((await connector.scim('POST', '/Users', entraUser())).json.id)
}

const values = (ids: readonly string[]) => ids.map((value) => ({ $ref: null, value }))

describe('a group that Entra creates', () => {
  it.each([
    ['with its private schema and an empty list', {}],
    ['without members', { members: undefined }],
    ['without externalId', { externalId: undefined }],
    ['with an odd name', { displayName: 'R&D (#1) \'x\' + "y" \\ 山' }],
  ])('(%s) is found by its name in any case, without members', async (_, overrides) => {
    const connector = await gatehouse.newConnector()
    const created = await connector.scim('POST', '/Groups', entraGroup(overrides))
    const name = JSON.stringify(String(created.json.displayName).toUpperCase())
    const found = await connector.scim('GET', `${find(`displayName eq ${name}`)}&excludedAttributes=members`)
    expect([created.status, found.json.totalResults]).toEqual([201, 1])
    expect(found.json.Resources[0]).toEqual(created.json)
    expect(created.json).not.toHaveProperty('members')
    expect(created.headers.get('location')).toBe(created.json.meta.location)
  })

  it.each([
    ['two externalIds', 'one', 'two', 201],
    ['one externalId', 'one', undefined, 409],
    ['no externalId', undefined, undefined, 409],
  ])(
    'may share its name with another one only if both have different externalIds: %s',
    async (_, one, two, status) => {
      const connector = await gatehouse.newConnector()
      await connector.scim('POST', '/Groups', entraGroup({ displayName: 'Crew', externalId: one }))
      const second = await connector.scim(
        'POST',
        '/Groups',
        entraGroup({ displayName: 'CREW', externalId: two }),
      )
      expect([second.status, second.json.scimType]).toEqual([
        status,
        status === 409 ? 'uniqueness' : undefined,
      ])
    },
  )

  it.each([
    ['a name', { displayName: 'CREW', externalId: undefined }],
    ['an externalId', { displayName: 'Other', externalId: 'object-1' }],
  ])('with %s that is taken is 409, whether created or renamed, and told who has it', async (_, taken) => {
    const connector = await gatehouse.newConnector()
    const first = entraGroup({ displayName: 'Crew', externalId: 'object-1' })
    const { json: holder } = await connector.scim('POST', '/Groups', first)
    const { json: other } = await connector.scim('POST', '/Groups', { displayName: 'Second' })
    const value = JSON.parse(JSON.stringify(taken))
    const answers = [
      await connector.scim('POST', '/Groups', entraGroup(taken)),
      await connector.scim('PATCH', `/Groups/${other.id}`, patchOp({ op: 'replace', value })),
    ]
    for (const { status, json } of answers) {
      expect([status, json.scimType]).toEqual([409, 'uniqueness'])
      expect(json.detail).toContain(holder.id)
    }
    expect((await connector.scim('GET', `/Groups/${other.id}`)).json).toEqual(other)
    expect((await connector.scim('GET', '/Groups')).json.totalResults).toBe(2)
  })

  it.each([
    ['by path', { op: 'Replace', path: 'externalId', value: 'object-2' }],
    ['without path', { op: 'replace', value: { externalId: 'object-2' } }],
    ['by the path of the core schema', { op: 'Add', path: `${CORE}:externalId`, value: 'object-2' }],
  ])('is given another externalId %s, and is found by that one only', async (_, operation) => {
    const { connector, group, patch } = await newGroup()
    expect((await patch(operation)).status).toBe(204)
    const found = await connector.scim('GET', find('externalId eq "object-2"'))
    const before = await connector.scim('GET', find(`externalId eq "${group.externalId}"`))
    expect([found.json.Resources[0].id, before.json.totalResults]).toEqual([group.id, 0])
    expect((await connector.scim('GET', find('externalId eq "OBJECT-2"'))).json.totalResults).toBe(0)
  })

  it.each([
    ['by path', { op: 'Replace', path: 'displayName', value: 'Night crew' }],
    ['without path', { op: 'replace', value: { displayName: 'Night crew' } }],
  ])('is renamed %s with 204, and its old name is free', async (_, operation) => {
    const { connector, group, path, patch } = await newGroup()
    const answer = await patch(operation)
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect((await connector.scim('GET', path)).json.displayName).toBe('Night crew')
    expect(
      (await connector.scim('GET', find(`displayName eq "${group.displayName}"`))).json.totalResults,
    ).toBe(0)
    expect((await connector.scim('GET', find('displayName eq "night crew"'))).json.Resources[0].id).toBe(
      group.id,
    )
  })

  it('is deleted: 204, then 404, its name free and its members without it', async () => {
    const { connector, group, ids, path, patch } = await newGroup(2)
    await patch({ op: 'Add', path: 'members', value: values(ids) })
    const statuses = [
      await connector.scim('DELETE', path),
      await connector.scim('DELETE', path),
      await connector.scim('GET', path),
    ]
    expect(statuses.map(({ status }) => status)).toEqual([204, 404, 404])
    expect((await connector.scim('GET', `/Users/${ids[0]}`)).json).not.toHaveProperty('groups')
    expect((await connector.scim('POST', '/Groups', { displayName: group.displayName })).status).toBe(201)
  })

  it.each([
    ['read', (group: Json) => `/Groups/${group.id}?excludedAttributes=members`],
    ['listed', () => '/Groups?excludedAttributes=members'],
    [
      'filtered',
      (group: Json) => `${find(`displayName eq "${group.displayName}"`)}&excludedAttributes=members`,
    ],
  ])('is %s without its members where Entra excludes them, with everything else', async (_, pathOf) => {
    const { connector, group, ids, path, patch } = await newGroup(2)
    await patch({ op: 'Add', path: 'members', value: values(ids) })
    const { members, ...others } = (await connector.scim('GET', path)).json
    const { json } = await connector.scim('GET', pathOf(group))
    expect(members).toHaveLength(2)
    expect(json.Resources?.[0] ?? json).toEqual(others)
  })

  it.each([
    ['deleted', 'DELETE', undefined],
    ['renamed', 'PATCH', patchOp({ op: 'Replace', path: 'displayName', value: 'x' })],
    ['filled', 'PATCH', patchOp({ op: 'Add', path: 'members', value: [{ value: crypto.randomUUID() }] })],
    ['read', 'GET', undefined],
  ])('that does not exist is not %s: 404', async (_, method, body) => {
    const connector = await gatehouse.newConnector()
    const { status, json } = await connector.scim(method, `/Groups/${crypto.randomUUID()}`, body)
    expect([status, json.status]).toEqual([404, '404'])
  })

  it('is left as it is by a change to what it has already', async () => {
    const { connector, group, path, patch } = await newGroup()
    expect((await patch({ op: 'Replace', path: 'displayName', value: group.displayName })).status).toBe(204)
    expect((await connector.scim('GET', path)).json).toEqual(group)
  })

  it('is answered with a body after a PATCH only to who asks for attributes', async () => {
    const { connector, path } = await newGroup()
    const answer = await connector.scim(
      'PATCH',
      `${path}?attributes=displayName`,
      patchOp({ op: 'replace', value: { displayName: 'N' } }),
    )
    expect([answer.status, answer.json.displayName]).toEqual([200, 'N'])
  })
})

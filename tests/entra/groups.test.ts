import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  entraGroup,
  entraUser,
  patchOp,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

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

  it('sent twice with one externalId is 409 the second time', async () => {
    const connector = await gatehouse.newConnector()
    const body = entraGroup()
    await connector.scim('POST', '/Groups', body)
    expect((await connector.scim('POST', '/Groups', { ...body, displayName: 'Other' })).json).toMatchObject({
      status: '409',
      scimType: 'uniqueness',
    })
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

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const URN = 'urn:ietf:params:scim:schemas:extension:Contoso:2.0:User'
const CUSTOM = [
  { urn: URN, name: 'badge', type: 'string' },
  { urn: URN, name: 'floor', type: 'integer' },
  { urn: URN, name: 'remote', type: 'boolean' },
]

describe('the custom attributes of a connector', () => {
  it('are stored, returned, filtered, sorted by, changed by Entra, and advertised', async () => {
    const connector = await gatehouse.newConnector({ customAttributes: CUSTOM })
    const { json: user } = await connector.scim(
      'POST',
      '/Users',
      entraUser({ [URN]: { badge: 'B-1', Remote: 'True', colour: 'x' } }),
    )
    const patched = await connector.scim(
      'PATCH',
      `/Users/${user.id}`,
      patchOp(
        { op: 'Add', path: `${URN}:floor`, value: 7 },
        { op: 'replace', value: { [`${URN}:badge`]: 'B-2' } },
      ),
    )
    const found = await connector.scim(
      'GET',
      `/Users?${new URLSearchParams({ filter: `${URN}:badge eq "b-2" and ${URN}:floor gt 6`, sortBy: `${URN}:floor` }).toString()}`,
    )
    const projected = await connector.scim('GET', `/Users/${user.id}?attributes=${URN}:badge`)
    const schema = await connector.scim('GET', `/Schemas/${URN}`)
    const type = await connector.scim('GET', '/ResourceTypes/User')

    expect(user[URN]).toEqual({ badge: 'B-1', remote: true })
    expect(user.schemas).toContain(URN)
    expect(patched.json[URN]).toEqual({ badge: 'B-2', remote: true, floor: 7 })
    expect(found.json).toMatchObject({ totalResults: 1, Resources: [{ id: user.id }] })
    expect(projected.json).toEqual({ schemas: projected.json.schemas, id: user.id, [URN]: { badge: 'B-2' } })
    expect(
      schema.json.attributes.map(({ name, type: kind }: { name: string; type: string }) => [name, kind]),
    ).toEqual([
      ['badge', 'string'],
      ['floor', 'integer'],
      ['remote', 'boolean'],
    ])
    expect(type.json.schemaExtensions).toContainEqual({ schema: URN, required: false })
  })

  it('are skipped by a connector without them, and hidden once they are taken out', async () => {
    const connector = await gatehouse.newConnector({ customAttributes: CUSTOM })
    const { json: user } = await connector.scim(
      'POST',
      '/Users',
      entraUser({ [URN]: { badge: 'B-1', floor: 3 } }),
    )
    await gatehouse.manage('PATCH', connector.managementPath, { customAttributes: CUSTOM.slice(1) })
    // Another connector, so that no cached row is asked.
    const plain = await gatehouse.newConnector()
    const { json: other } = await plain.scim('POST', '/Users', entraUser({ [URN]: { badge: 'B-1' } }))
    expect((await connector.scim('GET', `/Users/${user.id}`)).json[URN]).toEqual({ floor: 3 })
    expect(other).not.toHaveProperty([URN])
    expect((await plain.scim('GET', `/Schemas/${URN}`)).status).toBe(404)
  })

  it.each([
    ['a standard schema', [{ urn: 'urn:ietf:params:scim:schemas:core:2.0:User', name: 'x', type: 'string' }]],
    ['no URN', [{ urn: 'contoso', name: 'x', type: 'string' }]],
    ['a name with a dot', [{ urn: URN, name: 'a.b', type: 'string' }]],
    ['a name that reaches a prototype', [{ urn: URN, name: 'constructor', type: 'string' }]],
    ['an unknown type', [{ urn: URN, name: 'x', type: 'complex' }]],
    ['one attribute twice', [CUSTOM[0], { ...CUSTOM[0], name: 'BADGE' }]],
    ['more than fifty', Array.from({ length: 51 }, (_, i) => ({ urn: URN, name: `a${i}`, type: 'string' }))],
    ['no objects', ['badge']],
  ])('are refused for %s', async (_, customAttributes) => {
    const connector = await gatehouse.newConnector()
    const { status, json } = await gatehouse.manage('PATCH', connector.managementPath, { customAttributes })
    expect([status, json.type]).toEqual([400, '/problems/bad-request'])
  })

  it('of a wrong type are 400', async () => {
    const connector = await gatehouse.newConnector({ customAttributes: CUSTOM })
    expect(
      (await connector.scim('POST', '/Users', entraUser({ [URN]: { floor: 'seven' } }))).json,
    ).toMatchObject({ status: '400', scimType: 'invalidValue' })
  })
})

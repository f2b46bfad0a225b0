import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraGroup, entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { activityOf, oneByOne, type Item } from './activity-log.ts'
import { CORE, ENT, find } from './validator.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = oneByOne(await startGatehouse())
})
afterAll(() => gatehouse.close())

async function newUser() {
  const connector = await gatehouse.newConnector()
  const { json: user } = await connector.scim('POST', '/Users', entraUser())
  return { connector, user, path: `/Users/${user.id}` }
}

describe('a change has one row in the activity', () => {
  const USER = ['active', 'addresses', 'displayName', 'emails', 'externalId', 'name', 'phoneNumbers']
  it.each<[string, Record<string, unknown>, string, readonly string[]]>([
    ['a title', { op: 'Replace', path: 'title', value: 'X' }, 'user.update', ['title']],
    [
      'an e-mail',
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'x@y.example' },
      'user.update',
      ['emails'],
    ],
    [
      'parts of a name',
      { op: 'add', value: { 'name.givenName': 'A', nickName: 'B' } },
      'user.update',
      ['name', 'nickName'],
    ],
    ['a department', { op: 'Add', path: `${ENT}:department`, value: 'X' }, 'user.update', ['department']],
    ['deactivation', { op: 'Replace', path: 'active', value: 'False' }, 'user.deactivate', ['active']],
  ])('(%s) with the names of what changed and no values', async (_, operation, name, attributes) => {
    const { connector, user, path } = await newUser()
    const { json } = await gatehouse.manage('GET', connector.managementPath)
    const headers = { 'client-request-id': 'entra-2' }
    await connector.scim('PATCH', path, patchOp(operation), headers)
    const [row, created, ...others] = await activityOf(gatehouse, connector)
    expect(row).toEqual({
      cursor: expect.any(String),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      operation: name,
      actor: `scim:${json.scim.secrets[0].id}`,
      correlationId: expect.stringMatching(/^[\w-]{8,}$/),
      clientRequestId: 'entra-2',
      status: 200,
      resource: { type: 'User', id: user.id },
      attributes,
    })
    expect(created).toMatchObject({ operation: 'user.create', status: 201, resource: row?.resource })
    expect(created?.attributes).toEqual(expect.arrayContaining(USER))
    expect(others.map(({ operation: earlier }) => earlier)).toEqual(['connector.create'])
  })

  it('for a user and a group from creation to deletion, newest first', async () => {
    const { connector, user, path } = await newUser()
    const { json: group } = await connector.scim('POST', '/Groups', entraGroup())
    const at = `/Groups/${group.id}`
    const value = [{ $ref: null, value: user.id }]
    await connector.scim('PATCH', at, patchOp({ op: 'Replace', path: 'displayName', value: 'N' }))
    await connector.scim('PATCH', at, patchOp({ op: 'Add', path: 'members', value }))
    await connector.scim('PATCH', at, patchOp({ op: 'Remove', path: 'members', value }))
    await connector.scim('PATCH', path, patchOp({ op: 'Replace', path: 'active', value: 'False' }))
    await connector.scim('PATCH', path, patchOp({ op: 'Replace', path: 'active', value: 'True' }))
    await connector.scim('PUT', path, { ...user, title: 'Put' })
    await connector.scim('DELETE', at)
    await connector.scim('DELETE', path)
    const rows = (await activityOf(gatehouse, connector)).toReversed().slice(1)
    expect(
      rows.map(({ operation, status, resource, note }) => [operation, status, resource?.id, note]),
    ).toEqual([
      ['user.create', 201, user.id, undefined],
      ['group.create', 201, group.id, undefined],
      ['group.update', 204, group.id, undefined],
      ['group.members', 204, group.id, `+${user.id}`],
      ['group.members', 204, group.id, `-${user.id}`],
      ['user.deactivate', 200, user.id, undefined],
      ['user.activate', 200, user.id, undefined],
      ['user.update', 200, user.id, undefined],
      ['group.delete', 204, group.id, undefined],
      ['user.delete', 204, user.id, undefined],
    ])
  })

  it('in a bulk request each, under the one id of the request', async () => {
    const connector = await gatehouse.newConnector()
    const post = { method: 'POST', path: '/Users', data: entraUser() }
    await connector.scim('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { ...post, bulkId: 'a' },
        { ...post, bulkId: 'b' },
      ],
    })
    const rows = await activityOf(gatehouse, connector, '?count=2')
    const [created, failed] = rows.toSorted((one, other) => one.status - other.status)
    expect([failed, created]).toMatchObject([
      { operation: 'user.post', status: 409, attributes: ['userName'] },
      { operation: 'user.create', status: 201 },
    ])
    expect(failed?.correlationId).toBe(created?.correlationId)
  })

  it.each([
    ['with x-ms-client-request-id', { 'x-ms-client-request-id': 'ms-1' }, 'ms-1'],
    ['that is no id', { 'client-request-id': 'mira holt <mira@x.example>' }, undefined],
    ['that is too long', { 'client-request-id': 'x'.repeat(101) }, undefined],
  ])('with the id of a request %s', async (_, headers, id) => {
    const connector = await gatehouse.newConnector()
    await connector.scim('POST', '/Users', entraUser(), { ...headers })
    expect((await activityOf(gatehouse, connector))[0]?.clientRequestId).toBe(id)
  })

  it('of the connector and its secrets too, by who manages it', async () => {
    const connector = await gatehouse.newConnector({ uniqueEmail: false })
    const secrets = `${connector.managementPath}/scim-secrets`
    const { json: secret } = await gatehouse.manage('POST', secrets)
    await gatehouse.manage('DELETE', `${secrets}/${secret.id}`)
    await gatehouse.manage('PATCH', connector.managementPath, { state: 'disabled', requiredAttributes: [] })
    const rows = await activityOf(gatehouse, connector)
    expect(rows.map(({ operation, attributes }) => [operation, attributes])).toEqual([
      ['connector.update', expect.arrayContaining(['state', 'requiredAttributes'])],
      ['connector.secret.delete', undefined],
      ['connector.secret.create', undefined],
      ['connector.update', ['uniqueEmail']],
      ['connector.create', undefined],
    ])
    expect(new Set(rows.map(({ actor }) => actor))).toEqual(new Set(['management']))
    expect(rows.map(({ note }) => note).slice(1, 3)).toEqual([`secret ${secret.id}`, `secret ${secret.id}`])
    expect(JSON.stringify(rows)).not.toContain(secret.password)
  })
})

describe('the activity', () => {
  it('is read page by page, without a gap or a double', async () => {
    const { connector, path } = await newUser()
    for (let i = 0; i < 7; i++)
      await connector.scim('PATCH', path, patchOp({ op: 'Replace', path: 'title', value: `T${i}` }))
    const all = await activityOf(gatehouse, connector)
    const walked: Item[] = []
    for (let before = ''; ; before = `&before=${walked.at(-1)?.cursor}`) {
      const page = await activityOf(gatehouse, connector, `?count=2${before}`)
      walked.push(...page)
      if (page.length < 2) break
    }
    expect(walked).toEqual(all)
    expect(all).toHaveLength(9)
    const times = all.map(({ at }) => Date.parse(at))
    expect(times).toEqual(times.toSorted((one, other) => other - one))
  })
})

describe('no row of the activity', () => {
  it('names a person, an address or a group, whatever is sent and however it fails', async () => {
    const connector = await gatehouse.newConnector()
    const secret = 'Zaphod'
    const sent = entraUser({
      userName: `${secret}@x.example`,
      externalId: secret,
      displayName: secret,
      title: secret,
      name: { givenName: secret, familyName: secret },
      emails: [{ type: 'work', value: `${secret}@x.example` }],
      roles: [],
    })
    const { json: user } = await connector.scim('POST', '/Users', sent)
    const { json: group } = await connector.scim('POST', '/Groups', entraGroup({ displayName: secret }))
    const { json: other } = await connector.scim('POST', '/Users', entraUser())
    const changes: readonly (readonly [string, string, unknown?])[] = [
      ['POST', '/Users', sent],
      ['POST', '/Users', { ...sent, userName: '' }],
      ['POST', '/Groups', entraGroup({ displayName: secret, externalId: undefined })],
      ['POST', '/Users', `{ "${secret}": `],
      ['GET', find('Users', `userName eq "${secret}" and`)],
      ['GET', find('Users', `${secret} eq [`)],
      [
        'PATCH',
        `/Users/${other.id}`,
        patchOp({ op: 'replace', path: 'userName', value: `${secret}@x.example` }),
      ],
      [
        'PATCH',
        `/Users/${other.id}`,
        patchOp({ op: 'replace', path: `emails[value eq "${secret}@x.example"].type`, value: 'work' }),
      ],
      [
        'PATCH',
        `/Users/${other.id}`,
        patchOp({ op: 'replace', path: `badges[value eq "${secret}"].value`, value: secret }),
      ],
      ['PATCH', `/Users/${other.id}`, patchOp({ op: 'replace', path: `emails[${secret}`, value: secret })],
      [
        'PATCH',
        `/Users/${other.id}`,
        patchOp({ op: 'add', path: 'colour', value: secret }, { op: 'add', value: { shape: secret } }),
      ],
      ['PATCH', `/Users/${user.id}`, patchOp({ op: 'replace', path: 'active', value: secret })],
      ['PATCH', `/Groups/${group.id}`, patchOp({ op: 'Add', path: 'members', value: [{ value: secret }] })],
      [
        'PATCH',
        `/Groups/${group.id}`,
        patchOp({ op: 'Add', path: 'members', value: [{ value: secret }, { value: user.id }] }),
      ],
      ['PATCH', `/Groups/${group.id}`, patchOp({ op: 'Replace', path: 'displayName', value: `${secret} 2` })],
      ['PUT', `/Users/${user.id}`, { ...sent, displayName: `${secret} 3`, schemas: [`${CORE}:User`] }],
      ['DELETE', `/Groups/${group.id}`],
      ['DELETE', `/Users/${user.id}`],
    ]
    for (const [method, path, body] of changes) await connector.scim(method, path, body)
    const rows = await activityOf(gatehouse, connector)
    expect(rows.length).toBeGreaterThan(changes.length)
    expect(rows.filter((row) => JSON.stringify(row).toLowerCase().includes(secret.toLowerCase()))).toEqual([])
    expect(rows.filter((row) => JSON.stringify(row).includes('@'))).toEqual([])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import {
  entraUser,
  patchOp,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

let gatehouse: Gatehouse
let connector: TestConnector
beforeAll(async () => {
  gatehouse = await startGatehouse()
  connector = await gatehouse.newConnector()
})
afterAll(() => gatehouse.close())

const CORE = 'urn:ietf:params:scim:schemas:core:2.0'

interface Definition {
  readonly name: string
  readonly type: string
  readonly subAttributes?: readonly Definition[]
  readonly [facet: string]: unknown
}

async function attributesOf(kind: string): Promise<readonly Definition[]> {
  return (await connector.scim('GET', `/Schemas/${CORE}:${kind}`)).json.attributes
}

describe('discovery', () => {
  it.each([
    '/ServiceProviderConfig',
    '/ResourceTypes',
    '/ResourceTypes/User',
    '/ResourceTypes/Group',
    '/Schemas',
    `/Schemas/${CORE}:Group`,
    '/Schemas/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    '/Schemas?filter=id+eq+%22x%22',
    '/ServiceProviderConfig?filter=x',
  ])('%s is answered 200 in SCIM, without a null', async (path) => {
    const answer = await connector.scim('GET', path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/scim+json'])
    expect(answer.text).not.toContain('null')
  })

  it.each(['/ResourceTypes/Robot', '/Schemas/urn:x', '/Me/x', '/Nothing'])(
    '%s is a SCIM error',
    async (path) => {
      const answer = await connector.scim('GET', path)
      expect([404, 501]).toContain(answer.status)
      expect(Object.keys(answer.json)).toEqual(['schemas', 'status', 'detail'])
    },
  )

  it('says what works, with the limits that are held', async () => {
    const { json } = await connector.scim('GET', '/ServiceProviderConfig')
    expect(json).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: LIMITS.bulkOperations, maxPayloadSize: LIMITS.largeBodyBytes },
      filter: { supported: true, maxResults: LIMITS.maxCount },
      sort: { supported: true },
      etag: { supported: true },
      changePassword: { supported: false },
    })
    expect(json).not.toHaveProperty('pagination')
    expect(json.authenticationSchemes.map(({ type }: { type: string }) => type)).toEqual([
      'oauthbearertoken',
      'httpbasic',
    ])
  })

  it('lists externalId for users and groups, canonical types where Entra counts them, and no password', async () => {
    const [users, groups] = [await attributesOf('User'), await attributesOf('Group')]
    const typeOf = (name: string) =>
      users.find((one) => one.name === name)?.subAttributes?.find((sub) => sub.name === 'type')
    expect(users.map(({ name }) => name)).toContain('externalId')
    expect(groups.map(({ name }) => name)).toContain('externalId')
    expect(users.map(({ name }) => name)).not.toContain('password')
    expect(typeOf('emails')?.['canonicalValues']).toContain('work')
    expect(typeOf('phoneNumbers')?.['canonicalValues']).toEqual(
      expect.arrayContaining(['work', 'mobile', 'fax']),
    )
    expect(typeOf('addresses')?.['canonicalValues']).toContain('work')
    expect(typeOf('roles')).not.toHaveProperty('canonicalValues')
  })

  it('names the types of every reference', async () => {
    const all = [...(await attributesOf('User')), ...(await attributesOf('Group'))]
    const references = all
      .flatMap((one) => [one, ...(one.subAttributes ?? [])])
      .filter(({ type }) => type === 'reference')
    expect(references.length).toBeGreaterThan(2)
    expect(references.filter(({ referenceTypes }) => !Array.isArray(referenceTypes))).toEqual([])
  })
})

const activityOf = async (one: TestConnector, query = '') =>
  (await gatehouse.manage('GET', `${one.managementPath}/activity${query}`)).json.activity as Record<
    string,
    unknown
  >[]

describe('the activity', () => {
  it('has a row for each change, newest first: who, what, which attributes, under which request id', async () => {
    const one = await gatehouse.newConnector()
    const { json: user } = await one.scim('POST', '/Users', entraUser(), { 'client-request-id': 'entra-1' })
    await one.scim('PATCH', `/Users/${user.id}`, patchOp({ op: 'Replace', path: 'title', value: 'X' }), {
      'client-request-id': 'entra-2',
    })
    await one.scim('DELETE', `/Users/${user.id}`)
    const { json } = await gatehouse.manage('GET', one.managementPath)
    const actor = `scim:${json.scim.secrets[0].id}`
    const rows = await activityOf(one, '?count=3')
    expect(rows).toMatchObject([
      { operation: 'user.delete', status: 204 },
      { operation: 'user.update', status: 200, attributes: ['title'], clientRequestId: 'entra-2' },
      { operation: 'user.create', status: 201, clientRequestId: 'entra-1' },
    ])
    expect(rows.every((row) => row['actor'] === actor)).toBe(true)
    expect(JSON.stringify(rows)).not.toContain('fjordworks')
    expect(await activityOf(one, `?before=${String(rows[0]?.['cursor'])}&count=1`)).toEqual([rows[1]])
  })

  it.each([
    {
      status: 400,
      body: patchOp({ op: 'replace', path: 'id', value: 'x' }),
      headers: {},
      note: 'mutability',
    },
    {
      status: 409,
      body: patchOp({ op: 'replace', path: 'userName', value: 'taken@x.example' }),
      headers: {},
      note: 'uniqueness',
    },
    {
      status: 412,
      body: patchOp({ op: 'replace', path: 'title', value: 'x' }),
      headers: { 'if-match': 'W/"other"' },
      note: 'precondition_failed',
    },
  ])(
    'has a row for an authenticated request that failed with $status, and none for a 401',
    async ({ body, headers, status, note }) => {
      const one = await gatehouse.newConnector()
      await one.scim('POST', '/Users', entraUser({ userName: 'taken@x.example' }))
      const { json: user } = await one.scim('POST', '/Users', entraUser())
      const failed = await one.scim('PATCH', `/Users/${user.id}`, body, { ...headers })
      const rows = await activityOf(one)
      await one.scim('GET', '/Users', undefined, { authorization: 'Bearer x' })
      expect(failed.status).toBe(status)
      expect(rows.filter((row) => row['status'] === status)).toMatchObject([
        { operation: 'user.patch', note },
      ])
      expect(await activityOf(one)).toHaveLength(rows.length)
    },
  )
})

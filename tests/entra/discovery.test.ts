import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import {
  entraGroup,
  entraUser,
  PUBLIC_BASE_URL,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'
import { CORE, ENT } from './validator.ts'

let gatehouse: Gatehouse
let connector: TestConnector
beforeAll(async () => {
  gatehouse = await startGatehouse()
  connector = await gatehouse.newConnector()
})
afterAll(() => gatehouse.close())

interface Definition {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly subAttributes?: readonly Definition[]
  readonly [facet: string]: unknown
}

async function attributesOf(urn: string, one = connector): Promise<readonly Definition[]> {
  return (await one.scim('GET', `/Schemas/${urn}`)).json.attributes
}

/** Attributes and their parts by path. */
function byPath(attributes: readonly Definition[]): Map<string, Definition> {
  const parts = attributes.flatMap((one) =>
    (one.subAttributes ?? []).map((sub): [string, Definition] => [`${one.name}.${sub.name}`, sub]),
  )
  return new Map([...attributes.map((one): [string, Definition] => [one.name, one]), ...parts])
}

describe('discovery', () => {
  it.each([
    ['/ServiceProviderConfig', 'ServiceProviderConfig'],
    ['/ResourceTypes', 'ListResponse'],
    ['/ResourceTypes/User', 'ResourceType'],
    ['/ResourceTypes/Group', 'ResourceType'],
    ['/Schemas', 'ListResponse'],
    [`/Schemas/${CORE}:User`, 'Schema'],
    [`/Schemas/${CORE}:Group`, 'Schema'],
    [`/Schemas/${ENT}`, 'Schema'],
    ['/Schemas?filter=id+eq+%22x%22', 'ListResponse'],
    ['/ResourceTypes?filter=name+eq', 'ListResponse'],
    ['/ServiceProviderConfig?filter=x', 'ServiceProviderConfig'],
  ])('at %s is answered 200 in SCIM as a %s, without a null', async (path, kind) => {
    const answer = await connector.scim('GET', path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/scim+json'])
    expect(answer.json.schemas).toHaveLength(1)
    expect(answer.json.schemas[0].split(':').pop()).toBe(kind)
    expect(nullsIn(answer.json)).toBe(false)
  })

  it.each([
    ['/Schemas', [`${CORE}:User`, ENT, `${CORE}:Group`]],
    ['/ResourceTypes', ['User', 'Group']],
  ])('lists at %s exactly what is served one by one', async (path, ids) => {
    const { json } = await connector.scim('GET', path)
    const singles = await Promise.all(ids.map((id) => connector.scim('GET', `${path}/${id}`)))
    expect(json.Resources).toEqual(singles.map((single) => single.json))
    expect([json.totalResults, json.itemsPerPage, json.startIndex]).toEqual([ids.length, ids.length, 1])
    const base = `${PUBLIC_BASE_URL}/scim/v2/${connector.id}${path}`
    expect(json.Resources.map(({ id }: Definition) => id)).toEqual(ids)
    expect(json.Resources.map(({ meta }: { meta: { location: string } }) => meta.location)).toEqual(
      ids.map((id) => `${base}/${id}`),
    )
  })

  it('says which schema and which extensions each resource has', async () => {
    const { json } = await connector.scim('GET', '/ResourceTypes')
    expect(json.Resources).toMatchObject([
      { endpoint: '/Users', schema: `${CORE}:User`, schemaExtensions: [{ schema: ENT, required: false }] },
      { endpoint: '/Groups', schema: `${CORE}:Group`, schemaExtensions: [] },
    ])
  })

  it.each([
    ['/ResourceTypes/Robot', 404],
    [`/Schemas/${CORE}:Robot`, 404],
    ['/Nothing', 404],
    ['/Me', 501],
  ])('knows no %s: %i', async (path, status) => {
    const answer = await connector.scim('GET', path)
    expect([answer.status, answer.json.status]).toEqual([status, String(status)])
    expect(Object.keys(answer.json)).toEqual(['schemas', 'status', 'detail'])
    expect(answer.headers.get('content-type')).toBe('application/scim+json')
  })

  it.each(
    ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', `/Schemas/${ENT}`].flatMap((path) =>
      ['POST', 'PUT', 'PATCH', 'DELETE'].map((method): [string, string] => [method, path]),
    ),
  )('takes no %s to %s, whatever the body is', async (method, path) => {
    const answer = await connector.scim(method, path, method === 'DELETE' ? undefined : '{ garbage')
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
    expect(answer.json.status).toBe('405')
  })

  it.each(['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'])(
    'asks for the secret at %s',
    async (path) => {
      const answer = await connector.scim('GET', path, undefined, { authorization: '' })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toContain('Bearer')
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
    const schemes = json.authenticationSchemes.map(({ type }: { type: string }) => type)
    expect(schemes).toEqual(['oauthbearertoken', 'httpbasic'])
  })
})

describe('the schemas', () => {
  it.each([
    [
      `${CORE}:User`,
      ['userName', 'externalId', 'active', 'emails', 'roles', 'groups'],
      ['password', 'id', 'meta'],
    ],
    [`${CORE}:Group`, ['displayName', 'externalId', 'members'], ['id', 'meta']],
    [ENT, ['employeeNumber', 'department', 'manager'], []],
  ])('%s has what can be mapped and nothing that is not stored', async (urn, has, lacks) => {
    const names = (await attributesOf(urn)).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(has))
    expect(names.filter((name) => lacks.includes(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })

  it.each([
    ['emails.type', ['work', 'home', 'other']],
    ['phoneNumbers.type', ['work', 'home', 'mobile', 'fax', 'pager', 'other']],
    ['addresses.type', ['work', 'home', 'other']],
    ['roles.type', undefined],
    ['entitlements.type', undefined],
  ])('suggest for %s %j', async (path, values) => {
    const type = byPath(await attributesOf(`${CORE}:User`)).get(path)
    expect(type?.type).toBe('string')
    expect(type?.['canonicalValues']).toEqual(values)
  })

  it.each([`${CORE}:User`, `${CORE}:Group`, ENT])('write every facet of %s as RFC 7643 does', async (urn) => {
    const all = [...byPath(await attributesOf(urn)).values()]
    const facets = (name: string) => new Set(all.map((one) => one[name]))
    const types = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary', 'complex']
    expect(types).toEqual(expect.arrayContaining([...facets('type')]))
    expect(['readWrite', 'readOnly', 'writeOnly', 'immutable']).toEqual(
      expect.arrayContaining([...facets('mutability')]),
    )
    expect(['default', 'always', 'request', 'never']).toEqual(expect.arrayContaining([...facets('returned')]))
    expect(
      all.filter((one) => typeof one['multiValued'] !== 'boolean' || typeof one.required !== 'boolean'),
    ).toEqual([])
    const emptied = all.filter(
      ({ canonicalValues }) => Array.isArray(canonicalValues) && canonicalValues.length === 0,
    )
    expect(emptied).toEqual([])
  })

  it('name the types of every reference, and there are some', async () => {
    const attributes = [`${CORE}:User`, `${CORE}:Group`, ENT].map((urn) => attributesOf(urn))
    const all = (await Promise.all(attributes)).flatMap((one) => [...byPath(one)])
    const references = all.filter(([, { type }]) => type === 'reference')
    expect(references.map(([path]) => path)).toEqual(
      expect.arrayContaining(['profileUrl', 'photos.value', 'groups.$ref', 'members.$ref', 'manager.$ref']),
    )
    for (const [, { referenceTypes }] of references) expect(referenceTypes).not.toEqual([])
    expect(references.filter(([, { referenceTypes }]) => !Array.isArray(referenceTypes))).toEqual([])
  })

  it.each([
    ['by default', {}, ['emails', 'name', 'name.familyName', 'name.givenName', 'userName']],
    ['relaxed', { requiredAttributes: [] }, ['userName']],
    ['with names only', { requiredAttributes: ['name.givenName'] }, ['name', 'name.givenName', 'userName']],
  ])('require of a user (%s) exactly what a POST is refused without', async (_, settings, required) => {
    const one = await gatehouse.newConnector({ uniqueEmail: false, ...settings })
    const all = byPath(await attributesOf(`${CORE}:User`, one))
    const said = [...all].filter(([, definition]) => definition.required).map(([path]) => path)
    expect(said.toSorted()).toEqual(required)
    for (const path of [
      'userName',
      'emails',
      'name.givenName',
      'name.familyName',
      'displayName',
      'title',
      'externalId',
    ]) {
      const { status } = await one.scim('POST', '/Users', without(entraUser(), path))
      expect([path, status]).toEqual([path, required.includes(path) ? 400 : 201])
    }
  })

  it('require of a group its name, without which a POST is refused', async () => {
    const all = byPath(await attributesOf(`${CORE}:Group`))
    expect([...all].filter(([, { required }]) => required).map(([path]) => path)).toEqual(['displayName'])
    const statuses = []
    for (const name of ['displayName', 'externalId', 'members'])
      statuses.push((await connector.scim('POST', '/Groups', without(entraGroup(), name))).status)
    expect(statuses).toEqual([400, 201, 201])
  })
})

function without(body: Record<string, unknown>, path: string): Record<string, unknown> {
  const [name = '', part] = path.split('.')
  if (part === undefined) return { ...body, [name]: undefined }
  return { ...body, [name]: { ...(body[name] as object), [part]: undefined } }
}

function nullsIn(value: unknown): boolean {
  if (typeof value !== 'object') return false
  return value === null || Object.values(value).some(nullsIn)
}

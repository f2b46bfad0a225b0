import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openApi, type Api } from './fixtures.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
}
interface Operation {
  readonly responses: Readonly<Record<string, unknown>>
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

describe('the functions of the management API', () => {
  it('ask the host for a function key, each of them', () => {
    const levels = [...api.functions].map(([name, { authLevel }]) => [name, authLevel])

    expect(levels).toHaveLength(12)
    expect(levels.filter(([, level]) => level !== 'function')).toEqual([])
  })

  it('are registered with every method, so that 405 is ours to answer', () => {
    for (const { methods } of api.functions.values()) expect(methods?.toSorted()).toEqual(METHODS.toSorted())
  })

  it('answer a method that an address does not take with 405 and Allow', async () => {
    const { json: document } = await api.manage('GET', 'openapi.json')

    for (const [path, operations] of Object.entries(document.paths as Paths)) {
      const known = METHODS.filter((method) => method.toLowerCase() in operations)
      const allow = known.includes('GET') ? [...known, 'HEAD'] : known
      for (const method of METHODS.filter((name) => !allow.includes(name))) {
        const answer = await api.manage(method, path.replace('/management/', '').replaceAll(/\{\w+\}/g, 'x'))
        expect(answer.status).toBe(405)
        expect(answer.headers['Allow']?.split(', ').toSorted()).toEqual(allow.toSorted())
      }
    }
  })
})

describe('the OpenAPI document', () => {
  it('describes exactly the addresses that these files register', async () => {
    const { json } = await api.manage('GET', 'openapi.json')

    const routes = [...api.functions.values()].map(({ route }) => `/${route}`)
    expect(json.openapi).toMatch(/^3\.1\./)
    expect(Object.keys(json.paths as Paths).toSorted()).toEqual(routes.toSorted())
  })

  it('has no reference to nothing, and a schema for every path parameter', async () => {
    const { json, text } = await api.manage('GET', 'openapi.json')

    const names = [...(text ?? '').matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
    expect(new Set(names)).toEqual(new Set(Object.keys(json.components.schemas as object)))
    for (const [path, item] of Object.entries(
      json.paths as Record<string, { parameters?: { name: string }[] }>,
    )) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const given = (item.parameters ?? [])
        .map(({ name }) => name)
        .filter((name) => path.includes(`{${name}}`))
      expect(given).toEqual(wanted)
    }
  })

  it('names every member that is answered', async () => {
    const { json: document } = await api.manage('GET', 'openapi.json')
    const schemas = document.components.schemas as Record<string, Schema>
    const organization = await api.manage('POST', 'organizations', {
      name: 'Contoso',
      plan: 'enterprise',
      shortName: 'documented',
    })
    const path = `organizations/${String(organization.json.id)}`
    const connector = await api.manage('POST', `${path}/connectors`, { type: 'entra' })
    const secret = await api.manage('POST', `${path}/connectors/${String(connector.json.id)}/scim-secrets`)

    for (const [schema, answer] of [
      ['Organization', organization],
      ['Connector', connector],
      ['NewScimSecret', secret],
    ] as const)
      expect(Object.keys(schemas[schema]?.properties ?? {}).toSorted()).toEqual(
        Object.keys(answer.json as object).toSorted(),
      )
    const scim = schemas['Connector']?.properties?.['scim']?.properties ?? {}
    expect(Object.keys(scim).toSorted()).toEqual(Object.keys(connector.json.scim as object).toSorted())
  })
})

import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { RELAXED, taken, useGatehouse } from '../conformance/connection.ts'
import { CORE, created, ENT, newCustomConnector, OWN, SECOND, TYPES } from '../conformance/custom.ts'
import type { TestConnector } from '../support/gatehouse.ts'

const gatehouse = useGatehouse()
const newConnector = () => newCustomConnector(gatehouse())
const setAttributes = (connector: TestConnector, value: unknown) =>
  gatehouse().manage('PATCH', connector.managementPath, { customAttributes: value })

describe('the definition of custom attributes', () => {
  const one = { urn: OWN, name: 'a', type: 'string' }
  it.each([
    ['a URN in two spellings', [one, { ...one, urn: OWN.toLowerCase(), name: 'b' }]],
    ['a name in two spellings', [one, { ...one, name: 'A' }]],
    ['the enterprise schema', [{ ...one, urn: ENT }]],
    ['the core schema in another case', [{ ...one, urn: CORE.toUpperCase() }]],
    ['a message schema', [{ ...one, urn: 'urn:ietf:params:scim:api:messages:2.0:PatchOp' }]],
    ['no URN', [{ ...one, urn: 'https://contoso.example/schema' }]],
    ['a URN with a blank', [{ ...one, urn: 'urn:contoso:a b' }]],
    ['a name with a dot', [{ ...one, name: 'a.b' }]],
    ['a name with a bracket', [{ ...one, name: 'a[b]' }]],
    ['a name that begins with a digit', [{ ...one, name: '1a' }]],
    ['an empty name', [{ ...one, name: '' }]],
    ['a name of 65 characters', [{ ...one, name: 'a'.repeat(65) }]],
    ['a name that reaches a prototype', [{ ...one, name: '__proto__' }]],
    ['a complex type', [{ ...one, type: 'complex' }]],
    ['no type', [{ urn: OWN, name: 'a' }]],
    ['no object', ['a']],
    [
      `${LIMITS.customAttributes + 1} of them`,
      Array.from({ length: LIMITS.customAttributes + 1 }, (_, i) => ({ ...one, name: `a${i}` })),
    ],
    ['no list', one],
  ])('is refused for %s, and the old one holds', async (_, value) => {
    const connector = await newConnector()
    expect((await setAttributes(connector, value)).status).toBe(400)
    expect((await taken(connector, 'GET', `/Schemas/${OWN}`)).json.attributes).toHaveLength(TYPES.length)
  })

  it(`may have ${LIMITS.customAttributes}, all of which are kept`, async () => {
    const many = Array.from({ length: LIMITS.customAttributes }, (_, i) => ({
      urn: i % 2 === 0 ? OWN : SECOND,
      name: `a${i}`,
      type: 'integer',
    }))
    const connector = await gatehouse().newConnector({ ...RELAXED, customAttributes: many })
    const values = (urn: string) =>
      Object.fromEntries(many.flatMap((own, i) => (own.urn === urn ? [[own.name, i]] : [])))
    const user = await created(connector, { [OWN]: values(OWN), [SECOND]: values(SECOND) })
    expect((await taken(connector, 'GET', `/Users/${user.id}`)).json).toMatchObject({
      [OWN]: values(OWN),
      [SECOND]: values(SECOND),
    })
  })
})

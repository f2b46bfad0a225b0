import { describe, expect, it } from 'vitest'
import { namesOf, query, RELAXED, taken, useGatehouse, verdict } from '../conformance/connection.ts'
import {
  changed,
  CORE,
  created,
  CUSTOM,
  ENT,
  newCustomConnector,
  OWN,
  SECOND,
  TYPES,
} from '../conformance/custom.ts'
import type { TestConnector } from '../support/gatehouse.ts'

const gatehouse = useGatehouse()
const newConnector = () => newCustomConnector(gatehouse())
const setAttributes = (connector: TestConnector, value: unknown) =>
  gatehouse().manage('PATCH', connector.managementPath, { customAttributes: value })

describe('custom attributes', () => {
  it.each([
    { op: 'remove', path: `${OWN}:a-string` },
    { op: 'replace', path: `${OWN}:a-string`, value: '' },
    { op: 'replace', path: `${OWN}:a-string`, value: null },
    { op: 'replace', value: { [OWN]: { 'a-string': null } } },
    { op: 'replace', value: { [`${OWN}:a-string`]: '' } },
  ])('are cleared by %j', async (operation) => {
    const connector = await newConnector()
    const user = await created(connector, { [OWN]: { 'a-string': 'x', 'a-integer': 7 } })
    expect((await changed(connector, user.id, operation)).json[OWN]).toEqual({ 'a-integer': 7 })
  })

  it.each([
    { op: 'remove', path: OWN },
    { op: 'replace', path: OWN, value: null },
  ])('go all at once by %j, and the schema with them', async (operation) => {
    const connector = await newConnector()
    const user = await created(connector, {
      [OWN]: { 'a-string': 'x', 'a-integer': 7 },
      [SECOND]: { number: '1' },
    })
    const { json } = await changed(connector, user.id, operation)
    expect(json).not.toHaveProperty([OWN])
    expect(json.schemas).not.toContain(OWN)
    expect(json[SECOND]).toEqual({ number: '1' })
  })

  it('go with a PUT that does not name them', async () => {
    const connector = await newConnector()
    const user = await created(connector, { [OWN]: { 'a-string': 'x' } })
    const { json } = await taken(connector, 'PUT', `/Users/${user.id}`, { userName: user.userName })
    expect(json.schemas).toEqual([CORE])
  })

  it('compare names and URNs without case, and keep the spelling of the schema', async () => {
    const connector = await newConnector()
    const user = await created(connector, { [OWN.toUpperCase()]: { 'A-STRING': 'x' } })
    expect(user[OWN]).toEqual({ 'a-string': 'x' })
    const path = `${OWN.toLowerCase()}:A-String`
    expect((await changed(connector, user.id, { op: 'replace', path, value: 'y' })).json[OWN]).toEqual({
      'a-string': 'y',
    })
  })

  it('that nobody defined are left out, and the activity names them', async () => {
    const connector = await newConnector()
    const user = await created(connector, {
      [OWN]: { 'a-string': 'x', other: 'y' },
      'urn:example:none': { a: 1 },
    })
    await changed(connector, user.id, { op: 'add', path: `${OWN}:other`, value: 'y' })
    const { json } = await gatehouse().manage('GET', `${connector.managementPath}/activity`)
    expect(user[OWN]).toEqual({ 'a-string': 'x' })
    expect(json.activity[0].note).toContain(`${OWN}:other`)
  })

  it.each([
    [`${OWN}:a-string eq "ALPHA"`, ['one']],
    [`${OWN}:a-string sw "b"`, ['two']],
    [`${OWN}:a-string pr`, ['one', 'two']],
    [`not (${OWN}:a-string pr)`, ['three']],
    [`${OWN}:a-integer gt 9`, ['two']],
    [`${OWN}:a-integer eq 9`, ['one']],
    [`${OWN}:a-decimal le 1.5`, ['one']],
    [`${OWN}:a-boolean eq true`, ['one']],
    [`${OWN}:a-dateTime ge "2026-05-01T08:00:00+02:00"`, ['one', 'two']],
    [`${OWN}:a-dateTime eq "2026-05-01T06:00:00Z"`, ['one']],
    [`${SECOND}:number eq "7"`, ['three']],
    [`${OWN}:a-string eq "alpha" or ${SECOND}:number eq "7"`, ['one', 'three']],
    ['a-string eq "alpha"', ['one']],
  ])('are found by %s', async (filter, wanted) => {
    const connector = await newConnector()
    await created(connector, {
      userName: 'one',
      [OWN]: {
        'a-string': 'Alpha',
        'a-integer': 9,
        'a-decimal': 1.5,
        'a-boolean': true,
        'a-dateTime': '2026-05-01T08:00:00+02:00',
      },
    })
    await created(connector, {
      userName: 'two',
      [OWN]: {
        'a-string': 'Beta',
        'a-integer': 10,
        'a-decimal': 1.75,
        'a-boolean': false,
        'a-dateTime': '2026-06-01T08:00:00Z',
      },
    })
    await created(connector, { userName: 'three', [SECOND]: { number: '7' } })
    expect(namesOf(await taken(connector, 'GET', `/Users${query({ filter })}`)).toSorted()).toEqual(wanted)
  })

  it('take no order where they are true or false', async () => {
    const connector = await newConnector()
    const filter = `${OWN}:a-boolean gt true`
    expect(verdict(await connector.scim('GET', `/Users${query({ filter })}`))).toEqual([400, 'invalidFilter'])
  })

  it.each<[Record<string, string>, object]>([
    [{ attributes: OWN }, { [OWN]: { 'a-string': 'x', 'a-integer': 7 } }],
    [{ attributes: `${OWN}:a-integer` }, { [OWN]: { 'a-integer': 7 } }],
    [{ attributes: `${OWN}:A-INTEGER,${SECOND}` }, { [OWN]: { 'a-integer': 7 }, [SECOND]: { number: '1' } }],
    [
      { attributes: `${OWN},${SECOND}`, excludedAttributes: `${OWN}:a-string` },
      { [OWN]: { 'a-integer': 7 }, [SECOND]: { number: '1' } },
    ],
    [{ attributes: SECOND, excludedAttributes: OWN }, { [SECOND]: { number: '1' } }],
  ])('are projected by %j', async (parameters, wanted) => {
    const connector = await newConnector()
    const user = await created(connector, {
      [OWN]: { 'a-string': 'x', 'a-integer': 7 },
      [SECOND]: { number: '1' },
    })
    const { json } = await taken(connector, 'GET', `/Users/${user.id}${query(parameters)}`)
    expect(json).toEqual({ schemas: user.schemas, id: user.id, ...wanted })
  })

  it('are advertised with their types, beside the standard schemas', async () => {
    const connector = await newConnector()
    const { json: all } = await taken(connector, 'GET', '/Schemas')
    const { json: one } = await taken(connector, 'GET', `/Schemas/${OWN}`)
    const { json: type } = await taken(connector, 'GET', '/ResourceTypes/User')
    expect(all.totalResults).toBe(all.Resources.length)
    expect(all.Resources.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining([CORE, ENT, OWN, SECOND]),
    )
    expect(all.Resources.find(({ id }: { id: string }) => id === OWN)).toEqual(one)
    expect(
      one.attributes.map((attribute: Record<string, unknown>) => [attribute['name'], attribute['type']]),
    ).toEqual(TYPES.map((name) => [`a-${name}`, name]))
    expect(one.attributes[0]).toEqual({
      name: 'a-string',
      type: 'string',
      multiValued: false,
      description: expect.any(String),
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
    })
    expect(one.meta).toEqual({ resourceType: 'Schema', location: expect.stringMatching(/\/Schemas\/urn:/) })
    expect(type.schemaExtensions).toEqual([ENT, OWN, SECOND].map((schema) => ({ schema, required: false })))
  })

  it('do not show in another connector', async () => {
    const [connector, other] = [await newConnector(), await gatehouse().newConnector(RELAXED)]
    await created(connector, { [OWN]: { 'a-string': 'x' } })
    expect((await other.scim('GET', `/Schemas/${OWN}`)).status).toBe(404)
    expect(await created(other, { [OWN]: { 'a-string': 'x' } })).not.toHaveProperty([OWN])
  })
})

describe('custom attributes that are taken out', () => {
  it('are hidden from every answer, not found, and back with their values when they are defined again', async () => {
    const connector = await newConnector()
    const user = await created(connector, { [OWN]: { 'a-string': 'x' }, [SECOND]: { number: '1' } })
    await setAttributes(connector, CUSTOM.slice(-1))
    const filter = query({ filter: `${OWN}:a-string eq "x"` })
    await expect.poll(async () => (await connector.scim('GET', `/Users${filter}`)).json.totalResults).toBe(0)
    const read = await taken(connector, 'GET', `/Users/${user.id}`)
    const listed = await taken(connector, 'GET', '/Users')
    for (const one of [read.json, listed.json.Resources[0]]) {
      expect(one).not.toHaveProperty([OWN])
      expect(one.schemas).toEqual([CORE, SECOND])
    }
    expect((await connector.scim('GET', `/Schemas/${OWN}`)).status).toBe(404)

    await changed(connector, user.id, { op: 'add', path: 'title', value: 'Cook' })
    await setAttributes(connector, CUSTOM)
    await expect.poll(async () => (await connector.scim('GET', `/Users${filter}`)).json.totalResults).toBe(1)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  entraUser,
  patchOp,
  startGatehouse,
  type Answer,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const RELAXED = { requiredAttributes: [], uniqueEmail: false }

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

/** A filter as Entra encodes it: a form, where a blank is + and a plus is %2B. */
function find(connector: TestConnector, filter: string): Promise<Answer> {
  return connector.scim('GET', `/Users?${new URLSearchParams({ filter }).toString()}`)
}

/** A literal of a filter: JSON's escapes. */
const quoted = (text: unknown): string => JSON.stringify(text)

const minimal = (): Record<string, unknown> => ({
  schemas: [CORE],
  userName: `${crypto.randomUUID()}@fjordworks.example`,
})

describe('the bodies that create a user', () => {
  it('come back from the answer, from GET and from a filter as they were sent', async () => {
    const connector = await gatehouse.newConnector()
    const { roles: _, meta: __, ...sent } = entraUser()

    const created = await connector.scim('POST', '/Users', {
      ...sent,
      roles: [],
      meta: { resourceType: 'User' },
    })
    const read = await connector.scim('GET', `/Users/${created.json.id}`)
    const found = await find(connector, `userName eq ${quoted(sent['userName'])}`)

    const { id, meta, ...shown } = created.json
    expect([created.status, read.status, found.status]).toEqual([201, 200, 200])
    expect(shown).toEqual(sent)
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(meta).toMatchObject({ resourceType: 'User', location: created.headers.get('location') })
    expect(Number.isNaN(Date.parse(meta.created))).toBe(false)
    expect(read.json).toEqual(created.json)
    expect(found.json.Resources).toEqual([created.json])
  })

  const OLD = {
    schemas: [CORE, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User'],
    addresses: null,
    phoneNumbers: null,
    preferredLanguage: null,
    title: null,
    department: null,
    manager: null,
    [ENT]: undefined,
  }
  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ['nulls, department and manager at the top and the misspelt URN', OLD, ['addresses', 'title', ENT]],
    ['the misspelt URN alone', { schemas: OLD.schemas }, []],
    ['an empty text and an empty list', { title: '', phoneNumbers: [] }, ['title', 'phoneNumbers']],
    ['an extension that is null', { [ENT]: null }, [ENT]],
    ['no schemas at all', { schemas: undefined }, []],
    ['the core schema alone', { schemas: [CORE] }, []],
    [
      'an unknown extension',
      { 'urn:example:extension:2.0:User': { badge: '7' } },
      ['urn:example:extension:2.0:User'],
    ],
    ['an unknown attribute', { shoeSize: 43 }, ['shoeSize']],
    ['an id and a meta of its own', { id: 'mine', meta: { created: 'yesterday', version: 'x' } }, []],
    ['a password', { password: 'not-for-us' }, ['password']],
  ])('may hold %s', async (_, overrides, absent) => {
    const connector = await gatehouse.newConnector()
    const sent = entraUser(overrides)

    const created = await connector.scim('POST', '/Users', sent)
    const read = await connector.scim('GET', `/Users/${created.json.id}`)

    expect(created.status).toBe(201)
    expect(read.json).toEqual(created.json)
    expect(created.json).toMatchObject({
      userName: sent['userName'],
      displayName: sent['displayName'],
      name: sent['name'],
      emails: sent['emails'],
    })
    for (const name of absent) expect(created.json).not.toHaveProperty([name])
    expect(created.json.id).not.toBe('mine')
    expect(created.json.meta.created).not.toBe('yesterday')
  })

  it.each([
    ['"False"', 'False', false],
    ['"false"', 'false', false],
    ['"True"', 'True', true],
    ['false', false, false],
    ['nothing', undefined, true],
    ['null', null, true],
  ])('make the user active or not by %s', async (_, active, expected) => {
    const connector = await gatehouse.newConnector()
    const created = await connector.scim('POST', '/Users', entraUser({ active }))
    const read = await connector.scim('GET', `/Users/${created.json.id}`)
    expect([created.json.active, read.json.active]).toEqual([expected, expected])
  })

  it('may have booleans as text inside their values', async () => {
    const connector = await gatehouse.newConnector()
    const emails = [
      { primary: 'True', type: 'work', value: `${crypto.randomUUID()}@fjordworks.example` },
      { primary: 'False', type: 'home', value: 'mira@home.example' },
    ]
    const created = await connector.scim('POST', '/Users', entraUser({ emails }))
    expect(created.json.emails).toEqual(
      emails.map((email) => ({ ...email, primary: email.primary === 'True' })),
    )
  })

  it('may have names, URNs and verbs in another case', async () => {
    const connector = await gatehouse.newConnector()
    const { userName, emails, name, [ENT]: extension } = entraUser()
    const created = await connector.scim('POST', '/Users', {
      SCHEMAS: [CORE.toUpperCase()],
      USERNAME: userName,
      Emails: emails,
      Name: name,
      [ENT.toUpperCase()]: extension,
    })
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({ userName, emails, name, [ENT]: extension })
  })

  it('may hold the manager as a bare id', async () => {
    const connector = await gatehouse.newConnector()
    const created = await connector.scim('POST', '/Users', entraUser({ [ENT]: { manager: 'someone' } }))
    expect(created.json[ENT]).toEqual({ manager: { value: 'someone' } })
  })
})

describe('a body with nothing but a user name', () => {
  it('is refused by the default rules, with the mapping that mends it', async () => {
    const connector = await gatehouse.newConnector()
    const answer = await connector.scim('POST', '/Users', minimal())
    expect(answer.status).toBe(400)
    expect(answer.json).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '400',
      scimType: 'invalidValue',
      detail: expect.stringMatching(/first name.*Map givenName to name\.givenName/),
    })
  })

  it('is taken where the connector asks for no more', async () => {
    const connector = await gatehouse.newConnector(RELAXED)
    const sent = minimal()
    const created = await connector.scim('POST', '/Users', sent)
    const found = await find(connector, `userName eq ${quoted(sent['userName'])}`)
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({ ...sent, active: true })
    expect(found.json.Resources).toEqual([created.json])
  })

  it.each([
    ['no user name', undefined],
    ['an empty one', ''],
    ['null', null],
  ])('must have it even there: %s is 400', async (_, userName) => {
    const connector = await gatehouse.newConnector(RELAXED)
    const answer = await connector.scim('POST', '/Users', { schemas: [CORE], userName })
    expect([answer.status, answer.json.scimType]).toEqual([400, 'invalidValue'])
    expect(answer.json.detail).toContain('Map userPrincipalName to userName')
  })
})

describe('a second user', () => {
  it.each([
    ['the same', (name: string) => name],
    ['in capitals', (name: string) => name.toUpperCase()],
    ['with wide letters', (name: string) => name.replace('m', 'ｍ')],
    ['with one letter in capitals', (name: string) => name.replace('i', 'I')],
  ])('whose user name is %s gets 409, which names the holder', async (_, change) => {
    const connector = await gatehouse.newConnector()
    const userName = `mira.${crypto.randomUUID()}@fjordworks.example`
    const first = await connector.scim('POST', '/Users', entraUser({ userName }))

    const second = await connector.scim('POST', '/Users', entraUser({ userName: change(userName) }))

    expect([first.status, second.status]).toEqual([201, 409])
    expect(second.json).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '409',
      scimType: 'uniqueness',
      detail: expect.stringContaining(first.json.id),
    })
    expect((await connector.scim('GET', '/Users')).json.totalResults).toBe(1)
  })

  it.each([
    ['an active', true],
    ['a deactivated', false],
  ])('whose e-mail %s user has gets 409, which names the holder and the way out', async (_, active) => {
    const connector = await gatehouse.newConnector()
    const holder = entraUser()
    const emails = [{ type: 'work', value: String(holder['userName']).toUpperCase(), primary: true }]
    const first = await connector.scim('POST', '/Users', holder)
    await connector.scim(
      'PATCH',
      `/Users/${first.json.id}`,
      patchOp({ op: 'Replace', path: 'active', value: active }),
    )

    const second = await connector.scim('POST', '/Users', entraUser({ emails }))

    expect([second.status, second.json.scimType]).toEqual([409, 'uniqueness'])
    for (const part of [holder['userName'], first.json.id, 'another address'])
      expect(second.json.detail).toContain(part)
    expect(second.json.detail.includes('who is deactivated')).toBe(!active)
  })

  it('may have the e-mail where it need not be unique, but never the user name', async () => {
    const connector = await gatehouse.newConnector({ uniqueEmail: false })
    const first = entraUser()
    const { emails } = first
    const answers = [
      await connector.scim('POST', '/Users', first),
      await connector.scim('POST', '/Users', entraUser({ emails })),
      await connector.scim('POST', '/Users', entraUser({ userName: first['userName'] })),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 409])
  })

  it('of another connector may have both', async () => {
    const [one, other] = [await gatehouse.newConnector(), await gatehouse.newConnector()]
    const sent = entraUser()
    const answers = [await one.scim('POST', '/Users', sent), await other.scim('POST', '/Users', sent)]
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
  })

  it('wins or loses as a whole when many come at once', async () => {
    const connector = await gatehouse.newConnector()
    const sent = entraUser()
    const answers = await Promise.all(Array.from({ length: 8 }, () => connector.scim('POST', '/Users', sent)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(7)
  })
})

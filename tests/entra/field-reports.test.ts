import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraGroup, entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { CORE, ENT, find, newValidatorConnector, random } from './validator.ts'

/* What went wrong between Entra and other servers, as their users reported it. */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

async function newUser(overrides: Record<string, unknown> = {}) {
  const connector = await gatehouse.newConnector()
  const { json: user } = await connector.scim('POST', '/Users', entraUser(overrides))
  const path = `/Users/${user.id}`
  const patch = async (...operations: Record<string, unknown>[]) => {
    const { status } = await connector.scim('PATCH', path, patchOp(...operations))
    return { status, read: (await connector.scim('GET', path)).json }
  }
  return { connector, user, path, patch }
}

describe('a person who must lose access loses it', () => {
  it.each([
    ['"False" as a text', { op: 'Replace', path: 'active', value: 'False' }],
    ['"false" in small letters', { op: 'Replace', path: 'active', value: 'false' }],
    ['"Add" on what has a value', { op: 'Add', path: 'active', value: 'False' }],
    ['an operation in capitals', { op: 'REPLACE', path: 'active', value: false }],
    ['an attribute in capitals', { op: 'Replace', path: 'ACTIVE', value: 'False' }],
    ['the path of the core schema', { op: 'replace', path: `${CORE}:User:active`, value: false }],
    ['an object with the text', { op: 'replace', value: { active: 'False' } }],
    ['an object with the path of the core schema', { op: 'add', value: { [`${CORE}:User:active`]: false } }],
    ['a list of one', { op: 'replace', path: 'active', value: ['False'] }],
  ])('by %s', async (_, operation) => {
    const { status, read } = await (await newUser()).patch(operation)
    expect([status, read.active]).toEqual([200, false])
  })

  it.each([
    ['an attribute that nobody knows', { op: 'Add', path: 'extensionAttribute1', value: 'x' }],
    ['a list that nobody knows', { op: 'Replace', path: 'badges[type eq "door"].value', value: 'x' }],
    ['an extension that nobody knows', { op: 'Add', path: 'urn:example:2.0:User:badge', value: 'x' }],
    ['a part that nobody knows', { op: 'Add', path: 'emails[type eq "work"].colour', value: 'x' }],
    ['something in an object', { op: 'Add', value: { extensionAttribute1: 'x', 'name.shortName': 'x' } }],
  ])('although the same body writes %s', async (_, unknown) => {
    const { user, patch } = await newUser()
    const { status, read } = await patch(unknown, { op: 'Replace', path: 'active', value: 'False' })
    expect([status, read]).toEqual([200, { ...user, active: false, meta: read.meta }])
  })
})

describe('a change arrives where it was meant', () => {
  it('with dotted names in an object, and no attribute of that name appears', async () => {
    const { user, patch } = await newUser()
    const value = { displayName: 'M', title: 'T', 'name.givenName': 'G', 'name.familyName': 'F' }
    const { read } = await patch({ op: 'add', value })
    const name = { ...user.name, givenName: 'G', familyName: 'F' }
    expect(read).toEqual({ ...user, displayName: 'M', title: 'T', name, meta: read.meta })
  })

  it.each([
    ['a path', { op: 'Replace', path: `${ENT}:department`, value: 'Depot' }],
    ['a path in another case', { op: 'Replace', path: `${ENT.toUpperCase()}:Department`, value: 'Depot' }],
    ['a name in an object', { op: 'replace', value: { [`${ENT}:department`]: 'Depot' } }],
    ['an object in an object', { op: 'replace', value: { [ENT]: { department: 'Depot' } } }],
    ['a path to the extension', { op: 'add', path: ENT, value: { department: 'Depot' } }],
  ])('in the enterprise extension by %s, whose dots part nothing', async (_, operation) => {
    const { user, patch } = await newUser()
    const { status, read } = await patch(operation)
    const extension = { employeeNumber: 'E-1042', department: 'Depot' }
    expect([status, read]).toEqual([200, { ...user, [ENT]: extension, meta: read.meta }])
  })

  it('in the one e-mail of its type, which is made once and then found', async () => {
    const { user, patch } = await newUser()
    const path = 'emails[type eq "home"].value'
    for (const [op, value] of [
      ['Replace', 'one@home.example'],
      ['Add', 'two@home.example'],
      ['Replace', 'three@home.example'],
    ]) {
      const { status, read } = await patch({ op, path, value })
      expect([status, read.emails]).toEqual([200, [...user.emails, { type: 'home', value }]])
    }
    expect((await patch({ op: 'Remove', path })).read.emails).toEqual(user.emails)
  })

  it.each([
    ['a value', 'phoneNumbers[type eq "mobile"].value'],
    ['an element', 'phoneNumbers[type eq "mobile"]'],
    ['an element with a type in another case', 'phoneNumbers[Type EQ "Mobile"]'],
  ])('when %s of a list is removed, and the others stay', async (_, path) => {
    const { user, patch } = await newUser()
    const { status, read } = await patch({ op: 'Remove', path })
    expect([status, read.phoneNumbers]).toEqual([200, user.phoneNumbers.slice(0, 1)])
  })
})

describe('what Entra reads back is what it sent', () => {
  it('for a manager: an object inside the extension wherever a user is shown', async () => {
    const { connector, user, path, patch } = await newUser()
    await patch({ op: 'Add', path: `${ENT}:manager`, value: 'boss' })
    const answers = [
      (await connector.scim('GET', path)).json,
      (await connector.scim('GET', '/Users')).json.Resources[0],
      (await connector.scim('GET', find('Users', `userName eq "${user.userName}"`))).json.Resources[0],
      (await connector.scim('GET', `${path}?attributes=${encodeURIComponent(`${ENT}:manager`)}`)).json,
    ]
    for (const shown of answers) {
      expect(shown[ENT].manager).toEqual({ value: 'boss' })
      expect(shown).not.toHaveProperty('manager')
    }
  })

  it.each([
    ['a manager', { op: 'Add', path: `${ENT}:manager`, value: 'boss' }],
    ['a role', { op: 'Add', path: 'roles[primary eq "True"].value', value: 'Admin' }],
    ['an address', { op: 'Add', path: 'addresses[type eq "work"].formatted', value: 'Kai 9' }],
    ['a telephone', { op: 'Replace', path: 'phoneNumbers[type eq "fax"].value', value: ' +47 (0) 55-1 ' }],
    [
      'an e-mail in capitals',
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'M.H@X.Example' },
    ],
    ['a name with blanks', { op: 'Replace', path: 'displayName', value: '  Mira   Holt ' }],
  ])('so that sending %s again changes nothing, not even the version', async (_, operation) => {
    const { user, patch } = await newUser()
    const first = await patch(operation)
    const second = await patch({ ...operation, op: 'Replace' })
    expect(first.read.meta.version).not.toBe(user.meta.version)
    expect(JSON.stringify(first.read)).toContain(operation.value)
    expect([second.status, second.read]).toEqual([200, first.read])
  })

  it.each([
    ['Add', { op: 'Add', path: 'roles' }],
    ['replace', { op: 'replace', path: 'roles' }],
  ])(
    'for roles as JSON in a text, given by %s, as for roles that came with the user',
    async (_, operation) => {
      const type = 'WindowsAzureActiveDirectoryRole'
      const posted = await newUser({ roles: [{ display: 'Administrator', value: 'Admin', type }] })
      const { patch } = await newUser()
      const inner = { id: crypto.randomUUID(), value: 'Admin', displayName: 'Administrator' }
      const { status, read } = await patch({ ...operation, value: [{ value: JSON.stringify(inner), type }] })
      expect([status, read.roles]).toEqual([200, posted.user.roles])
    },
  )

  it('for everything that /Schemas offers, so that whatever an administrator maps arrives', async () => {
    const connector = await newValidatorConnector(gatehouse)
    const { json } = await connector.scim('GET', '/Schemas')
    const schema = (id: string) => json.Resources.find((one: { id: string }) => one.id === id).attributes
    const sent = {
      schemas: [`${CORE}:User`, ENT],
      ...sampleOf(schema(`${CORE}:User`)),
      [ENT]: sampleOf(schema(ENT)),
    }
    const created = await connector.scim('POST', '/Users', sent)
    const read = await connector.scim('GET', `/Users/${created.json.id}`)
    const { id: _, meta: __, ...shown } = read.json
    expect(created.status).toBe(201)
    expect(shown).toEqual(sent)
  })
})

interface Definition {
  readonly name: string
  readonly type: string
  readonly multiValued: boolean
  readonly mutability: string
  readonly subAttributes?: readonly Definition[]
}

/** A value of its own for each attribute that can be written. */
function sampleOf(attributes: readonly Definition[]): Record<string, unknown> {
  const writable = attributes.filter(({ mutability }) => mutability !== 'readOnly')
  return Object.fromEntries(
    writable.map((attribute) => {
      const value = sampleValue(attribute)
      return [attribute.name, attribute.multiValued ? [value] : value]
    }),
  )
}

function sampleValue({ type, subAttributes = [] }: Definition): unknown {
  if (type === 'complex') return sampleOf(subAttributes)
  return type === 'boolean' ? true : random()
}

describe('a request is understood', () => {
  it.each([
    ['GET', { accept: 'text/html' }],
    ['GET', { accept: 'application/json' }],
    ['GET', { accept: '*/*', 'content-type': 'text/plain' }],
    ['GET', { accept: 'application/scim+json, application/json;q=0.5' }],
    ['POST', { 'content-type': 'application/scim+json; charset=utf-8' }],
    ['POST', { 'content-type': 'application/scim+json' }],
    ['POST', { 'content-type': 'application/json; charset="UTF-8"' }],
    ['POST', { 'content-type': 'application/json', accept: 'text/html' }],
  ])('as a %s with %j, and answered in SCIM', async (method, headers) => {
    const { connector } = await newUser()
    const answer = await connector.scim(method, '/Users', method === 'GET' ? undefined : entraUser(), {
      ...headers,
    })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      method === 'GET' ? 200 : 201,
      'application/scim+json',
    ])
    expect(method === 'GET' ? answer.json.totalResults : answer.json.displayName).toBe(
      method === 'GET' ? 1 : 'Mira Holt',
    )
  })

  it.each([
    'crew.of.harbour',
    '.',
    '..',
    'a/b\\c',
    '#1 & 100%?',
    '(R+D)',
    '  blanks  ',
    "O'Neill's",
    'Ünïcode 👩‍🚀',
    'null',
    'x'.repeat(256),
  ])('for a group of the name %j, which is found by it', async (displayName) => {
    const connector = await gatehouse.newConnector()
    const { status, json } = await connector.scim('POST', '/Groups', entraGroup({ displayName }))
    const found = await connector.scim('GET', find('Groups', `displayName eq ${JSON.stringify(displayName)}`))
    expect([status, json.displayName]).toEqual([201, displayName])
    expect(found.json.Resources).toEqual([json])
  })

  it.each(['DOMAIN\\mira', 'mira holt', '+4755000001', 'M', '#EXT#', "o'neill", 'x.y_z-1!'])(
    'for a user of the name %j, which is found by it',
    async (userName) => {
      const { connector, user } = await newUser({ userName })
      const filter = `USERNAME EQ ${JSON.stringify(userName)}`
      expect(user.userName).toBe(userName)
      expect((await connector.scim('GET', find('Users', filter))).json.Resources).toEqual([user])
    },
  )

  it('once where the same group is created by eight requests at a time, and no answer is a 500', async () => {
    const connector = await gatehouse.newConnector()
    const body = entraGroup()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => connector.scim('POST', '/Groups', body)),
    )
    const statuses = answers.map(({ status }) => status)
    expect([statuses.filter((status) => status === 201).length, new Set(statuses)]).toEqual([
      1,
      new Set([201, 409]),
    ])
    expect((await connector.scim('GET', '/Groups')).json.totalResults).toBe(1)
  })
})

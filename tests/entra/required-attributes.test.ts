import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  entraUser,
  patchOp,
  startGatehouse,
  type Answer,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'
import { newScene } from './scene.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

type Json = Record<string, unknown>

const NAME = { formatted: 'Mira Holt', givenName: 'Mira', familyName: 'Holt' }

/** What the connector asks for by default, and the words that tell an administrator how to mend it. */
const REQUIRED = {
  'name.givenName': /first name.*Map givenName to name\.givenName/,
  'name.familyName': /last name.*Map surname to name\.familyName/,
  emails: /e-mail.*Map Coalesce\(\[mail\], \[userPrincipalName\]\) to emails\[type eq "work"\]\.value/,
} as const
type Path = keyof typeof REQUIRED

/** Bodies that lack one of them. */
const LACKING: readonly (readonly [string, Path, Json])[] = [
  ['no first name', 'name.givenName', { name: { ...NAME, givenName: undefined } }],
  ['an empty first name', 'name.givenName', { name: { ...NAME, givenName: '' } }],
  ['a first name that is null', 'name.givenName', { name: { ...NAME, givenName: null } }],
  ['no last name', 'name.familyName', { name: { ...NAME, familyName: undefined } }],
  ['an empty last name', 'name.familyName', { name: { ...NAME, familyName: '' } }],
  ['no name at all', 'name.givenName', { name: undefined }],
  ['no e-mails', 'emails', { emails: undefined }],
  ['an empty list of e-mails', 'emails', { emails: [] }],
  ['null for the e-mails', 'emails', { emails: null }],
  ['an e-mail without an address', 'emails', { emails: [{ type: 'work', primary: true }] }],
  ['an e-mail whose address is empty', 'emails', { emails: [{ type: 'work', value: '' }] }],
]

/** Operations that clear one of them. */
const CLEARING: readonly (readonly [string, Path, Json])[] = [
  ['an empty first name', 'name.givenName', { op: 'Replace', path: 'name.givenName', value: '' }],
  ['a first name that is null', 'name.givenName', { op: 'replace', value: { 'name.givenName': null } }],
  ['Remove of the first name', 'name.givenName', { op: 'Remove', path: 'name.givenName' }],
  ['Remove of the last name', 'name.familyName', { op: 'remove', path: 'name.familyName' }],
  [
    'a name with an empty last name',
    'name.familyName',
    { op: 'replace', value: { name: { familyName: '' } } },
  ],
  ['Remove of the name', 'name.givenName', { op: 'Remove', path: 'name' }],
  ['null for the name', 'name.givenName', { op: 'Replace', path: 'name', value: null }],
  ['an empty address', 'emails', { op: 'Replace', path: 'emails[type eq "work"].value', value: '' }],
  ['an address that is null', 'emails', { op: 'Replace', path: 'emails[type eq "work"].value', value: null }],
  ['Remove of the address', 'emails', { op: 'Remove', path: 'emails[type eq "work"]' }],
  ['Remove of all addresses', 'emails', { op: 'Remove', path: 'emails' }],
  ['an empty list of addresses', 'emails', { op: 'Replace', path: 'emails', value: [] }],
]

function expectRefusal(answer: Answer, path: Path): void {
  expect(answer.status).toBe(400)
  expect(answer.json).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '400',
    scimType: 'invalidValue',
    detail: expect.stringMatching(REQUIRED[path]),
  })
}

/** An account that the platform brought, which may lack what Entra will fill in. */
async function importUser(connector: TestConnector, user: Json): Promise<string> {
  const { json } = await gatehouse.manage('POST', `${connector.managementPath}/users`, { users: [user] })
  return json.results[0].id
}

describe('a user who lacks what the connector asks for', () => {
  it.each(LACKING)('(%s) is not created, and the answer says what to map', async (_, path, overrides) => {
    const connector = await gatehouse.newConnector()
    const answer = await connector.scim('POST', '/Users', entraUser(overrides))
    expectRefusal(answer, path)
    expect((await connector.scim('GET', '/Users')).json.totalResults).toBe(0)
  })

  it.each(LACKING)('(%s) does not come about by a PUT', async (_, path, overrides) => {
    const { connector, user, read } = await newScene(gatehouse)
    const body = entraUser({ userName: user.userName, ...overrides })
    expectRefusal(await connector.scim('PUT', `/Users/${user.id}`, body), path)
    expect((await read()).json).toEqual(user)
  })

  it.each(CLEARING)('does not come about by a PATCH with %s', async (_, path, operation) => {
    const { user, patch, read } = await newScene(gatehouse)
    expectRefusal(await patch({ op: 'Replace', path: 'title', value: 'Lead' }, operation), path)
    expect((await read()).json).toEqual(user)
  })

  it.each(LACKING)('(%s) is created where the connector does not ask', async (_, __, overrides) => {
    const connector = await gatehouse.newConnector({ requiredAttributes: [] })
    const answer = await connector.scim('POST', '/Users', entraUser(overrides))
    expect(answer.status).toBe(201)
  })

  it.each(CLEARING)(
    'comes about by a PATCH with %s where the connector does not ask',
    async (_, path, operation) => {
      const { patch } = await newScene(gatehouse, {}, { requiredAttributes: [] })
      const answer = await patch(operation)
      const [top = '', sub] = path.split('.')
      expect(answer.status).toBe(200)
      expect(sub === undefined ? answer.json[top] : answer.json[top]?.[sub]).toBeUndefined()
    },
  )

  it('may have another address than the work one', async () => {
    const connector = await gatehouse.newConnector()
    const emails = [{ type: 'home', value: 'mira@home.example' }]
    expect((await connector.scim('POST', '/Users', entraUser({ emails }))).status).toBe(201)
  })

  it('may lose one address while another one is left', async () => {
    const emails = [
      { type: 'work', primary: true, value: 'mira@work.example' },
      { type: 'home', value: 'mira@home.example' },
    ]
    const { patch } = await newScene(gatehouse, { emails })
    const answer = await patch({ op: 'Replace', path: 'emails[type eq "work"].value', value: '' })
    expect([answer.status, answer.json.emails]).toEqual([200, [{ type: 'home', value: 'mira@home.example' }]])
  })
})

describe('a user who lacked it all along', () => {
  const userName = 'kept@fjordworks.example'

  it.each<[string, Json]>([
    ['left', { op: 'Replace', path: 'active', value: 'False' }],
    ['changed', { op: 'Replace', path: 'title', value: 'Lead' }],
    ['completed in part', { op: 'Add', path: 'name.givenName', value: 'Mira' }],
    [
      'given an address',
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'mira@fjordworks.example' },
    ],
    ['cleared of nothing', { op: 'Replace', path: 'name.familyName', value: '' }],
  ])('can still be %s', async (_, operation) => {
    const connector = await gatehouse.newConnector()
    const id = await importUser(connector, { userName })
    const answer = await connector.scim('PATCH', `/Users/${id}`, patchOp(operation))
    expect([answer.status, answer.json.userName]).toEqual([200, userName])
    expect(answer.json.active).toBe(operation['path'] !== 'active')
  })

  it('keeps what was filled in', async () => {
    const connector = await gatehouse.newConnector()
    const id = await importUser(connector, { userName })
    const patch = (value: string): Promise<Answer> =>
      connector.scim('PATCH', `/Users/${id}`, patchOp({ op: 'Add', path: 'name.givenName', value }))
    expect((await patch('Mira')).status).toBe(200)
    expectRefusal(await patch(''), 'name.givenName')
  })

  it('can leave by a PUT', async () => {
    const connector = await gatehouse.newConnector()
    const id = await importUser(connector, { userName })
    const answer = await connector.scim('PUT', `/Users/${id}`, { userName, active: false })
    expect([answer.status, answer.json.active]).toEqual([200, false])
  })

  it('can leave after the connector began to ask', async () => {
    const { connector, patch } = await newScene(
      gatehouse,
      { name: undefined, emails: undefined },
      { requiredAttributes: [] },
    )
    await gatehouse.manage('PATCH', connector.managementPath, { requiredAttributes: Object.keys(REQUIRED) })
    const answer = await patch({ op: 'Replace', path: 'active', value: 'False' })
    expect([answer.status, answer.json.active]).toEqual([200, false])
  })
})

/** The paths that /Schemas marks as required. */
async function advertised(connector: TestConnector): Promise<readonly string[]> {
  const { json } = await connector.scim('GET', '/Schemas')
  const marked = (attributes: readonly Answer['json'][], prefix: string): readonly string[] =>
    attributes.flatMap(({ name, required, subAttributes = [] }) => [
      ...(required ? [prefix + name] : []),
      ...marked(subAttributes, `${prefix}${name}.`),
    ])
  return json.Resources.flatMap((schema: Answer['json']) =>
    schema.name === 'Group' ? [] : marked(schema.attributes, ''),
  )
}

describe('/Schemas', () => {
  it.each<[string, Json, readonly string[]]>([
    ['by default', {}, ['userName', 'name', 'name.familyName', 'name.givenName', 'emails']],
    ['with nothing required', { requiredAttributes: [] }, ['userName']],
    [
      'with one part of the name',
      { requiredAttributes: ['name.familyName'] },
      ['userName', 'name', 'name.familyName'],
    ],
    ['with a title', { requiredAttributes: ['title', 'emails'] }, ['userName', 'title', 'emails']],
  ])('marks %s exactly what a POST must have', async (_, settings, expected) => {
    const connector = await gatehouse.newConnector(settings)
    expect(new Set(await advertised(connector))).toEqual(new Set(expected))
  })
})

describe('the rules of a connector', () => {
  it('can ask for more, and name it', async () => {
    const connector = await gatehouse.newConnector({ requiredAttributes: ['title'] })
    const lacking = await connector.scim('POST', '/Users', entraUser({ title: null }))
    const complete = await connector.scim('POST', '/Users', entraUser({ name: null, emails: null }))
    expect([lacking.status, lacking.json.scimType, complete.status]).toEqual([400, 'invalidValue', 201])
    expect(lacking.json.detail).toContain('title')
  })

  it('hold for that connector alone, and at once', async () => {
    const [relaxed, strict] = [await gatehouse.newConnector(), await gatehouse.newConnector()]
    await relaxed.scim('POST', '/Users', entraUser())
    await gatehouse.manage('PATCH', relaxed.managementPath, { requiredAttributes: [] })
    const answers = [
      await relaxed.scim('POST', '/Users', entraUser({ name: null })),
      await strict.scim('POST', '/Users', entraUser({ name: null })),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 400])
  })

  it('let two users share an e-mail once it need not be unique', async () => {
    const { connector, user } = await newScene(gatehouse)
    const second = entraUser({ emails: user.emails })
    const before = await connector.scim('POST', '/Users', second)
    await gatehouse.manage('PATCH', connector.managementPath, { uniqueEmail: false })
    const after = await connector.scim('POST', '/Users', second)
    const moved = await connector.scim(
      'PATCH',
      `/Users/${after.json.id}`,
      patchOp({ op: 'Replace', path: 'emails[type eq "work"].value', value: user.emails[0].value }),
    )
    expect([before.status, after.status, moved.status]).toEqual([409, 201, 200])
  })

  it('refuse to make shared e-mails unique, and name them', async () => {
    const { connector, user } = await newScene(gatehouse, {}, { uniqueEmail: false })
    await connector.scim('POST', '/Users', entraUser({ emails: user.emails }))
    const answer = await gatehouse.manage('PATCH', connector.managementPath, { uniqueEmail: true })
    const { json } = await gatehouse.manage('GET', connector.managementPath)
    expect([answer.status, json.uniqueEmail]).toEqual([409, false])
    expect(answer.text).toContain(user.id)
  })
})

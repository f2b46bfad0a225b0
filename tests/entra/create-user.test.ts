import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraUser, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const RELAXED = { requiredAttributes: [], uniqueEmail: false }
const find = (filter: string) => `/Users?filter=${encodeURIComponent(filter)}`
const quote = (text: unknown) => JSON.stringify(text)

describe('a user that Entra creates', () => {
  it.each([
    ['plain', {}],
    [
      'with an apostrophe and an accent',
      { userName: "zoë.o'neill@fjordworks.example", displayName: "Zoë O'Neill" },
    ],
    ['a guest', { userName: 'ann_x.example#EXT#@fjordworks.example' }],
    [
      'with quotes and a backslash',
      { displayName: 'Mira "Mi" Holt \\ Lie', userName: 'mi"ra\\x@fjordworks.example' },
    ],
    [
      'with a plus and an ampersand',
      { userName: 'mira+a&b=c@fjordworks.example', externalId: 'a+b/c?d#e%20' },
    ],
    [
      'with emoji and other scripts',
      { displayName: '山田 👩‍🚀 Иван', userName: 'yamada.山田@fjordworks.example' },
    ],
    [
      'with random text where a format is usual',
      { locale: 'xx random', profileUrl: 'no url', timezone: '?' },
    ],
  ])('(%s) is found by every matching attribute, exactly as sent', async (_, overrides) => {
    const connector = await gatehouse.newConnector()
    const { roles: _roles, ...sent } = entraUser(overrides)
    const email = (sent['emails'] as { value: string }[])[0]?.value

    const created = await connector.scim('POST', '/Users', { ...sent, roles: [] })

    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({ ...sent, meta: { resourceType: 'User' } })
    for (const filter of [
      `userName eq ${quote(sent['userName'])}`,
      `userName eq ${quote(String(sent['userName']).toUpperCase().replace('SS', 'ss'))}`,
      `externalId eq ${quote(sent['externalId'])}`,
      `emails[type eq "work"].value eq ${quote(email)}`,
      `emails.value eq ${quote(email)}`,
      `id eq ${quote(created.json.id)}`,
    ])
      expect((await connector.scim('GET', find(filter))).json).toMatchObject({
        totalResults: 1,
        Resources: [created.json],
      })
    expect((await connector.scim('GET', `/Users/${created.json.id}`)).json).toEqual(created.json)
  })

  it('in the older documented body is taken: nulls, a misspelt schema, attributes in the wrong place', async () => {
    const connector = await gatehouse.newConnector()
    const created = await connector.scim('POST', '/Users', {
      ...entraUser({ addresses: null, phoneNumbers: null, preferredLanguage: null, title: null }),
      schemas: [
        'urn:ietf:params:scim:schemas:core:2.0:User',
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0User',
      ],
      department: null,
      manager: null,
      'urn:example:private': { x: 1 },
      favouriteColour: 'blue',
    })
    expect(created.status).toBe(201)
    for (const name of [
      'addresses',
      'phoneNumbers',
      'title',
      'manager',
      'favouriteColour',
      'urn:example:private',
    ])
      expect(created.json).not.toHaveProperty(name)
  })

  it('has booleans for the texts that Entra sends, and is known by one primary value', async () => {
    const connector = await gatehouse.newConnector()
    const emails = [
      { type: 'work', value: 'a@x.example', primary: 'True' },
      { type: 'home', value: 'b@x.example', primary: 'True' },
    ]
    const { json } = await connector.scim('POST', '/Users', entraUser({ active: 'False', emails }))
    expect(json.active).toBe(false)
    expect(json.emails.map(({ primary }: { primary: boolean }) => primary)).toEqual([false, true])
  })
})

describe('a second user', () => {
  it('with the name of another one in any case is 409 uniqueness, and names the holder', async () => {
    const connector = await gatehouse.newConnector()
    const first = await connector.scim('POST', '/Users', entraUser({ userName: 'Mira@x.example' }))
    const second = await connector.scim('POST', '/Users', entraUser({ userName: 'MIRA@X.EXAMPLE' }))
    expect(second.json).toMatchObject({ status: '409', scimType: 'uniqueness' })
    expect(second.json.detail).toContain(first.json.id)
  })

  it('with the login e-mail of another one is 409 and told how to free it, a deactivated holder included', async () => {
    const connector = await gatehouse.newConnector()
    const emails = [{ type: 'work', value: 'Team@x.example' }]
    const first = await connector.scim('POST', '/Users', entraUser({ emails, active: false }))
    const second = await connector.scim(
      'POST',
      '/Users',
      entraUser({ emails: [{ type: 'work', value: 'team@X.example' }] }),
    )
    expect(second.json).toMatchObject({ status: '409', scimType: 'uniqueness' })
    expect(second.json.detail).toContain(first.json.userName)
    expect(second.json.detail).toContain('deactivated')
  })

  it('may share the e-mail where the connector says so', async () => {
    const connector = await gatehouse.newConnector({ uniqueEmail: false })
    const emails = [{ type: 'work', value: 'team@x.example' }]
    await connector.scim('POST', '/Users', entraUser({ emails }))
    expect((await connector.scim('POST', '/Users', entraUser({ emails }))).status).toBe(201)
    expect((await connector.scim('GET', find('emails eq "team@x.example"'))).json.totalResults).toBe(2)
  })
})

const required = async (connector: Awaited<ReturnType<Gatehouse['newConnector']>>) => {
  const { json } = await connector.scim('GET', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User')
  return json.attributes
    .filter((one: { required: boolean }) => one.required)
    .map((one: { name: string }) => one.name)
}

describe('what a connector requires', () => {
  it.each([
    ['the first name', { name: { familyName: 'Holt' } }, 'givenName'],
    ['the last name', { name: { givenName: 'Mira', familyName: '' } }, 'familyName'],
    ['the e-mail', { emails: [] }, 'Coalesce([mail], [userPrincipalName])'],
    ['the e-mail, null', { emails: null }, 'Coalesce'],
    ['the user name', { userName: '' }, 'userPrincipalName'],
  ])('is told where %s is missing', async (_, overrides, told) => {
    const connector = await gatehouse.newConnector()
    const { json } = await connector.scim('POST', '/Users', entraUser(overrides))
    expect(json).toMatchObject({ status: '400', scimType: 'invalidValue' })
    expect(json.detail).toContain(told)
  })

  it.each([
    ['PATCH remove', 'PATCH', { Operations: [{ op: 'remove', path: 'name.familyName' }] }],
    [
      'PATCH with an empty text',
      'PATCH',
      { Operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: '' }] },
    ],
    ['PUT', 'PUT', { userName: 'x@x.example', name: { givenName: 'M', familyName: 'H' } }],
  ])('cannot be cleared by %s', async (_, method, body) => {
    const connector = await gatehouse.newConnector()
    const { json: user } = await connector.scim('POST', '/Users', entraUser())
    const answer = await connector.scim(method, `/Users/${user.id}`, body)
    expect(answer.json).toMatchObject({ status: '400', scimType: 'invalidValue' })
    expect((await connector.scim('GET', `/Users/${user.id}`)).json).toEqual(user)
  })

  it('never holds back the deactivation of somebody who lacked it all along', async () => {
    const connector = await gatehouse.newConnector()
    const users = [{ userName: 'imported@x.example' }]
    const { json } = await gatehouse.manage('POST', `${connector.managementPath}/users`, { users })
    const body = { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] }
    const answer = await connector.scim('PATCH', `/Users/${json.results[0].id}`, body)
    expect([answer.status, answer.json.active]).toEqual([200, false])
  })

  it('can be relaxed until a bare user is enough, and /Schemas says what is required', async () => {
    const strict = await gatehouse.newConnector()
    const relaxed = await gatehouse.newConnector(RELAXED)
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User']
    expect((await strict.scim('POST', '/Users', { schemas, userName: 'bare' })).status).toBe(400)
    expect((await relaxed.scim('POST', '/Users', { schemas, userName: 'bare' })).status).toBe(201)
    expect((await required(strict)).toSorted()).toEqual(['emails', 'name', 'userName'])
    expect(await required(relaxed)).toEqual(['userName'])
  })

  it.each([
    ['without the core schema', { schemas: [ENT], userName: 'x' }, 400],
    ['without any schemas', { userName: 'x' }, 201],
    [
      'with unknown schemas beside it',
      { schemas: ['urn:x', 'urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'x' },
      201,
    ],
  ])('is not the schema list: a body %s', async (_, body, status) => {
    const connector = await gatehouse.newConnector(RELAXED)
    expect((await connector.scim('POST', '/Users', body)).status).toBe(status)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  entraUser,
  startGatehouse,
  type Answer,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

/** As Entra encodes it: a form, where a blank is + and a plus is %2B. */
function find(connector: TestConnector, filter: string): Promise<Answer> {
  return connector.scim('GET', `/Users?${new URLSearchParams({ filter }).toString()}`)
}

/** A literal of a filter: JSON's escapes. */
const quoted = (text: unknown): string => JSON.stringify(text)

/** What Entra may match by, with the value that a user made of one text has there. */
const MATCHING: readonly (readonly [string, (text: string, id: string) => string])[] = [
  ['userName', (text) => `${text}@fjordworks.example`],
  ['externalId', (text) => text],
  ['emails[type eq "work"].value', (text) => `work.${text}@fjordworks.example`],
  ['emails.value', (text) => `work.${text}@fjordworks.example`],
  ['emails', (text) => `work.${text}@fjordworks.example`],
  ['displayName', (text) => text],
  ['name.familyName', (text) => text],
  ['id', (_, id) => id],
]

const userOf = (text: string): Record<string, unknown> =>
  entraUser({
    userName: `${text}@fjordworks.example`,
    externalId: text,
    displayName: text,
    name: { formatted: text, givenName: text, familyName: text },
    emails: [{ primary: true, type: 'work', value: `work.${text}@fjordworks.example` }],
  })

describe('a text that Entra sends', () => {
  it.each([
    ['an apostrophe', "mary.o'brien"],
    ['a plus', 'mira+test'],
    ['a quote', 'mira "the planner" holt'],
    ['a backslash', 'fjord\\mira'],
    ['both, side by side', 'a\\"b\\\\"c'],
    ['signs that a query uses', 'a&b=c?d#e%20f;g/h'],
    ['the guest sign', 'mira_partner.example#EXT#'],
    ['brackets and operators', 'x] and (active eq false) or [y'],
    ['letters with marks', 'Žofia Ångström-Nuñez'],
    ['a decomposed letter', 'Ange\u0301line'],
    ['another script', 'さくら 김민준 Ольга'],
    ['letters from right to left', 'يوسف דוד'],
    ['an emoji of several parts', 'mira 👩🏽‍🚀🇳🇴'],
    ['a sharp s', 'Weißgerber'],
    ['a Turkish i', 'İpek Işık'],
    ['blanks at both ends', '  mira  '],
    ['a dot and a dash', 'mira.-_~holt'],
    ['the word null', 'null'],
    ['a number', '0042'],
    ['a tab', 'mira\tholt'],
    ['a star and a percent', '100%*'],
  ])('with %s comes back unchanged from every filter, and from GET', async (_, text) => {
    const connector = await gatehouse.newConnector()
    await connector.scim('POST', '/Users', entraUser())
    const sent = userOf(text)

    const created = await connector.scim('POST', '/Users', sent)

    expect(created.status).toBe(201)
    const { userName, externalId, displayName, name, emails } = sent
    expect(created.json).toMatchObject({ userName, externalId, displayName, name, emails })
    expect((await connector.scim('GET', `/Users/${created.json.id}`)).json).toEqual(created.json)
    for (const [path, valueOf] of MATCHING) {
      const found = await find(connector, `${path} eq ${quoted(valueOf(text, created.json.id))}`)
      expect([path, found.status, found.json.Resources]).toEqual([path, 200, [created.json]])
    }
  })

  it.each([
    ['\\"', 'a\\"b', 'a"b'],
    ['\\\\', 'a\\\\b', 'a\\b'],
    ['\\/', 'a\\/b', 'a/b'],
    ['\\u0041', 'a\\u0041b', 'aAb'],
    ['\\t', 'a\\tb', 'a\tb'],
  ])('is found by the escape %s of a filter', async (_, literal, text) => {
    const connector = await gatehouse.newConnector()
    const created = await connector.scim('POST', '/Users', entraUser({ externalId: text }))
    const found = await find(connector, `externalId eq "${literal}"`)
    expect(found.json.Resources).toEqual([created.json])
  })
})

describe('a filter by an attribute that an administrator may match by', () => {
  it.each([
    ['the name of the attribute', (userName: string) => `USERNAME eq "${userName}"`],
    ['the operator', (userName: string) => `userName EQ "${userName}"`],
    ['the user name', (userName: string) => `userName eq "${userName.toUpperCase()}"`],
    ['the e-mail', (userName: string) => `emails[type eq "work"].value eq "${userName.toUpperCase()}"`],
    ['the type of the e-mail', (userName: string) => `emails[type eq "Work"].Value eq "${userName}"`],
    ['the display name', () => 'displayName eq "MIRA HOLT"'],
    ['the URN', (userName: string) => `URN:IETF:params:scim:schemas:core:2.0:user:userName eq "${userName}"`],
  ])('finds the user in any case of %s', async (_, filterOf) => {
    const connector = await gatehouse.newConnector()
    const created = await connector.scim('POST', '/Users', entraUser())
    const found = await find(connector, filterOf(created.json.userName))
    expect(found.json).toMatchObject({ totalResults: 1, Resources: [created.json] })
  })

  it('compares the external id exactly', async () => {
    const connector = await gatehouse.newConnector()
    await connector.scim('POST', '/Users', entraUser({ externalId: 'mira.h' }))
    const found = await find(connector, 'externalId eq "MIRA.H"')
    expect([found.status, found.json.totalResults]).toEqual([200, 0])
  })

  it.each([
    ['a name', 'externalId eq jyoung'],
    ['the same in brackets', '(externalId eq jyoung)'],
    ['a name beside another term', 'externalId eq jyoung and active eq true'],
    ['an address', 'userName eq j.young@fjordworks.example'],
  ])('takes %s without quotes', async (_, filter) => {
    const connector = await gatehouse.newConnector()
    const created = await connector.scim(
      'POST',
      '/Users',
      entraUser({ externalId: 'jyoung', userName: 'j.young@fjordworks.example' }),
    )
    await connector.scim('POST', '/Users', entraUser())
    const found = await find(connector, filter)
    expect(found.json.Resources).toEqual([created.json])
  })

  it.each([
    ['active eq "False"', ['out']],
    ['active eq False', ['out']],
    ['active eq false', ['out']],
    ['active eq "True"', ['in']],
    ['active eq true', ['in']],
    ['emails[primary eq "True"].value eq "in@fjordworks.example"', ['in']],
    ['emails[primary eq true and type eq "work"].value eq "in@fjordworks.example"', ['in']],
    ['emails[primary eq "False"].value eq "in@fjordworks.example"', []],
    ['roles[primary eq "True"].value eq "Admin"', ['in']],
  ])('takes booleans as text: %s', async (filter, expected) => {
    const connector = await gatehouse.newConnector()
    for (const [externalId, active] of Object.entries({ in: true, out: false })) {
      const emails = [{ primary: true, type: 'work', value: `${externalId}@fjordworks.example` }]
      const roles = active ? [{ primary: 'True', type: 'any', value: 'Admin' }] : []
      await connector.scim('POST', '/Users', entraUser({ externalId, active, emails, roles }))
    }
    const found = await find(connector, filter)
    expect(found.json.Resources.map(({ externalId }: { externalId: string }) => externalId)).toEqual(expected)
  })

  it.each([
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "E-1042"', 1],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "E-1043"', 0],
    ['title eq "Planner" and active eq true', 1],
    ['phoneNumbers[type eq "mobile"].value eq "+47 900 00 001"', 1],
    ['phoneNumbers[type eq "fax"].value eq "+47 900 00 001"', 0],
    ['addresses[type eq "work"].country eq "NO"', 1],
    ['shoeSize eq "43"', 0],
    ['emails[type eq "home"].value pr', 0],
  ])('%s finds %i', async (filter, total) => {
    const connector = await gatehouse.newConnector()
    await connector.scim('POST', '/Users', entraUser())
    const found = await find(connector, filter)
    expect([found.status, found.json.totalResults]).toEqual([200, total])
  })

  it('finds two where two have the value, so that Entra can say so', async () => {
    const connector = await gatehouse.newConnector()
    for (let i = 0; i < 2; i++) await connector.scim('POST', '/Users', entraUser({ externalId: 'mira.h' }))
    const found = await find(connector, 'externalId eq "mira.h"')
    expect(found.json).toMatchObject({ totalResults: 2, itemsPerPage: 2 })
  })

  it.each([
    'userName eq',
    'userName "x"',
    'userName eq "x',
    'userName is "x"',
    'eq "x"',
    'userName eq "x" and',
  ])('that cannot be read is 400 with its place: %s', async (filter) => {
    const connector = await gatehouse.newConnector()
    const answer = await find(connector, filter)
    expect([answer.status, answer.json.scimType]).toEqual([400, 'invalidFilter'])
    expect(answer.json.detail.length).toBeGreaterThan(20)
  })
})

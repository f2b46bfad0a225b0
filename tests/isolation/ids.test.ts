import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entraGroup, entraUser, patchOp, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { comparable, everythingOf, newTenants, type Tenants } from './tenants.ts'

/*
 * A customer who knows an id of another customer learns and reaches as much with it as with an id that nobody has.
 */

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

type Request = readonly [method: string, path: string, body?: unknown]

const rename = patchOp({ op: 'replace', path: 'displayName', value: 'Renamed' })
const deactivate = patchOp({ op: 'replace', path: 'active', value: false })

/** Each route that takes an id, by each method. */
const ON_USERS: readonly ((id: string) => Request)[] = [
  (id) => ['GET', `/Users/${id}`],
  (id) => ['GET', `/Users/${id}?attributes=groups`],
  (id) => ['GET', `/Users/${id}?filter=active%20eq%20true`],
  (id) => ['PUT', `/Users/${id}`, entraUser({ userName: 'put@fjordworks.example' })],
  (id) => ['PATCH', `/Users/${id}`, rename],
  (id) => ['PATCH', `/Users/${id}`, deactivate],
  (id) => ['PATCH', `/Users/${id}`, patchOp({ op: 'replace', path: 'meta.created', value: 'x' })],
  (id) => ['DELETE', `/Users/${id}`],
  (id) => ['POST', `/Users/${id}`, entraUser()],
  (id) => ['OPTIONS', `/Users/${id}`],
  (id) => ['GET', `/Groups/${id}`],
  (id) => ['DELETE', `/Groups/${id}`],
]
const ON_GROUPS: readonly ((id: string) => Request)[] = [
  (id) => ['GET', `/Groups/${id}`],
  (id) => ['GET', `/Groups/${id}?excludedAttributes=members`],
  (id) => ['PUT', `/Groups/${id}`, entraGroup()],
  (id) => ['PUT', `/Groups/${id}`, { displayName: 'Put', members: [] }],
  (id) => ['PATCH', `/Groups/${id}`, rename],
  (id) => ['PATCH', `/Groups/${id}`, patchOp({ op: 'remove', path: 'members' })],
  (id) => ['PATCH', `/Groups/${id}?attributes=id`, rename],
  (id) => ['DELETE', `/Groups/${id}`],
  (id) => ['POST', `/Groups/${id}`, entraGroup()],
  (id) => ['OPTIONS', `/Groups/${id}`],
  (id) => ['GET', `/Users/${id}`],
  (id) => ['DELETE', `/Users/${id}`],
]

const label = (request: (id: string) => Request): string => {
  const [method, path, body] = request('{id}')
  return `${method} ${path} ${JSON.stringify(body ?? '').slice(0, 120)}`
}
const CASES = [
  ...ON_USERS.map((request) => ({ kind: 'user' as const, request, label: label(request) })),
  ...ON_GROUPS.map((request) => ({ kind: 'group' as const, request, label: label(request) })),
]

describe('with the id of another customer’s', () => {
  it.each(CASES)('$kind, $label answers as with an id that nobody has', async ({ kind, request }) => {
    const { a, b } = await newTenants(gatehouse)
    const before = await everythingOf(a, gatehouse)

    const foreign = await b.connector.scim(...request(a[kind]))
    const unknown = await b.connector.scim(...request(crypto.randomUUID()))

    expect(comparable(foreign)).toEqual(comparable(unknown))
    expect([400, 404, 405]).toContain(foreign.status)
    expect(foreign.text).not.toContain(a[kind])
    expect(await everythingOf(a, gatehouse)).toEqual(before)
  })

  it.each([
    ['GET', 'user', 200],
    ['GET', 'group', 200],
    ['PATCH', 'user', 200],
    ['PATCH', 'group', 204],
    ['DELETE', 'user', 204],
    ['DELETE', 'group', 204],
  ] as const)(
    '%s of the own %s works, so that the rows above mean something',
    async (method, kind, status) => {
      const { a, b } = await newTenants(gatehouse)
      const before = await everythingOf(a, gatehouse)
      const path = `/${kind === 'user' ? 'Users' : 'Groups'}/${b[kind]}`

      const own = await b.connector.scim(method, path, method === 'PATCH' ? rename : undefined)

      expect(own.status).toBe(status)
      expect(await everythingOf(a, gatehouse)).toEqual(before)
    },
  )
})

/** A foreign id within a body, or within a query. */
const WITHIN: readonly [string, (id: string, own: Tenants['b']) => Request][] = [
  ['a member of a new group', (id) => ['POST', '/Groups', { displayName: 'N', members: [{ value: id }] }]],
  [
    'one of two members of a new group',
    (id, { user }) => ['POST', '/Groups', { displayName: 'N', members: [{ value: id }, { value: user }] }],
  ],
  [
    'a member by $ref',
    (id) => ['POST', '/Groups', { displayName: 'N', members: [{ $ref: `https://x.example/Users/${id}` }] }],
  ],
  [
    'an added member',
    (id, own) => [
      'PATCH',
      `/Groups/${own.group}`,
      patchOp({ op: 'add', path: 'members', value: [{ value: id }] }),
    ],
  ],
  [
    'a member added by a filter',
    (id, own) => [
      'PATCH',
      `/Groups/${own.group}`,
      patchOp({ op: 'add', path: `members[value eq "${id}"]`, value: '' }),
    ],
  ],
  [
    'a removed member',
    (id, own) => [
      'PATCH',
      `/Groups/${own.group}`,
      patchOp({ op: 'remove', path: `members[value eq "${id}"]` }),
    ],
  ],
  [
    'all members',
    (id, own) => ['PUT', `/Groups/${own.group}`, { displayName: 'N', members: [{ value: id }] }],
  ],
  ['a filter by id', (id) => ['GET', `/Users?filter=${encodeURIComponent(`id eq "${id}"`)}`]],
  ['a filter by group id', (id) => ['GET', `/Groups?filter=${encodeURIComponent(`id eq "${id}"`)}`]],
  ['a filter by member', (id) => ['GET', `/Groups?filter=${encodeURIComponent(`members eq "${id}"`)}`]],
  [
    'a filter by member and id',
    (id, own) => [
      'GET',
      `/Groups?filter=${encodeURIComponent(`id eq "${own.group}" and members[value eq "${id}"]`)}`,
    ],
  ],
  ['a filter by manager', (id) => ['GET', `/Users?filter=${encodeURIComponent(`manager eq "${id}"`)}`]],
]

/** An answer without what differs from customer to customer, and with one word for the id that was asked for. */
function neutral(text: string, id: string): string {
  return text
    .replaceAll(id, 'ID')
    .replaceAll(/[0-9a-z]{16}-1|[0-9a-f]{8}(-[0-9a-f]{4,12}){4}|\d{4}-\d\d-\d\dT[\d:.]+Z|W\/\\"\w+\\"/g, '_')
}

describe('a foreign id as', () => {
  it.each(WITHIN)('%s is as good as one that nobody has', async (_, request) => {
    const { a, b } = await newTenants(gatehouse)
    const twin = await newTenants(gatehouse)
    const before = await everythingOf(a, gatehouse)
    const nobody = crypto.randomUUID()
    const foreign = await b.connector.scim(...request(a.user, b))
    const unknown = await twin.b.connector.scim(...request(nobody, twin.b))
    const [, groups = ''] = await everythingOf(b, gatehouse)

    expect(foreign.status).toBe(unknown.status)
    expect(neutral(foreign.text, a.user)).toBe(neutral(unknown.text, nobody))
    expect(groups).not.toContain(a.user)
    expect(await everythingOf(a, gatehouse)).toEqual(before)
  })

  it('manager is kept as the text that it is: it leads nowhere', async () => {
    const { a, b } = await newTenants(gatehouse)
    const before = await everythingOf(a, gatehouse)
    const path = `/Users/${b.user}`

    const set = await b.connector.scim('PATCH', path, patchOp({ op: 'add', path: 'manager', value: a.user }))
    const unknown = await b.connector.scim(
      'PATCH',
      path,
      patchOp({ op: 'add', path: 'manager', value: crypto.randomUUID() }),
    )

    expect(set.status).toBe(200)
    expect(Object.keys(set.json)).toEqual(Object.keys(unknown.json))
    expect(set.text).not.toContain(a.connector.id)
    expect(await everythingOf(a, gatehouse)).toEqual(before)
  })
})

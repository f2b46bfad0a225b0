import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comparable, everythingOf, newTenants, type Tenants } from '../isolation/tenants.ts'
import {
  entraGroup,
  entraUser,
  patchOp,
  startGatehouse,
  type Answer,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'
import { findingsOf } from './verified.ts'

let gatehouse: Gatehouse
let loaded: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
  loaded = await startGatehouse({ store: 'azurite' })
})
afterAll(() => Promise.all([gatehouse.close(), loaded.close()]))

interface Listed {
  readonly id: string
  readonly userName: string
  readonly title: string
  readonly groups?: readonly { readonly value: string }[]
}

/** Creates, finds, changes and joins users of given names; the title says whose they are. */
async function work(connector: TestConnector, owner: string, names: readonly string[]): Promise<Answer[]> {
  const answers: Answer[] = []
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await connector.scim(method, path, body)
    answers.push(answer)
    return answer
  }
  const group = await ask('POST', '/Groups', entraGroup({ externalId: 'crew', displayName: 'Crew' }))
  await Promise.all(
    names.map(async (name) => {
      const emails = [{ type: 'work', value: name }]
      const user = await ask('POST', '/Users', entraUser({ userName: name, externalId: name, emails }))
      const path = `/Users/${String(user.json.id)}`
      await ask('PATCH', path, patchOp({ op: 'Replace', path: 'title', value: owner }))
      const members = [{ value: user.json.id }]
      await ask('PATCH', `/Groups/${group.json.id}`, patchOp({ op: 'Add', path: 'members', value: members }))
      await ask('GET', `/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`)
      await ask('GET', `${path}?attributes=userName,title,groups`)
    }),
  )
  return answers
}

describe('two customers with the same names at full load', () => {
  it('never see each other', async () => {
    const [left, right] = [await loaded.newConnector(), await loaded.newConnector()]
    const names = Array.from({ length: 40 }, (_, i) => `same.${i}@x.example`)

    const [leftAnswers, rightAnswers] = await Promise.all([
      work(left, 'left', names),
      work(right, 'right', names),
    ])

    for (const [connector, owner, answers, other] of [
      [left, 'left', leftAnswers, rightAnswers],
      [right, 'right', rightAnswers, leftAnswers],
    ] as const) {
      expect(answers.filter(({ status }) => status >= 300)).toEqual([])
      const totals = answers.map(({ json }) => json?.totalResults).filter((total) => total !== undefined)
      expect(totals).toEqual(names.map(() => 1))
      const foreign = other.map(({ json }) => json?.id).filter((id) => typeof id === 'string')
      const seen = answers.map(({ text }) => text).join()
      expect(foreign.filter((id) => seen.includes(id))).toEqual([])
      const { json } = await connector.scim('GET', '/Users?count=500')
      const users: readonly Listed[] = json.Resources
      expect(users.map(({ userName }) => userName).toSorted()).toEqual(names.toSorted())
      expect(users.every(({ title }) => title === owner)).toBe(true)
      expect(await findingsOf(loaded.url, connector.managementPath)).toEqual([])
    }
  })
})

type Request = (id: string) => readonly [path: string, body?: unknown]

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const bulk = (method: string, path: string, data?: unknown): unknown => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
  Operations: [{ method, path, ...(data === undefined ? {} : { data }) }],
})
const rename = patchOp({ op: 'replace', path: 'displayName', value: 'Renamed' })
const byId = (id: string): unknown => ({ filter: `id eq "${id}"` })

/** Every address of the SCIM endpoint, with an id wherever one can be put. */
const ROUTES: readonly (readonly [name: string, request: Request])[] = [
  ['/Users/{id}', (id) => [`/Users/${id}`, rename]],
  ['/Groups/{id}', (id) => [`/Groups/${id}`, rename]],
  ['/Users/{id}/x', (id) => [`/Users/${id}/x`, rename]],
  ['/Users?filter', (id) => [`/Users?filter=${encodeURIComponent(`id eq "${id}"`)}`, {}]],
  ['/Groups?filter', (id) => [`/Groups?filter=${encodeURIComponent(`id eq "${id}"`)}`, {}]],
  ['/?filter', (id) => [`/?filter=${encodeURIComponent(`id eq "${id}"`)}`, {}]],
  ['/.search', (id) => ['/.search', byId(id)]],
  ['/Users/.search', (id) => ['/Users/.search', byId(id)]],
  ['/Groups/.search', (id) => ['/Groups/.search', byId(id)]],
  ['/Bulk GET', (id) => ['/Bulk', bulk('GET', `/Users/${id}`)]],
  ['/Bulk PUT', (id) => ['/Bulk', bulk('PUT', `/Users/${id}`, entraUser({ userName: 'put@x.example' }))]],
  ['/Bulk PATCH of a user', (id) => ['/Bulk', bulk('PATCH', `/Users/${id}`, rename)]],
  ['/Bulk DELETE of a user', (id) => ['/Bulk', bulk('DELETE', `/Users/${id}`)]],
  ['/Bulk PATCH of a group', (id) => ['/Bulk', bulk('PATCH', `/Groups/${id}`, rename)]],
  ['/Bulk DELETE of a group', (id) => ['/Bulk', bulk('DELETE', `/Groups/${id}`)]],
  ['/Schemas/{id}', (id) => [`/Schemas/${id}`, {}]],
  ['/ResourceTypes/{id}', (id) => [`/ResourceTypes/${id}`, {}]],
  ['/ServiceProviderConfig/{id}', (id) => [`/ServiceProviderConfig/${id}`, {}]],
  ['/{id}', (id) => [`/${id}`, {}]],
  ['/Me', (id) => [`/Me?id=${id}`, {}]],
]

/** One letter for each id that was asked for, and none of the time. */
function neutral(answer: Answer, id: string): string {
  return JSON.stringify(comparable(answer)).replaceAll(id, 'ID')
}

describe('with the id of another customer’s user or group', () => {
  it.each(ROUTES)('%s tells as much by every method as with one that nobody has', async (_, request) => {
    const { a, b }: Tenants = await newTenants(gatehouse)
    const before = await everythingOf(a, gatehouse)
    const ask = (method: string, id: string): Promise<Answer> => {
      const [path, body] = request(id)
      return b.connector.scim(method, path, method === 'GET' || method === 'HEAD' ? undefined : body)
    }

    for (const method of METHODS) {
      const nobody = crypto.randomUUID()
      const unknown = await ask(method, nobody)
      for (const id of [a.user, a.group]) {
        const foreign = await ask(method, id)
        expect([method, neutral(foreign, id)]).toEqual([method, neutral(unknown, nobody)])
        expect([500, 502, 503]).not.toContain(foreign.status)
      }
    }

    expect(await everythingOf(a, gatehouse)).toEqual(before)
  })
})

describe('the own id', () => {
  it.each([
    ['GET', 'user', '/Users/', 200],
    ['PATCH', 'user', '/Users/', 200],
    ['PATCH', 'group', '/Groups/', 204],
    ['DELETE', 'group', '/Groups/', 204],
    ['DELETE', 'user', '/Users/', 204],
  ] as const)(
    '%s of a %s works, so that the rows above mean something',
    async (method, kind, path, status) => {
      const { a, b } = await newTenants(gatehouse)
      const before = await everythingOf(a, gatehouse)

      const own = await b.connector.scim(method, path + b[kind], method === 'PATCH' ? rename : undefined)
      const bulked = await b.connector.scim('POST', '/Bulk', bulk('PATCH', path + b[kind], rename))

      expect(own.status).toBe(status)
      expect(bulked.json.Operations[0].status).toBe(
        method === 'DELETE' ? '404' : String(kind === 'user' ? 200 : 204),
      )
      expect(await everythingOf(a, gatehouse)).toEqual(before)
    },
  )
})

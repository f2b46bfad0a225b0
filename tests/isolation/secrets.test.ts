import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSecret } from '../../shared/kernel/secrets.ts'
import { entraUser, send, startGatehouse, type Gatehouse } from '../support/gatehouse.ts'
import { comparable, everythingOf, newTenants, sendAs } from './tenants.ts'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse({ store: 'azurite' })
})
afterAll(() => gatehouse.close())

const ROUTES = [
  ['GET', '/Users'],
  ['POST', '/Users'],
  ['GET', '/Users/x'],
  ['PATCH', '/Users/x'],
  ['DELETE', '/Users/x'],
  ['GET', '/Groups'],
  ['POST', '/Groups'],
  ['PUT', '/Groups/x'],
  ['GET', '/ServiceProviderConfig'],
  ['GET', '/Schemas'],
  ['GET', '/ResourceTypes'],
  ['POST', '/Bulk'],
  ['GET', '/nowhere'],
] as const

describe('the secret of one customer', () => {
  it('is as wrong as any at every address of another', async () => {
    const { a, b } = await newTenants(gatehouse)
    const before = await everythingOf(a, gatehouse)
    const nowhere = { ...a.connector, scimUrl: `${gatehouse.url}/scim/v2/0000000000000000-1` }

    // All at once: refusals wait for a read that they share.
    const answers = await Promise.all(
      ROUTES.map(async ([method, path]) => {
        const request = [method, path, method === 'POST' ? entraUser() : undefined] as const
        return Promise.all([
          sendAs(b.connector.password, a.connector, request),
          sendAs(newSecret('scim'), a.connector, request),
          sendAs(newSecret('scim'), nowhere, request),
        ])
      }),
    )

    expect(answers.map(([foreign]) => foreign.status)).toEqual(ROUTES.map(() => 401))
    for (const [foreign, wrong, unknown] of answers) {
      expect(comparable(foreign)).toEqual(comparable(wrong))
      expect(comparable(unknown)).toEqual(comparable(wrong))
    }
    expect(await everythingOf(a, gatehouse)).toEqual(before)
  })

  it('is wrong as a Basic password, too, whoever is named as the user', async () => {
    const { a, b } = await newTenants(gatehouse)

    const pairs = [a.connector.id, b.connector.id, ''].flatMap((name) =>
      [a.connector, b.connector].map(({ scimUrl }) => ({ name, scimUrl })),
    )
    const answers = await Promise.all(
      pairs.map(({ name, scimUrl }) => {
        const authorization = `Basic ${btoa(`${name}:${b.connector.password}`)}`
        return send(`${scimUrl}/Users`, { method: 'GET', headers: { authorization } })
      }),
    )

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 200, 401, 401])
  })

  it('does not open another connector of the same organization', async () => {
    const first = await gatehouse.newConnector()
    const path = `organizations/${first.organization}/connectors`
    const { json: second } = await gatehouse.manage('POST', path, { type: 'entra' })
    const scimUrl = `${gatehouse.url}/scim/v2/${second.id}`

    const foreign = await sendAs(first.password, { ...first, scimUrl }, ['GET', '/Users'])
    const own = await sendAs(second.scim.password, { ...first, scimUrl }, ['GET', '/Users'])

    expect([foreign.status, own.status]).toEqual([401, 200])
  })
})

describe('names', () => {
  it('that are unique for one customer may be the same for another', async () => {
    const { a, b } = await newTenants(gatehouse)
    const query = '/Users?attributes=id,userName&filter=active%20eq%20true'

    const [ofA, ofB] = [await a.connector.scim('GET', query), await b.connector.scim('GET', query)]

    expect(ofA.json.Resources).toEqual([expect.objectContaining({ id: a.user })])
    expect(ofB.json.Resources).toEqual([expect.objectContaining({ id: b.user })])
    expect(ofA.json.Resources[0].userName).toBe(ofB.json.Resources[0].userName)
  })

  it('that are taken by another customer give no hint of it', async () => {
    const { a, b } = await newTenants(gatehouse)
    const rare = entraUser()
    await a.connector.scim('POST', '/Users', rare)

    const created = await b.connector.scim('POST', '/Users', rare)

    expect(created.status).toBe(201)
    expect(created.text).not.toContain(a.connector.id)
  })
})

describe('the activity', () => {
  it('of one customer has nothing of another', async () => {
    const { a, b } = await newTenants(gatehouse)
    await a.connector.scim('GET', `/Users/${b.user}`)
    await a.connector.scim('PATCH', `/Users/${b.user}`, { Operations: [{ op: 'replace', path: 'id' }] })
    await b.connector.scim('DELETE', `/Users/${b.user}`)

    const [, , ofA = ''] = await everythingOf(a, gatehouse)
    const [, , ofB = ''] = await everythingOf(b, gatehouse)

    expect(ofA).toContain(a.user)
    expect(ofA).not.toContain(b.user)
    expect(ofB).toContain(b.user)
    expect(ofB).not.toContain(a.user)
  })

  it('is found under the own organization only', async () => {
    const { a, b } = await newTenants(gatehouse)
    const paths = ['', '/activity', '/users', '/scim-secrets'].map(
      (end) => `organizations/${a.connector.organization}/connectors/${b.connector.id}${end}`,
    )

    const statuses = await Promise.all(
      paths.map(
        async (path) =>
          (await gatehouse.manage(path.endsWith('secrets') ? 'POST' : 'GET', path, undefined)).status,
      ),
    )

    expect(statuses).toEqual([404, 404, 404, 404])
  })
})

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.ts'
import {
  entraGroup,
  entraUser,
  patchOp,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

/* "Not found" in an outage makes Entra create everybody anew, "unauthorized" makes it stop: neither may ever be said. */

let proxy: FaultProxy
let gatehouse: Gatehouse
let connector: TestConnector
let cold: TestConnector
let user: string
let group: string

beforeAll(async () => {
  proxy = await startFaultProxy(inject('azurite'))
  gatehouse = await startGatehouse({ settings: { TABLES_ACCOUNTS: `main=${proxy.connectionString}` } })
  cold = await gatehouse.newConnector()
  connector = await gatehouse.newConnector()
  user = (await connector.scim('POST', '/Users', entraUser())).json.id
  group = (await connector.scim('POST', '/Groups', entraGroup({ members: [{ value: user }] }))).json.id
  // From here on there is no storage.
  proxy.fail({ kind: 'answer', status: 503 }, Infinity)
})
afterAll(async () => {
  await gatehouse.close()
  await proxy.close()
})

const filled = (path: string): string => path.replace('{user}', user).replace('{group}', group)

describe('while storage is away', () => {
  it.each<[string, string, unknown?]>([
    ['GET', '/Users?filter=userName eq "nobody@x.example"'],
    ['GET', '/Users/{user}'],
    ['GET', '/Groups/{group}'],
    ['GET', '/Groups?excludedAttributes=members'],
    ['POST', '/Users', entraUser()],
    ['POST', '/Groups', entraGroup()],
    ['PATCH', '/Users/{user}', patchOp({ op: 'Replace', path: 'active', value: 'False' })],
    ['PATCH', '/Groups/{group}', patchOp({ op: 'Replace', path: 'displayName', value: 'Quay crew' })],
    ['PUT', '/Users/{user}', entraUser()],
    ['DELETE', '/Users/{user}'],
    ['DELETE', '/Groups/{group}'],
  ])('%s %s is 503 and says when to come back', async (method, path, body) => {
    const { status, headers, json } = await connector.scim(method, filled(path), body)

    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(json).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '503' })
  })

  it('a secret that is not remembered is 503 too, the right one and a wrong one', async () => {
    const right = await cold.scim('GET', '/Users')
    const wrong = await cold.scim('GET', '/Users', undefined, {
      authorization: `Bearer ${connector.password}`,
    })

    for (const { status, headers } of [right, wrong]) {
      expect(status).toBe(503)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
  })
})

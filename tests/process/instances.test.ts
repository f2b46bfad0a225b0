import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthenticator } from '../../shared/connectors/authenticate.ts'
import { failureOf } from '../../shared/kernel/failure.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { newSecret } from '../../shared/kernel/secrets.ts'
import { readSettings } from '../../shared/kernel/settings.ts'
import { openStore } from '../../shared/storage/store.ts'
import { send, type Answer } from '../support/gatehouse.ts'
import { sharedSettings, startInstance, type Instance } from './instance.ts'

let one: Instance
let other: Instance
beforeAll(async () => {
  ;[one, other] = await Promise.all([startInstance(sharedSettings()), startInstance(sharedSettings())])
})
afterAll(() => Promise.all([one.kill(), other.kill()]))

interface Made {
  readonly id: string
  readonly path: string
  readonly password: string
}

const manage = (instance: Instance, method: string, path: string, body?: unknown): Promise<Answer> =>
  send(`${instance.url}/management/${path}`, { method, body })

const listUsers = (instance: Instance, id: string, password: string): Promise<Answer> =>
  send(`${instance.url}/scim/v2/${id}/Users`, {
    method: 'GET',
    headers: { authorization: `Bearer ${password}` },
  })

async function newConnector(): Promise<Made> {
  const organization = await manage(one, 'POST', 'organizations', { name: 'Contoso', plan: 'enterprise' })
  const path = `organizations/${organization.json.id}/connectors`
  const { json } = await manage(one, 'POST', path, { type: 'entra' })
  return { id: json.id, path: `${path}/${json.id}`, password: json.scim.password }
}

describe('two processes on one storage', () => {
  it('know a connector, and a second secret, as soon as either has made it', async () => {
    const { id, path, password } = await newConnector()

    expect((await listUsers(other, id, password)).status).toBe(200)
    // The other one now remembers a row that lacks what comes next.
    const second = await manage(one, 'POST', `${path}/scim-secrets`)
    expect((await listUsers(other, id, second.json.password)).status).toBe(200)
    expect((await listUsers(one, id, password)).status).toBe(200)
  })

  it('forget a revoked secret: at once where it was revoked, and where it was never used', async () => {
    const { id, path, password } = await newConnector()
    const { json } = await manage(one, 'GET', path)

    await manage(one, 'DELETE', `${path}/scim-secrets/${json.scim.secrets[0].id}`)

    const answers = await Promise.all([listUsers(one, id, password), listUsers(other, id, password)])
    expect(answers.map(({ status }) => status)).toEqual([401, 401])
  })

  it('forget a revoked secret elsewhere once the remembered row is 30 seconds old, and not later', async () => {
    const { id, path, password } = await newConnector()
    let time = Date.now()
    const store = openStore(readSettings(sharedSettings()).accounts)
    const third = createAuthenticator({ store, now: () => new Date(time), freshReadMs: 0 })
    const outcome = () =>
      third.authenticate(id, `Bearer ${password}`).then(
        () => 'in',
        (error: unknown) => failureOf(error)?.code,
      )

    const before = await outcome()
    const { json } = await manage(one, 'GET', path)
    await manage(one, 'DELETE', `${path}/scim-secrets/${json.scim.secrets[0].id}`)
    time += LIMITS.connectorCacheMs
    const within = await outcome()
    time += 1
    const after = await outcome()

    expect(LIMITS.connectorCacheMs).toBe(30_000)
    expect([before, within, after]).toEqual(['in', 'in', 'unauthenticated'])
  })

  it('tell who has the secret, and nobody else, that a connector is disabled', async () => {
    const { id, path, password } = await newConnector()

    await manage(one, 'PATCH', path, { state: 'disabled' })
    const disabled = await Promise.all([listUsers(one, id, password), listUsers(other, id, password)])
    const stranger = await listUsers(other, id, newSecret('scim'))
    await manage(other, 'PATCH', path, { state: 'enabled' })
    const enabled = await Promise.all([listUsers(one, id, password), listUsers(other, id, password)])

    expect(disabled.map(({ status }) => status)).toEqual([403, 403])
    expect(stranger.status).toBe(401)
    expect(enabled.map(({ status }) => status)).toEqual([200, 200])
  })

  it('let one of two people of one name win', async () => {
    const { id, password } = await newConnector()
    const body = {
      userName: 'mira',
      name: { givenName: 'M', familyName: 'H' },
      emails: [{ value: 'm@x.example' }],
    }
    const create = (instance: Instance): Promise<Answer> =>
      send(`${instance.url}/scim/v2/${id}/Users`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${password}` },
      })

    const answers = await Promise.all([one, other, one, other, one, other].map(create))

    const statuses = answers.map(({ status }) => status)
    expect(statuses.toSorted((left, right) => left - right)).toEqual([201, 409, 409, 409, 409, 409])
    expect((await listUsers(other, id, password)).json.totalResults).toBe(1)
  })
})

import { describe, expect, it } from 'vitest'
import { deleteConnector } from '../../shared/connectors/connector-removal.ts'
import { createConnector, updateConnector } from '../../shared/connectors/connector.ts'
import { addScimSecret, revokeScimSecret } from '../../shared/connectors/scim-secret.ts'
import { newSecret } from '../../shared/kernel/secrets.ts'
import type { Store } from '../../shared/storage/store.ts'
import {
  failureFrom,
  intercept,
  newClock,
  newConnector,
  newContext,
  newInstance,
  newOrganization,
  newStore,
  outage,
  newPorts,
} from './fixtures.ts'

const bearer = (secret: string): string => `Bearer ${secret}`
const basic = (user: string, secret: string): string =>
  `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`
const WRONG = { code: 'unauthenticated', credentials: 'wrong' }
const ports = newPorts()

/** Rows are read at once, and their answers come when the test lets them. */
function newLateStore(plain: Store): { store: Store; release: () => void } {
  const gate = Promise.withResolvers<void>()
  const store: Store = {
    ...plain,
    table(account, name) {
      const table = plain.table(account, name)
      return {
        get: async (partition, key) => {
          const row = await table.get(partition, key)
          await gate.promise
          return row
        },
        range: (partition, query) => table.range(partition, query),
        batch: (partition, writes) => table.batch(partition, writes),
        scan: (from, to) => table.scan(from, to),
      }
    },
  }
  return { store, release: () => gate.resolve() }
}

describe('credentials', () => {
  it('lets in who has the secret, as Bearer or as Basic with the connector as user name', async () => {
    const store = newStore()
    const { connector, password } = await newConnector(newContext(store))
    const instance = newInstance(store)

    for (const header of [
      bearer(password),
      `bearer ${password}`,
      `BEARER  ${password}`,
      basic(connector.id, password),
      basic(connector.id, password).replace('Basic', 'bAsIc'),
    ]) {
      const { tenant, connector: found, secretId } = await instance.authenticate(connector.id, header)

      expect(tenant).toEqual({ connector: connector.id, account: 'main' })
      expect(found).toEqual({
        id: connector.id,
        state: 'enabled',
        rules: {
          requiredAttributes: ['name.givenName', 'name.familyName', 'emails'],
          uniqueEmail: true,
          customAttributes: [],
        },
        marks: {},
      })
      expect(secretId).toBe(connector.secrets[0]?.id)
    }
  })

  it('refuses every other header without asking storage', async () => {
    let requests = 0
    const store = newStore(() => requests++)
    const { connector, password } = await newConnector(newContext(store))
    const instance = newInstance(store)
    requests = 0
    const headers = [
      'Bearer',
      'Bearer junk',
      bearer(`${password.slice(0, -1)}${password.endsWith('a') ? 'b' : 'a'}`),
      bearer(password.toUpperCase()),
      `Digest ${password}`,
      password,
      basic('somebody', password),
      basic(connector.id.toUpperCase(), password),
      `Basic ${password}`,
      bearer('x'.repeat(100_000)),
    ]

    for (const header of headers)
      expect(await failureFrom(instance.authenticate(connector.id, header))).toEqual(WRONG)
    for (const header of [null, '', '  '])
      expect(await failureFrom(instance.authenticate(connector.id, header))).toEqual({
        code: 'unauthenticated',
        credentials: 'missing',
      })
    expect(requests).toBe(0)
  })

  it('answers a well-formed wrong secret, an unknown connector and a path that is no id alike', async () => {
    const store = newStore()
    const { connector } = await newConnector(newContext(store))
    const instance = newInstance(store)

    for (const path of [connector.id, `${'0'.repeat(16)}-1`, connector.id.replace(/-1$/, '-2'), 'junk', ''])
      expect(await failureFrom(instance.authenticate(path, bearer(newSecret('scim'))))).toEqual(WRONG)
  })

  it('never lets in with the secret of another connector', async () => {
    const store = newStore()
    const [a, b] = [await newConnector(newContext(store)), await newConnector(newContext(store))]

    const work = newInstance(store).authenticate(a.connector.id, bearer(b.password))

    expect(await failureFrom(work)).toEqual(WRONG)
  })
})

describe('what is remembered', () => {
  it('asks storage once in 30 seconds for a connector that is let in', async () => {
    let requests = 0
    const store = newStore(() => requests++)
    const clock = newClock()
    const { connector, password } = await newConnector(newContext(store))
    const instance = newInstance(store, clock.now)
    requests = 0

    for (let i = 0; i < 10; i++) await instance.authenticate(connector.id, bearer(password))
    expect(requests).toBe(1)
    clock.advance(30_001)
    await instance.authenticate(connector.id, bearer(password))

    expect(requests).toBe(2)
  })

  it('lets in with a secret that another instance made a moment ago', async () => {
    const store = newStore()
    const { connector, password } = await newConnector(newContext(store))
    const other = newInstance(store)
    await other.authenticate(connector.id, bearer(password))

    const minted = await addScimSecret(newContext(store), connector.id)

    const { secretId } = await other.authenticate(connector.id, bearer(minted.password))
    expect(secretId).toBe(minted.secret.id)
  })

  it('refuses a revoked secret at once where it was revoked, and within the time of the cache elsewhere', async () => {
    const store = newStore()
    const clock = newClock()
    const { connector, password } = await newConnector(newContext(store))
    const [here, elsewhere] = [newInstance(store, clock.now), newInstance(store, clock.now)]
    for (const instance of [here, elsewhere]) await instance.authenticate(connector.id, bearer(password))

    const context = newContext(store, { forget: (id) => here.forget(id) })
    await revokeScimSecret(context, connector.id, connector.secrets[0]?.id ?? '')

    expect(await failureFrom(here.authenticate(connector.id, bearer(password)))).toEqual(WRONG)
    clock.advance(30_001)
    expect(await failureFrom(elsewhere.authenticate(connector.id, bearer(password)))).toEqual(WRONG)
  })

  it('does not remember a row whose read began before a change', async () => {
    const plain = newStore()
    const { connector, password } = await newConnector(newContext(plain))
    const { store, release } = newLateStore(plain)
    const instance = newInstance(store)
    const early = instance.authenticate(connector.id, bearer(password))

    const context = newContext(plain, { forget: (id) => instance.forget(id) })
    await revokeScimSecret(context, connector.id, connector.secrets[0]?.id ?? '')
    release()
    await early

    expect(await failureFrom(instance.authenticate(connector.id, bearer(password)))).toEqual(WRONG)
  })

  it('refuses by no read that began before the request arrived', async () => {
    const plain = newStore()
    const { connector } = await newConnector(newContext(plain))
    const { store, release } = newLateStore(plain)
    const instance = newInstance(store)
    const early = failureFrom(instance.authenticate(connector.id, bearer(newSecret('scim'))))

    const minted = await addScimSecret(newContext(plain), connector.id)
    const late = instance.authenticate(connector.id, bearer(minted.password))
    release()

    expect(await early).toEqual(WRONG)
    expect((await late).secretId).toBe(minted.secret.id)
  })

  it('never remembers that a connector does not exist', async () => {
    const store = newStore()
    const context = newContext(store)
    const organization = await newOrganization(context)
    const instance = newInstance(store)
    const id = `${organization.id}-1`
    expect(await failureFrom(instance.authenticate(id, bearer(newSecret('scim'))))).toEqual(WRONG)

    const { password } = await createConnector(context, organization.id, 'entra')

    expect((await instance.authenticate(id, bearer(password))).connector.id).toBe(id)
  })
})

describe('the state of the connector', () => {
  it('tells only who has the right secret that it is disabled, and from a fresh row only', async () => {
    const store = newStore()
    const context = newContext(store)
    const { connector, password } = await newConnector(context)
    const instance = newInstance(store)
    await updateConnector(context, connector.id, { state: 'disabled' }, ports)

    // The second time the row that says so is remembered.
    for (let i = 0; i < 2; i++)
      expect(await failureFrom(instance.authenticate(connector.id, bearer(password)))).toEqual({
        code: 'connector_disabled',
      })
    expect(await failureFrom(instance.authenticate(connector.id, bearer(newSecret('scim'))))).toEqual(WRONG)
    await updateConnector(context, connector.id, { state: 'enabled' }, ports)

    await expect(instance.authenticate(connector.id, bearer(password))).resolves.toBeDefined()
  })

  it('answers 401 as soon as the connector is deleted', async () => {
    const store = newStore()
    const instance = newInstance(store)
    const context = newContext(store, { forget: (id) => instance.forget(id) })
    const { connector, password } = await newConnector(context)
    await instance.authenticate(connector.id, bearer(password))

    await deleteConnector(context, connector.id)

    expect(await failureFrom(instance.authenticate(connector.id, bearer(password)))).toEqual(WRONG)
  })

  it('passes an outage on instead of refusing, and lets in whom it remembers', async () => {
    const plain = newStore()
    let down = false
    const store = intercept(plain, () => {
      if (down) throw outage()
    })
    const { connector, password } = await newConnector(newContext(plain))
    const [warm, cold] = [newInstance(store), newInstance(store)]
    await warm.authenticate(connector.id, bearer(password))
    down = true

    await expect(warm.authenticate(connector.id, bearer(password))).resolves.toBeDefined()
    for (const work of [
      cold.authenticate(connector.id, bearer(password)),
      warm.authenticate(connector.id, bearer(newSecret('scim'))),
    ])
      expect((await failureFrom(work)).code).toBe('storage_unavailable')
  })
})

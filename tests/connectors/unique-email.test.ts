import { describe, expect, it } from 'vitest'
import { getActivityPage } from '../../shared/connectors/activity-page.ts'
import { getConnector } from '../../shared/connectors/connector-change.ts'
import { updateConnector } from '../../shared/connectors/connector.ts'
import type { ConnectorsContext } from '../../shared/connectors/context.ts'
import type { ConnectorId } from '../../shared/kernel/ids.ts'
import type { Tenant } from '../../shared/kernel/tenant.ts'
import { loginEmail } from '../../shared/kernel/person.ts'
import { activityWrites } from '../../shared/storage/activity.ts'
import type { Store } from '../../shared/storage/store.ts'
import { findUserIdByLoginEmail } from '../../shared/storage/user-lookups.ts'
import { findUser, replaceUser } from '../../shared/storage/users.ts'
import {
  addUser,
  failureFrom,
  intercept,
  newConnector,
  newContext,
  newInstance,
  newStore,
  only,
  newPorts,
} from './fixtures.ts'

const ports = { ...newPorts(), loginEmailOf: loginEmail }

const switchOn = (context: ConnectorsContext, id: ConnectorId): ReturnType<typeof updateConnector> =>
  updateConnector(context, id, { uniqueEmail: true }, ports)

async function newRelaxed(
  store: Store,
): Promise<{ context: ConnectorsContext; tenant: Tenant; password: string }> {
  const context = newContext(store)
  const { connector, tenant, password } = await newConnector(context)
  await updateConnector(context, connector.id, { uniqueEmail: false }, ports)
  return { context, tenant, password }
}

describe('switching unique e-mails on', () => {
  it('claims the login e-mail of everybody who has one, over many pages', async () => {
    const store = newStore()
    const { context, tenant } = await newRelaxed(store)
    const ids = []
    for (let i = 0; i < 1_050; i++)
      ids.push(await addUser(store, tenant, { userName: `u${i}`, email: `User${i}@contoso.com` }))
    const without = await addUser(store, tenant, { userName: 'nobody', email: undefined })

    const { uniqueEmail } = await switchOn(context, tenant.connector)

    expect(uniqueEmail).toBe('on')
    for (const [i, id] of ids.entries()) {
      expect(await findUserIdByLoginEmail(store, tenant, `uSER${i}@contoso.com`)).toBe(id)
      expect((await findUser(store, tenant, id))?.index.uniqueEmail).toBe(`User${i}@contoso.com`)
    }
    expect((await findUser(store, tenant, without))?.index.uniqueEmail).toBeUndefined()
  })

  it('is refused with the clashes where users share an address, whatever its case, and changes nothing', async () => {
    const store = newStore()
    const { context, tenant } = await newRelaxed(store)
    const pair = [
      await addUser(store, tenant, { userName: 'ann', email: 'team@contoso.com' }),
      await addUser(store, tenant, { userName: 'ben', email: 'TEAM@contoso.com' }),
    ]
    await addUser(store, tenant, { userName: 'cy', email: 'cy@contoso.com' })

    const failure = await failureFrom(
      updateConnector(context, tenant.connector, { uniqueEmail: true, state: 'disabled' }, ports),
    )

    expect(failure).toMatchObject({ code: 'conflict', clashes: [{ heldBy: {} }] })
    const [clash] = 'clashes' in failure ? only(failure.clashes) : []
    const { id, userName, heldBy } = clash as {
      id: string
      userName: string
      heldBy: { id: string; userName: string }
    }
    expect([id, heldBy.id].toSorted()).toEqual(pair.toSorted())
    expect([userName, heldBy.userName].toSorted()).toEqual(['ann', 'ben'])
    expect(await getConnector(store, tenant.connector)).toMatchObject({ uniqueEmail: 'off', life: 'enabled' })
    const page = await getActivityPage(store, tenant.connector, { before: undefined, count: 10 })
    const refused = page.find(({ operation }) => operation === 'connector.update')
    expect(refused).toMatchObject({ status: 409, attributes: ['uniqueEmail'] })
    expect(JSON.stringify(refused)).not.toContain('contoso.com')
  })

  it('names a hundred clashes at most', async () => {
    const store = newStore()
    const { context, tenant } = await newRelaxed(store)
    for (let i = 0; i < 130; i++)
      await addUser(store, tenant, { userName: `u${i}`, email: 'team@contoso.com' })

    const failure = await failureFrom(switchOn(context, tenant.connector))

    expect('clashes' in failure && failure.clashes).toHaveLength(100)
  })

  it('succeeds after the clash is mended, and when it is repeated', async () => {
    const store = newStore()
    const { context, tenant } = await newRelaxed(store)
    await addUser(store, tenant, { userName: 'ann', email: 'team@contoso.com' })
    const id = await addUser(store, tenant, { userName: 'ben', email: 'team@contoso.com' })
    await failureFrom(switchOn(context, tenant.connector))
    // Either may hold the address now; the other one's is changed, as Entra would while the rule is off.
    const holder = await findUserIdByLoginEmail(store, tenant, 'team@contoso.com')
    const before = only(await findUser(store, tenant, id))
    const after = {
      ...before,
      attributes: { userName: 'ben', emails: [{ type: 'work', value: 'ben@contoso.com' }] },
      index: { ...before.index, uniqueEmail: undefined },
    }
    await replaceUser(store, tenant, { before, after }, activityWrites(new Date(), { op: 'user.update' }))
    expect(holder).toBeDefined()

    await switchOn(context, tenant.connector)
    await switchOn(context, tenant.connector)

    expect(await findUserIdByLoginEmail(store, tenant, 'ben@contoso.com')).toBe(id)
    expect(await findUserIdByLoginEmail(store, tenant, 'team@contoso.com')).not.toBe(id)
  })

  it('asks new writes to claim their address before the walk begins', async () => {
    const plain = newStore()
    const { tenant, password } = await newRelaxed(plain)
    const seen: boolean[] = []
    await addUser(plain, tenant, { userName: 'ann', email: 'ann@contoso.com' })
    const watched = intercept(plain, async ({ table, method }) => {
      if (table !== 'directory' || method !== 'range') return
      const { connector } = await newInstance(plain).authenticate(tenant.connector, `Bearer ${password}`)
      seen.push(connector.rules.uniqueEmail)
    })

    await switchOn(newContext(watched), tenant.connector)

    expect(seen).toEqual([true])
  })

  it('holds against a user that is written in the middle of the walk', async () => {
    const plain = newStore()
    const { tenant } = await newRelaxed(plain)
    const id = await addUser(plain, tenant, { userName: 'ann', email: 'ann@contoso.com' })
    let done = false
    const racing = intercept(plain, async ({ writes }) => {
      if (done || !writes.some(({ key }) => key.startsWith('w.'))) return
      done = true
      const before = only(await findUser(plain, tenant, id))
      const attributes = { userName: 'ann', emails: [{ type: 'work', value: 'new@contoso.com' }] }
      const after = { ...before, attributes, index: { ...before.index, uniqueEmail: 'new@contoso.com' } }
      await replaceUser(plain, tenant, { before, after }, activityWrites(new Date(), { op: 'user.update' }))
    })

    await switchOn(newContext(racing), tenant.connector)

    expect(await findUserIdByLoginEmail(plain, tenant, 'new@contoso.com')).toBe(id)
    expect(await findUserIdByLoginEmail(plain, tenant, 'ann@contoso.com')).toBeUndefined()
  })

  it('ends in time, keeps claiming for new writes, and goes on when repeated', async () => {
    const store = newStore()
    const { context, tenant } = await newRelaxed(store)
    const id = await addUser(store, tenant, { userName: 'ann', email: 'ann@contoso.com' })

    const failure = await failureFrom(switchOn({ ...context, deadline: 0 }, tenant.connector))
    expect(failure.code).toBe('storage_unavailable')
    expect((await getConnector(store, tenant.connector)).uniqueEmail).toBe('building')
    await switchOn(context, tenant.connector)

    expect((await getConnector(store, tenant.connector)).uniqueEmail).toBe('on')
    expect(await findUserIdByLoginEmail(store, tenant, 'ann@contoso.com')).toBe(id)
  })

  it('stays off where somebody switched it off meanwhile', async () => {
    const plain = newStore()
    const { context, tenant } = await newRelaxed(plain)
    const meddling = intercept(plain, async ({ table, method }) => {
      if (table === 'directory' && method === 'range')
        await updateConnector(context, tenant.connector, { uniqueEmail: false }, ports)
    })

    expect((await failureFrom(switchOn(newContext(meddling), tenant.connector))).code).toBe('conflict')
    expect((await getConnector(plain, tenant.connector)).uniqueEmail).toBe('off')
  })
})

describe('switching unique e-mails off', () => {
  it('keeps the rows until their users are written, and switching on again finds them', async () => {
    const store = newStore()
    const { connector, tenant } = await newConnector(newContext(store))
    const id = await addUser(store, tenant, { userName: 'ann', email: 'ann@contoso.com', claimed: true })
    await updateConnector(newContext(store), connector.id, { uniqueEmail: false }, ports)
    expect(await findUserIdByLoginEmail(store, tenant, 'ann@contoso.com')).toBe(id)
    const other = await addUser(store, tenant, { userName: 'ben', email: 'ann@contoso.com' })

    const failure = await failureFrom(switchOn(newContext(store), connector.id))

    expect(failure).toMatchObject({
      clashes: [{ id: other, userName: 'ben', heldBy: { id, userName: 'ann' } }],
    })
  })
})

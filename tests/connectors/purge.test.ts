import { describe, expect, it } from 'vitest'
import { deleteConnector } from '../../shared/connectors/connector-removal.ts'
import { createConnector } from '../../shared/connectors/connector.ts'
import { deleteOrganization } from '../../shared/connectors/organization-removal.ts'
import { purgeDeleted } from '../../shared/connectors/purge.ts'
import { newResourceId } from '../../shared/kernel/ids.ts'
import { claimNames } from '../../shared/storage/config-claims.ts'
import { memberKey, membershipKey, sweepKey, tombstoneKey } from '../../shared/storage/keys.ts'
import { completeLogin } from '../../shared/storage/sign-ins.ts'
import type { Store } from '../../shared/storage/store.ts'
import {
  addUser,
  intercept,
  newClock,
  newConnector,
  newContext,
  newOrganization,
  newStore,
} from './fixtures.ts'

const DAY = 86_400_000
const LATER = Number.MAX_SAFE_INTEGER

async function keysOf(
  store: Store,
  table: 'directory' | 'config',
  partition: string,
): Promise<readonly string[]> {
  const rows = await store.table('main', table).range(partition, { from: '', to: '~', limit: 10_000 })
  return rows.map(({ key }) => key)
}

describe('purging', () => {
  it('removes a connector and its directory 30 days after its deletion, and nothing else', async () => {
    const store = newStore()
    const clock = newClock()
    const context = newContext(store, { now: clock.now })
    const { tenant, organization } = await newConnector(context)
    const { connector: sibling } = await createConnector(context, organization.id, 'entra')
    for (let i = 0; i < 60; i++) await addUser(store, tenant, { userName: `u${i}`, email: undefined })
    await addUser(store, { ...tenant, connector: sibling.id }, { userName: 'ann', email: undefined })
    const kept = await keysOf(store, 'directory', sibling.id)
    await deleteConnector(context, tenant.connector)
    const before = await keysOf(store, 'directory', tenant.connector)

    clock.advance(30 * DAY)
    expect(await purgeDeleted(store, clock.now(), LATER)).toBe(true)
    expect(await keysOf(store, 'directory', tenant.connector)).toEqual(before)
    clock.advance(1)
    expect(await purgeDeleted(store, clock.now(), LATER)).toBe(true)

    expect(before.length).toBeGreaterThan(180)
    expect(await keysOf(store, 'directory', tenant.connector)).toEqual([])
    expect(await keysOf(store, 'directory', sibling.id)).toEqual(kept)
    expect(await keysOf(store, 'config', organization.id)).toEqual(['c.2', 'org'])
  })

  it('never gives the number of a purged connector again', async () => {
    const store = newStore()
    const clock = newClock()
    const context = newContext(store, { now: clock.now })
    const { connector, organization } = await newConnector(context)
    await deleteConnector(context, connector.id)
    clock.advance(31 * DAY)
    await purgeDeleted(store, clock.now(), LATER)

    const { connector: next } = await createConnector(context, organization.id, 'entra')

    expect(next.id).toBe(`${organization.id}-2`)
  })

  it('removes an organization last, with the names that it still claims', async () => {
    const store = newStore()
    const clock = newClock()
    const context = newContext(store, { now: clock.now })
    const organization = await newOrganization(context, { shortName: 'contoso', domains: ['contoso.com'] })
    const other = await newOrganization(context, { shortName: 'fabrikam' })
    await createConnector(context, organization.id, 'entra')
    await deleteOrganization(context, organization.id)
    // As if the process had died before it let them go.
    await claimNames(store, organization.id, ['s.contoso', 'd.contoso.com'], clock.now())
    clock.advance(31 * DAY)

    expect(await purgeDeleted(store, clock.now(), LATER)).toBe(true)

    expect(await keysOf(store, 'config', organization.id)).toEqual([])
    expect(await keysOf(store, 'config', other.id)).toEqual(['org'])
    expect(await keysOf(store, 'config', 'claims')).toEqual(['s.fabrikam'])
  })

  it('leaves names alone that somebody else holds by now', async () => {
    const store = newStore()
    const clock = newClock()
    const context = newContext(store, { now: clock.now })
    const organization = await newOrganization(context, { shortName: 'contoso' })
    await deleteOrganization(context, organization.id)
    await newOrganization(context, { shortName: 'contoso' })
    clock.advance(31 * DAY)

    await purgeDeleted(store, clock.now(), LATER)

    expect(await keysOf(store, 'config', 'claims')).toEqual(['s.contoso'])
  })

  it('stops when its time is over and finishes in a later run', async () => {
    const plain = newStore()
    const clock = newClock()
    const context = newContext(plain, { now: clock.now })
    const { tenant, organization } = await newConnector(context)
    for (let i = 0; i < 60; i++) await addUser(plain, tenant, { userName: `u${i}`, email: undefined })
    await deleteOrganization(context, organization.id)
    clock.advance(31 * DAY)
    let deletes = 0
    const dying = intercept(plain, ({ table, method }) => {
      if (table === 'directory' && method === 'batch' && ++deletes === 2)
        throw new Error('the process ends here')
    })

    expect(await purgeDeleted(plain, clock.now(), Date.now() - 1)).toBe(false)
    await expect(purgeDeleted(dying, clock.now(), LATER)).rejects.toThrow('the process ends here')
    expect(await keysOf(plain, 'config', organization.id)).toEqual(['c.1', 'org'])
    expect(await purgeDeleted(plain, clock.now(), LATER)).toBe(true)

    expect(await keysOf(plain, 'directory', tenant.connector)).toEqual([])
    expect(await keysOf(plain, 'config', organization.id)).toEqual([])
  })

  it('removes what living connectors keep of users that were deleted 30 days ago', async () => {
    const store = newStore()
    const clock = newClock()
    const { tenant } = await newConnector(newContext(store, { now: clock.now }))
    const at = clock.now().toISOString()
    const directory = store.table('main', 'directory')
    for (let i = 0; i < 250; i++)
      await directory.batch(tenant.connector, [
        { kind: 'insert', key: tombstoneKey(newResourceId()), values: { at } },
      ])
    clock.advance(30 * DAY)
    const young = tombstoneKey(newResourceId())
    await directory.batch(tenant.connector, [
      { kind: 'insert', key: young, values: { at: clock.now().toISOString() } },
    ])
    clock.advance(1)

    expect(await purgeDeleted(store, clock.now(), LATER)).toBe(true)

    const left = await keysOf(store, 'directory', tenant.connector)
    expect(left.filter((key) => key.startsWith('t.'))).toEqual([young])
  })

  it('removes what sign-in left that has expired, and nothing sooner', async () => {
    const store = newStore()
    const clock = newClock()
    const { tenant } = await newConnector(newContext(store, { now: clock.now }))
    await completeLogin(store, tenant, 'a login', clock.now())
    const logins = async (): Promise<number> =>
      (await keysOf(store, 'directory', tenant.connector)).filter((key) => key.startsWith('l.')).length

    expect(await purgeDeleted(store, clock.now(), LATER)).toBe(true)
    expect(await logins()).toBe(1)
    clock.advance(DAY)
    expect(await purgeDeleted(store, clock.now(), LATER)).toBe(true)
    expect(await logins()).toBe(0)
  })

  it('finishes groups whose deletion ran out of time', async () => {
    const store = newStore()
    const { tenant } = await newConnector(newContext(store))
    const [group, user] = [newResourceId(), newResourceId()]
    await store.table('main', 'directory').batch(tenant.connector, [
      { kind: 'insert', key: sweepKey(group), values: {} },
      { kind: 'insert', key: memberKey(group, user), values: {} },
      { kind: 'insert', key: membershipKey(user, group), values: {} },
    ])

    expect(await purgeDeleted(store, new Date(), LATER)).toBe(true)

    const left = await keysOf(store, 'directory', tenant.connector)
    expect(left.filter((key) => !key.startsWith('a.'))).toEqual([])
  })
})

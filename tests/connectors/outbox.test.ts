import { describe, expect, it } from 'vitest'
import { listActivity } from '../../shared/activity/activity.ts'
import { getActivityPage } from '../../shared/connectors/activity-page.ts'
import { getConnector } from '../../shared/connectors/connector-change.ts'
import { updateConnector } from '../../shared/connectors/connector.ts'
import { addScimSecret } from '../../shared/connectors/scim-secret.ts'
import { hashSecret } from '../../shared/kernel/secrets.ts'
import { findConnectorAndOutbox } from '../../shared/storage/connectors.ts'
import { intercept, failureFrom, newConnector, newContext, newStore, outage, newPorts } from './fixtures.ts'

const ports = newPorts()
const everything = { before: undefined, count: 500 }

describe('the activity of a change', () => {
  it('stands in the log of the connector and no longer in the outbox', async () => {
    const context = newContext(newStore())
    const { connector, tenant } = await newConnector(context)
    await updateConnector(context, connector.id, { state: 'disabled' }, ports)

    const items = await listActivity(context.store, tenant, everything)

    expect(items.map(({ operation, status }) => `${operation} ${status}`).toSorted()).toEqual([
      'connector.create 201',
      'connector.update 200',
    ])
    expect(items.find(({ operation }) => operation === 'connector.update')).toMatchObject({
      actor: 'management',
      correlationId: 'request-1',
      resource: { type: 'Connector', id: connector.id },
      attributes: ['state'],
    })
    const found = await findConnectorAndOutbox(context.store, connector.id)
    expect(found?.outbox).toEqual([])
  })

  it('is brought in by the next reader, once, where the process died before it was copied', async () => {
    const plain = newStore()
    const { connector, tenant } = await newConnector(newContext(plain))
    const dying = intercept(plain, ({ table }) => {
      if (table === 'directory') throw new Error('the process ends here')
    })
    const work = updateConnector(newContext(dying), connector.id, { state: 'disabled' }, ports)
    await expect(work).rejects.toThrow('the process ends here')
    expect(await listActivity(plain, tenant, everything)).toHaveLength(1)

    await Promise.all([getConnector(plain, connector.id), getConnector(plain, connector.id)])

    expect(await getConnector(plain, connector.id)).toMatchObject({ life: 'disabled' })
    expect(await getActivityPage(plain, connector.id, everything)).toHaveLength(2)
    expect((await findConnectorAndOutbox(plain, connector.id))?.outbox).toEqual([])
  })

  it('is not doubled where the process died after copying and before emptying the outbox', async () => {
    const plain = newStore()
    const { connector } = await newConnector(newContext(plain))
    const dying = intercept(plain, ({ table, writes }) => {
      if (table === 'config' && writes.some(({ kind }) => kind === 'delete'))
        throw new Error('the process ends here')
    })
    const work = updateConnector(newContext(dying), connector.id, { state: 'disabled' }, ports)
    await expect(work).rejects.toThrow('the process ends here')

    expect(await getActivityPage(plain, connector.id, everything)).toHaveLength(2)
    expect(await getActivityPage(plain, connector.id, everything)).toHaveLength(2)
  })

  it('is complete where one row was copied before a process died and the next one was not', async () => {
    const plain = newStore()
    const { connector } = await newConnector(newContext(plain))
    const dying = intercept(plain, ({ table, writes }) => {
      if (table === 'config' && writes.some(({ kind }) => kind === 'delete'))
        throw new Error('the process ends here')
    })
    const down = intercept(plain, ({ table }) => {
      if (table === 'directory') throw outage()
    })
    const first = updateConnector(newContext(dying), connector.id, { state: 'disabled' }, ports)
    await expect(first).rejects.toThrow('the process ends here')
    await updateConnector(newContext(down), connector.id, { state: 'enabled' }, ports)
    expect((await findConnectorAndOutbox(plain, connector.id))?.outbox).toHaveLength(2)

    expect(await getActivityPage(plain, connector.id, everything)).toHaveLength(3)
  })

  it('waits where its account is down, and the change is answered as made', async () => {
    const plain = newStore()
    const { connector } = await newConnector(newContext(plain))
    const down = intercept(plain, ({ table }) => {
      if (table === 'directory') throw outage()
    })

    const changed = await updateConnector(newContext(down), connector.id, { state: 'disabled' }, ports)

    expect(changed.life).toBe('disabled')
    expect((await findConnectorAndOutbox(plain, connector.id))?.outbox).toHaveLength(1)
    expect(await getActivityPage(plain, connector.id, everything)).toHaveLength(2)
  })

  it('recognises a change whose answer was lost instead of making it twice', async () => {
    const plain = newStore()
    const { connector } = await newConnector(newContext(plain))
    let lost = 0
    const lossy: typeof plain = {
      ...plain,
      table(account, name) {
        const table = plain.table(account, name)
        return {
          get: (partition, key) => table.get(partition, key),
          range: (partition, query) => table.range(partition, query),
          scan: (from, to) => table.scan(from, to),
          async batch(partition, writes) {
            const first = await table.batch(partition, writes)
            if (name !== 'config' || !writes.some(({ kind }) => kind === 'replace')) return first
            lost++
            return { ...(await table.batch(partition, writes)), resent: true }
          },
        }
      },
    }

    const { password } = await addScimSecret(newContext(lossy), connector.id)

    const { secrets } = await getConnector(plain, connector.id)
    expect(lost).toBe(1)
    expect(secrets).toHaveLength(2)
    expect(secrets[1]?.hash).toBe(hashSecret(password))
    expect(await getActivityPage(plain, connector.id, everything)).toHaveLength(2)
  })

  it('is paged by cursors of ours only', async () => {
    const context = newContext(newStore())
    const { connector } = await newConnector(context)
    for (const state of ['disabled', 'enabled', 'disabled'])
      await updateConnector(context, connector.id, { state }, ports)

    const first = await getActivityPage(context.store, connector.id, { before: undefined, count: 3 })
    const rest = await getActivityPage(context.store, connector.id, { before: first[2]?.cursor, count: 3 })

    expect(first).toHaveLength(3)
    expect(rest).toHaveLength(1)
    const work = getActivityPage(context.store, connector.id, { before: '../x', count: 3 })
    expect((await failureFrom(work)).code).toBe('bad_request')
  })

  it('asks for one read of the connector and one of the log where nothing waits', async () => {
    let requests = 0
    const store = newStore(() => requests++)
    const { connector } = await newConnector(newContext(store))
    requests = 0

    await getActivityPage(store, connector.id, everything)

    expect(requests).toBe(2)
  })
})

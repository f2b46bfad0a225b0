import { describe, expect, it } from 'vitest'
import { getActivityPage } from '../../shared/connectors/activity-page.ts'
import { getConnector } from '../../shared/connectors/connector-change.ts'
import { updateConnector } from '../../shared/connectors/connector.ts'
import { walkEmailsAgain } from '../../shared/connectors/email-walk.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { loginEmail } from '../../shared/kernel/person.ts'
import { findUserIdByLoginEmail } from '../../shared/storage/user-lookups.ts'
import { addUser, intercept, newClock, newConnector, newContext, newPorts, newStore } from './fixtures.ts'

const LATER = Number.MAX_SAFE_INTEGER
/** After this no instance holds the old rule, and no request that began with it is under way. */
const STALE_MS = LIMITS.connectorCacheMs + LIMITS.requestBudgetMs

const ports = { ...newPorts(), loginEmailOf: loginEmail }

/** A connector whose rule was just switched on, and the walk of its maintenance. */
async function newScene() {
  const store = newStore()
  const clock = newClock()
  const context = newContext(store, { now: clock.now })
  const { tenant } = await newConnector(context)
  const change = (patch: Parameters<typeof updateConnector>[2]) =>
    updateConnector(context, tenant.connector, patch, ports)
  await change({ uniqueEmail: false })
  await addUser(store, tenant, { userName: 'ann', email: 'ann@contoso.com' })
  await change({ uniqueEmail: true })
  return {
    store,
    clock,
    context,
    tenant,
    change,
    walk: (until = LATER) => walkEmailsAgain(context, until),
    // As an instance writes it that still holds the old rule.
    addUnclaimed: (userName: string, email: string) => addUser(store, tenant, { userName, email }),
    holder: (email: string) => findUserIdByLoginEmail(store, tenant, email),
    due: async () => (await getConnector(store, tenant.connector)).emailWalkDue,
    walks: async () => {
      const page = await getActivityPage(store, tenant.connector, { before: undefined, count: 50 })
      return page.filter(({ operation }) => operation === 'connector.emails')
    },
  }
}

describe('the second walk after unique e-mails were switched on', () => {
  it('claims what an instance wrote that held the old rule, once that can no longer be', async () => {
    const { clock, walk, addUnclaimed, holder, walks } = await newScene()
    const ben = await addUnclaimed('ben', 'ben@contoso.com')

    clock.advance(STALE_MS - 1)
    expect(await walk()).toBe(true)
    expect([await holder('ben@contoso.com'), await walks()]).toEqual([undefined, []])
    clock.advance(1)
    expect(await walk()).toBe(true)

    expect(await holder('ben@contoso.com')).toBe(ben)
    expect(await walks()).toMatchObject([{ status: 200, attributes: ['uniqueEmail'] }])
  })

  it('is done once', async () => {
    const { clock, walk, addUnclaimed, holder, walks, due } = await newScene()
    clock.advance(STALE_MS)
    await walk()
    await addUnclaimed('cy', 'cy@contoso.com')
    expect(await walk()).toBe(true)
    expect([await due(), await holder('cy@contoso.com')]).toEqual([undefined, undefined])
    expect(await walks()).toHaveLength(1)
  })

  it('leaves a shared address with who has it, and the activity names both ids and no address', async () => {
    const { clock, walk, addUnclaimed, holder, walks } = await newScene()
    const ann = await holder('ann@contoso.com')
    const twin = await addUnclaimed('twin', 'ANN@contoso.com')
    clock.advance(STALE_MS)

    expect(await walk()).toBe(true)

    expect(await holder('ann@contoso.com')).toBe(ann)
    const note = `1 users share a login e-mail: ${twin}=${ann}`
    expect(await walks()).toMatchObject([{ status: 409, note }])
    expect(JSON.stringify(await walks())).not.toContain('contoso.com')
  })

  it('waits for the next run where the time is over', async () => {
    const { clock, walk, due, addUnclaimed, holder } = await newScene()
    const ben = await addUnclaimed('ben', 'ben@contoso.com')
    clock.advance(STALE_MS)
    expect(await walk(Date.now() - 1)).toBe(false)
    expect(await due()).toBeDefined()
    expect(await walk()).toBe(true)
    expect(await holder('ben@contoso.com')).toBe(ben)
  })

  it('is not due any more where the rule was switched off, nor for a new connector', async () => {
    const { clock, context, change, walk, due, walks } = await newScene()
    await change({ uniqueEmail: false })
    const { connector } = await newConnector(context)
    clock.advance(STALE_MS)
    expect(await walk()).toBe(true)
    expect([await due(), connector.emailWalkDue, await walks()]).toEqual([undefined, undefined, []])
  })

  it('stays due through other changes, and where one comes between it is done again', async () => {
    const { clock, change, walk, due, context, store, tenant, walks } = await newScene()
    await change({ requiredAttributes: [], uniqueEmail: true })
    expect(await due()).toBeDefined()
    clock.advance(STALE_MS)
    const racing = intercept(store, async ({ table, method }) => {
      if (table !== 'directory' || method !== 'range') return
      await change({ requiredAttributes: ['emails'] })
    })

    await walkEmailsAgain({ ...context, store: racing }, LATER)

    const { requiredAttributes, emailWalkDue } = await getConnector(store, tenant.connector)
    expect([requiredAttributes, emailWalkDue !== undefined]).toEqual([['emails'], true])
    await walk()
    expect([await due(), (await walks()).length]).toEqual([undefined, 1])
  })
})

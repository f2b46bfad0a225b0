import { describe, expect, it } from 'vitest'
import type { ConnectorFinder } from '../../shared/connectors/browser-connector.ts'
import { AppError, failureOf } from '../../shared/kernel/failure.ts'
import { checkSession } from '../../shared/oidc/check-session.ts'
import { newSession, openSession, sealSession } from '../../shared/session/portal-session.ts'
import type { StoredConnector } from '../../shared/storage/connectors.ts'
import { addUser, newDirectory } from '../support/directory-context.ts'
import { later, newSealer, NOW } from './fixtures.ts'

/** Somebody with a session that began at NOW, and the parts that look at it. */
async function scene(isOpen = true) {
  const directory = newDirectory('memory')
  const { store, tenant } = directory
  const user = await addUser(directory, { roles: [{ value: 'Admin' }] })
  const sealer = newSealer()
  const session = newSession({ connector: tenant.connector, user, sid: undefined }, NOW)
  const { name, value } = await sealSession(sealer, session)
  const connector = { id: tenant.connector, account: tenant.account } as StoredConnector
  const find = async (): Promise<StoredConnector | undefined> => (isOpen ? connector : undefined)
  const finder: ConnectorFinder = { find, findEnabled: find }
  return { directory, session, cookies: new Map([[name, value]]), parts: { store, sealer, finder } }
}

describe('looking at a session', () => {
  it('costs one storage request', async () => {
    const { directory, parts, cookies } = await scene()
    expect(await directory.counted(() => checkSession(parts, cookies, NOW))).toBe(1)
  })

  it('costs none where the clock or the connector has ended it, or there is none', async () => {
    const { directory, parts, cookies } = await scene()
    const closed = await scene(false)
    expect(await directory.counted(() => checkSession(parts, cookies, later(3_600)))).toBe(0)
    expect(await directory.counted(() => checkSession(parts, new Map(), NOW))).toBe(0)
    expect(await closed.directory.counted(() => checkSession(closed.parts, closed.cookies, NOW))).toBe(0)
  })

  it('says who it is, with the user as stored now', async () => {
    const { parts, cookies, session } = await scene()
    expect(await checkSession(parts, cookies, NOW)).toMatchObject({
      kind: 'live',
      session,
      user: { id: session.user, index: { role: 'Admin' } },
      cookies: [],
    })
  })

  it('renews the cookie after five minutes, and never beyond twelve hours', async () => {
    const { parts, cookies, session } = await scene()
    let jar: ReadonlyMap<string, string> = cookies
    for (let seconds = 3_000; seconds < 43_200; seconds += 3_000) {
      const checked = await checkSession(parts, jar, later(seconds))
      if (checked.kind !== 'live') throw new Error(`over at ${seconds}`)
      jar = new Map(checked.cookies.map(({ name, value }) => [name, value]))
      expect(await openSession(parts.sealer, jar)).toEqual({
        ...session,
        seenAt: later(seconds).toISOString(),
      })
    }
    expect(await checkSession(parts, jar, later(43_200))).toMatchObject({
      kind: 'over',
      reason: 'session-expired',
    })
  })

  it('takes an ended session out of the browser', async () => {
    const { parts, cookies } = await scene(false)
    expect(await checkSession(parts, cookies, NOW)).toMatchObject({
      kind: 'over',
      reason: 'connector-closed',
      cookies: [{ name: 'session', value: '', maxAgeSeconds: 0 }],
    })
  })

  it('is an outage while the table does not answer, never a sign-out', async () => {
    const { parts, cookies } = await scene()
    const table = parts.store.table.bind(parts.store)
    const outage = new AppError({ code: 'storage_unavailable', retryAfterSeconds: 5 })
    const store: typeof parts.store = {
      ...parts.store,
      table: (account, name) => ({ ...table(account, name), get: () => Promise.reject(outage) }),
    }
    const error = await checkSession({ ...parts, store }, cookies, NOW).catch((caught: unknown) => caught)
    expect(failureOf(error)?.code).toBe('storage_unavailable')
  })
})

import { describe, expect, it } from 'vitest'
import { randomText, type ResourceId } from '../../shared/kernel/ids.ts'
import { endEntraSession } from '../../shared/oidc/sign-out.ts'
import { findCode, spendCode } from '../../shared/storage/one-time-codes.ts'
import { listFamilies } from '../../shared/storage/refresh-families.ts'
import { newBrowser } from '../local/sign-in-browser.ts'
import { only } from '../connectors/fixtures.ts'
import { CALLER, join, newClientTarget, provision, signIn, type Joined } from './fixtures.ts'

/** Signs in to an app in a browser of its own; the app redeems its code. */
async function signInToApp(joined: Joined): Promise<{ user: ResourceId; sid: string }> {
  const { store, tenant } = joined.directory
  const trip = { platform: 'app', target: newClientTarget(), browser: newBrowser() } as const
  const outcome = await signIn(joined, trip)
  if (outcome.kind !== 'signed-in') throw new Error('nobody signed in')
  const code = only(await findCode(store, tenant, only(outcome.code)))
  const user = outcome.user.id
  const family = { id: randomText(20), user, hash: 'a'.repeat(64), grant: code.grant, expires: new Date() }
  await spendCode(store, tenant, code, family)
  return { user, sid: only(outcome.sid) }
}

describe('a sign-out at Entra', () => {
  it('ends the grants of that session for good, and no others', async () => {
    const joined = await join()
    const { store, tenant } = joined.directory
    await provision(joined, joined.scene.ada)
    const [ended, other] = [await signInToApp(joined), await signInToApp(joined)]
    const context = { store, tenant, caller: CALLER, now: new Date() }
    const before = await listFamilies(store, tenant, ended.user)
    await endEntraSession(context, ended.sid)
    await endEntraSession(context, ended.sid)

    expect(ended.sid).not.toBe(other.sid)
    expect(before).toHaveLength(2)
    expect(await listFamilies(store, tenant, ended.user)).toHaveLength(1)
    await endEntraSession(context, other.sid)
    expect(await listFamilies(store, tenant, ended.user)).toEqual([])
  })
})

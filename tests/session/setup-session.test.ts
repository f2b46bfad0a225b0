import { describe, expect, it } from 'vitest'
import { newOrganizationId } from '../../shared/kernel/ids.ts'
import {
  newSetupSession,
  openSetupSession,
  sealSetupSession,
  setupSessionEnd,
} from '../../shared/session/setup-session.ts'
import { later, newSealer, NOW } from './fixtures.ts'

const organization = newOrganizationId()
const sealer = newSealer()

async function cookieOf(kind: 'link' | 'recovery'): Promise<ReadonlyMap<string, string>> {
  const { name, value } = await sealSetupSession(sealer, newSetupSession({ organization, kind }, NOW))
  return new Map([[name, value]])
}

describe('a setup session', () => {
  it.each([
    ['link', 'setup', 3_600],
    ['recovery', 'recovery', 1_800],
  ] as const)('by a %s is a %s session of %i seconds', async (by, kind, seconds) => {
    const cookies = await cookieOf(by)

    const early = await openSetupSession(sealer, cookies, later(seconds - 1))
    expect(early).toMatchObject({ organization, kind, startedAt: NOW.toISOString() })
    expect(early && setupSessionEnd(early)).toEqual(later(seconds))
    expect(await openSetupSession(sealer, cookies, later(seconds))).toBeUndefined()
  })

  it('has an id and a form token of its own', () => {
    const [one, other] = ['link', 'link'].map(() => newSetupSession({ organization, kind: 'link' }, NOW))

    expect(one?.csrf).toMatch(/^[\w-]{43}$/)
    expect(one?.csrf).not.toBe(other?.csrf)
    expect(one?.id).not.toBe(other?.id)
  })

  it('is not opened from the future, from a cookie of another kind, or with keys of somebody else', async () => {
    const cookies = await cookieOf('link')
    const foreign = await sealer.seal('cookie:session', JSON.stringify({ organization, kind: 'setup' }))

    expect(await openSetupSession(sealer, cookies, later(-120))).toBeUndefined()
    expect(await openSetupSession(sealer, new Map([['setup', foreign]]), NOW)).toBeUndefined()
    expect(await openSetupSession(newSealer(), cookies, NOW)).toBeUndefined()
    expect(await openSetupSession(sealer, new Map(), NOW)).toBeUndefined()
  })

  it('of a kind that is not known has the lesser right', async () => {
    const session = { ...newSetupSession({ organization, kind: 'link' }, NOW), kind: 'owner' }
    const value = await sealer.seal('cookie:setup', JSON.stringify(session))

    const opened = await openSetupSession(sealer, new Map([['setup', value]]), NOW)
    expect(opened?.kind).toBe('recovery')
  })
})

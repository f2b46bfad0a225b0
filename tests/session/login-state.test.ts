import { describe, expect, it } from 'vitest'
import {
  clearedForAnother,
  openLogin,
  sealLogin,
  type LoginTarget,
} from '../../shared/session/login-state.ts'
import { later, newLogin, newSealer, NOW } from './fixtures.ts'

const CLIENT: LoginTarget = {
  kind: 'client',
  clientId: 'portal',
  redirectUri: 'https://portal.example/callback',
  state: 'its own',
  nonce: undefined,
  codeChallenge: 'x'.repeat(43),
  scope: 'openid',
}

describe('a sign-in that a browser has begun', () => {
  it.each<[string, LoginTarget]>([
    ['the portal', { kind: 'portal', returnTo: '/somewhere' }],
    ['a client', CLIENT],
    ['a test', { kind: 'test', ticket: 'abc', fingerprint: 'def' }],
  ])('comes back as it was: to %s', async (_, target) => {
    const sealer = newSealer()
    const login = newLogin({ target })
    const { name, value } = await sealLogin(sealer, login)
    expect(name).toMatch(/^login-[\w-]{8}$/)
    expect(value).not.toContain(login.verifier)
    expect(await openLogin(sealer, new Map([[name, value]]), login.state, NOW)).toEqual(login)
  })

  it.each([
    ['after ten minutes', 600],
    ['from the future', -61],
  ])('is nobody’s %s', async (_, seconds) => {
    const sealer = newSealer()
    const login = newLogin()
    const { name, value } = await sealLogin(sealer, login)
    expect(await openLogin(sealer, new Map([[name, value]]), login.state, later(seconds))).toBeUndefined()
  })

  it('is still there just before', async () => {
    const sealer = newSealer()
    const login = newLogin()
    const { name, value } = await sealLogin(sealer, login)
    expect(await openLogin(sealer, new Map([[name, value]]), login.state, later(599))).toEqual(login)
  })

  it('opens for its own state only, whatever the cookie is called', async () => {
    const sealer = newSealer()
    const [mine, other] = [newLogin(), newLogin()]
    const [{ value }, { name }] = [await sealLogin(sealer, mine), await sealLogin(sealer, other)]
    expect(await openLogin(sealer, new Map([[name, value]]), other.state, NOW)).toBeUndefined()
    expect(await openLogin(sealer, new Map([[name, value]]), mine.state, NOW)).toBeUndefined()
  })

  it('opens with no keys but ours, and for no other purpose', async () => {
    const sealer = newSealer()
    const login = newLogin()
    const { name, value } = await sealLogin(newSealer(), login)
    expect(await openLogin(sealer, new Map([[name, value]]), login.state, NOW)).toBeUndefined()
    const session = await sealer.seal('cookie:session', JSON.stringify(login))
    expect(await openLogin(sealer, new Map([[name, session]]), login.state, NOW)).toBeUndefined()
  })

  it('is one of at most five: the oldest make room, and those that are over first', async () => {
    const sealer = newSealer()
    const logins = [50, -700, 30, 40, 10, 20].map((seconds) =>
      newLogin({ startedAt: later(seconds - 60).toISOString() }),
    )
    const cookies = await Promise.all(logins.map((login) => sealLogin(sealer, login)))
    const jar = new Map(cookies.map(({ name, value }) => [name, value]))
    const cleared = await clearedForAnother(sealer, new Map([...jar, ['session', 'x']]), NOW)
    expect(cleared.map(({ name }) => name)).toEqual([cookies[1]?.name, cookies[4]?.name])
    const four = new Map([...jar].slice(2))
    expect(await clearedForAnother(sealer, four, NOW)).toEqual([])
  })
})

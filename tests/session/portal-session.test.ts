import { describe, expect, it } from 'vitest'
import {
  endOfSession,
  hashOfSession,
  isExpired,
  newSession,
  openSession,
  renewedSession,
  sealSession,
} from '../../shared/session/portal-session.ts'
import type { StoredUser } from '../../shared/storage/users.ts'
import { CONNECTOR, later, newSealer, NOW, USER } from './fixtures.ts'

const session = newSession({ connector: CONNECTOR, user: USER, sid: 'entra-session' }, NOW)

function user(changes: {
  active?: boolean
  role?: 'Admin' | undefined
  validFrom?: string
  ended?: readonly string[]
}): StoredUser {
  const { active = true, validFrom, ended = [] } = changes
  return {
    index: { active, role: 'role' in changes ? changes.role : 'Admin' },
    signIn: {
      validFrom,
      endedSessions: ended.map((sid) => ({ sid: hashOfSession(sid), at: NOW.toISOString() })),
    },
  } as unknown as StoredUser
}

describe('a portal session', () => {
  it('comes back from its cookie as it was', async () => {
    const sealer = newSealer()
    const { name, value } = await sealSession(sealer, session)
    expect(await openSession(sealer, new Map([[name, value]]))).toEqual(session)
    expect(value).not.toContain(USER)
    expect(value.length).toBeLessThan(1_500)
  })

  it('is none where the cookie is missing, of other keys, cut or for another purpose', async () => {
    const sealer = newSealer()
    const { value } = await sealSession(sealer, session)
    const login = await sealer.seal('cookie:login', JSON.stringify(session))
    const foreign = (await sealSession(newSealer(), session)).value
    for (const wrong of [undefined, '', 'x', value.slice(0, -3), login, foreign]) {
      const cookies = new Map(wrong === undefined ? [] : [['session', wrong]])
      expect(await openSession(sealer, cookies)).toBeUndefined()
    }
  })

  it('is another one at every sign-in', () => {
    const again = newSession({ connector: CONNECTOR, user: USER, sid: 'entra-session' }, NOW)
    expect(again.id).not.toBe(session.id)
    expect(again.csrf).not.toBe(session.csrf)
  })

  it.each([
    ['at once', 0, 0, false],
    ['an hour without a click', 0, 3_600, true],
    ['just before', 0, 3_599, false],
    ['twelve hours of clicks', 43_199, 43_200, true],
    ['just before', 43_190, 43_199, false],
  ])('ends by the clock: %s', (_, seen, at, isOver) => {
    expect(isExpired({ ...session, seenAt: later(seen).toISOString() }, later(at))).toBe(isOver)
  })

  it('is sealed again when it was last seen five minutes ago, and keeps its beginning', () => {
    expect(renewedSession(session, later(299))).toBeUndefined()
    expect(renewedSession(session, later(300))).toEqual({ ...session, seenAt: later(300).toISOString() })
  })

  it.each<[string, StoredUser | undefined, string | undefined]>([
    ['as Entra left it', user({}), undefined],
    ['who is gone', undefined, 'deactivated'],
    ['who is deactivated', user({ active: false }), 'deactivated'],
    ['who has lost the role', user({ role: undefined }), 'role-required'],
    ['who signed out everywhere later', user({ validFrom: later(1).toISOString() }), 'session-ended'],
    ['who signed out everywhere before', user({ validFrom: later(-1).toISOString() }), undefined],
    ['who left that session at Entra', user({ ended: ['entra-session'] }), 'session-ended'],
    ['who signed out of this one', user({ ended: [session.id] }), 'session-ended'],
    ['who signed out of another one', user({ ended: ['another'] }), undefined],
  ])('holds by the user: one %s', (_, stored, reason) => {
    expect(endOfSession(session, stored)).toBe(reason)
  })
})

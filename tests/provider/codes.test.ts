import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { connectorIdOf, newOrganizationId, newResourceId } from '../../shared/kernel/ids.ts'
import { connectorOfCode, newCode, type CodeGrant } from '../../shared/provider/codes.ts'
import { readCodeGrant } from '../../shared/provider/grant.ts'

const tenant = { connector: connectorIdOf(newOrganizationId(), 12), account: 'main' }
const at = new Date('2026-03-01T12:00:00.250Z')
const grant: CodeGrant = {
  clientId: 'portal',
  redirectUri: 'https://portal.example/callback',
  nonce: 'n-1',
  codeChallenge: 'challenge',
  scope: 'openid',
  user: newResourceId(),
  sid: 'session-at-entra',
  authTime: 1_772_366_000,
}

describe('a one-time code', () => {
  it('stands for the sign-in for a minute, and keeps of the session at Entra a hash only', () => {
    const { code, stored } = newCode(tenant, grant, at)
    const sid = createHash('sha256').update('session-at-entra').digest('hex')

    expect(stored.code).toBe(code)
    expect(stored.expires).toEqual(new Date('2026-03-01T12:01:00.250Z'))
    expect(readCodeGrant(stored.grant)).toEqual({ ...grant, sid, began: at.getTime() })
    expect(stored.grant).not.toContain('session-at-entra')
  })

  it('tells in whose directory it is, and is a new one each time', () => {
    const codes = Array.from({ length: 100 }, () => newCode(tenant, grant, at).code)

    expect(new Set(codes).size).toBe(100)
    for (const code of codes) {
      expect(connectorOfCode(code)).toBe(tenant.connector)
      expect(code.split('.')[1]).toMatch(/^[0-9A-Za-z]{43}$/)
    }
  })

  it.each(['', 'code', `${tenant.connector}.short`, `nothing.${'a'.repeat(43)}`, `../x.${'a'.repeat(43)}`])(
    'is not %o',
    (text) => {
      expect(connectorOfCode(text)).toBeUndefined()
    },
  )

  it('without nonce and session stays without', () => {
    const { stored } = newCode(tenant, { ...grant, nonce: undefined, sid: undefined }, at)

    expect(readCodeGrant(stored.grant)).toMatchObject({ nonce: undefined, sid: undefined })
  })
})

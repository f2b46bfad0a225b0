import { describe, expect, it } from 'vitest'
import { highestRole, parseRole, ROLES } from '../../shared/kernel/roles.ts'

describe('a role', () => {
  it.each([
    ['Admin', 'Admin'],
    ['admin', 'Admin'],
    ['ENTERPRISEADMIN', 'EnterpriseAdmin'],
    [' ReadOnly ', 'ReadOnly'],
    ['user', 'User'],
    ['', undefined],
    ['Enterprise Admin', undefined],
    ['msiam_access', undefined],
    ['Default Access', undefined],
    ['constructor', undefined],
    ['Adm\u0131n', undefined],
  ])('"%s" is %s', (text, role) => {
    expect(parseRole(text)).toBe(role)
  })
})

describe('of several roles', () => {
  it.each([
    [['ReadOnly', 'Admin', 'User'], 'Admin'],
    [['enterpriseadmin', 'Admin'], 'EnterpriseAdmin'],
    [['nobody', 'readonly'], 'ReadOnly'],
    [['nobody'], undefined],
    [[], undefined],
  ])('%j the highest is %s', (values, role) => {
    expect(highestRole(values)).toBe(role)
  })

  it('each is higher than all before it', () => {
    expect(ROLES.map((_, i) => highestRole(ROLES.slice(0, i + 1)))).toEqual(ROLES)
  })
})

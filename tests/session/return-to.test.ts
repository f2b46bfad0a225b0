import { describe, expect, it } from 'vitest'
import { toReturnUrl } from '../../shared/session/return-to.ts'

const BASE = 'https://gatehouse.example'

describe('where to go after a sign-in', () => {
  it.each(['/', '/users', '/users?page=2', '/groups/7c1f3a52', '/a/../users', '/signinhelp'])(
    'may be a page of ours: %s',
    (text) => {
      expect(toReturnUrl(BASE, text)).toBe(new URL(text, BASE).href)
    },
  )

  it.each([
    null,
    '',
    'users',
    '//evil.example',
    '///evil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/a/../..//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https://evil.example/',
    'https://gatehouse.example.evil.example/',
    'https://gatehouse.example@evil.example/',
    'https://gatehouse.example/users',
    'http:evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    '/%2f%2fevil.example',
    '/%2F/evil.example',
    '/%5cevil.example',
    '/\u2028/evil.example',
    '/ユーザー',
    '@evil.example',
    '//evil.example:443/%2e%2e',
    'x'.repeat(2_000),
    `/${'x'.repeat(1_000)}`,
    '/auth/0123456789abcdef-1/web/login',
    '/auth',
    '/signin?x',
    '/SIGNIN',
    '/x/../auth/authorize',
  ])('is the home page instead of %j', (text) => {
    expect(toReturnUrl(BASE, text)).toBe(`${BASE}/`)
  })
})

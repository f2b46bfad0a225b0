import { describe, expect, it } from 'vitest'
import { cookieName, readCookies } from '../../shared/session/cookies.ts'

describe('cookies', () => {
  it.each<[string, string | null, readonly [string, string][]]>([
    ['none', null, []],
    ['one', '__Host-session=a.b', [['session', 'a.b']]],
    [
      'two',
      '__Host-session=a; __Host-login-x=b',
      [
        ['session', 'a'],
        ['login-x', 'b'],
      ],
    ],
    [
      'two headers, joined by the host',
      '__Host-session=a,__Host-login-x=b',
      [
        ['session', 'a'],
        ['login-x', 'b'],
      ],
    ],
    ['without the prefix: any host of the site could have set it', 'session=a', []],
    ['of a program that knows no letter case', '__host-session=a', []],
    ['twice alike', '__Host-session=a; __Host-session=a', [['session', 'a']]],
    ['twice and different', '__Host-session=a; __Host-session=b', []],
    ['twice and different in two headers', '__Host-session=a,__Host-session=b', []],
    [
      'beside one that a neighbour smuggles in behind a comma',
      'theirs=x,__Host-session=evil; __Host-session=a',
      [['session', 'a']],
    ],
    ['without a value or name', '__Host-session; =x; ;', []],
    ['too much to be one', `__Host-session=a; x=${'y'.repeat(40_000)}`, []],
  ])('are read: %s', (_, header, expected) => {
    expect([...readCookies(header, true)]).toEqual(expected)
  })

  it('have no prefix on plain http', () => {
    expect([...readCookies('session=a; other=b', false)]).toEqual([
      ['session', 'a'],
      ['other', 'b'],
    ])
    expect([cookieName('session', true), cookieName('session', false)]).toEqual(['__Host-session', 'session'])
  })
})

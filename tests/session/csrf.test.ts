import { describe, expect, it } from 'vitest'
import { isCsrfToken, isFromOurPages } from '../../shared/session/csrf.ts'

const BASE = 'https://gatehouse.example'

describe('a form', () => {
  it.each([
    ['of a modern browser', BASE, 'same-origin'],
    ['of one without fetch metadata', BASE, null],
    ['of a page without a referrer', 'null', 'same-origin'],
    ['of a browser that says nothing', null, null],
  ])('is ours: %s', (_, origin, secFetchSite) => {
    expect(isFromOurPages({ origin, secFetchSite }, BASE)).toBe(true)
  })

  it.each([
    ['of another site', 'https://evil.example', 'cross-site'],
    ['of a neighbour', 'https://other.gatehouse.example', 'same-site'],
    ['of another site in an old browser', 'https://evil.example', null],
    ['of a sandboxed frame', 'null', 'cross-site'],
    ['of a sandboxed frame in an old browser', 'null', null],
    ['typed by hand', null, 'none'],
    ['of the same host without TLS', 'http://gatehouse.example', null],
  ])('is not ours: %s', (_, origin, secFetchSite) => {
    expect(isFromOurPages({ origin, secFetchSite }, BASE)).toBe(false)
  })

  it('must carry the token of the session', () => {
    expect(isCsrfToken('abc', 'abc')).toBe(true)
    for (const given of ['abd', 'ab', '', null]) expect(isCsrfToken('abc', given)).toBe(false)
  })
})

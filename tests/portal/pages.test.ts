import { describe, expect, it } from 'vitest'
import { findAsset, hrefOf, ICON, STYLE } from '../../shared/portal/assets.ts'
import { homePage } from '../../shared/portal/home-page.tsx'
import { leavingPage, messagePage } from '../../shared/portal/message-page.tsx'
import { signInPage } from '../../shared/portal/sign-in-page.tsx'
import { testPage } from '../../shared/portal/test-page.tsx'

const NASTY = `<img src=x onerror="alert('1')">&amp;`
const REFERENCE = { correlationId: 'b1f7', time: '2026-11-24T09:00:00.000Z', traceId: NASTY }

const PAGES: readonly (readonly [string, string])[] = [
  ['sign-in', signInPage({ action: `/signin?${NASTY}`, isUnknown: true, typed: NASTY, notice: NASTY })],
  ['home', homePage({ name: NASTY, role: 'Admin', signOut: { action: '/x', csrf: NASTY } })],
  [
    'message',
    messagePage({
      heading: NASTY,
      sentence: NASTY,
      advice: NASTY,
      actions: [{ label: NASTY, href: `/${NASTY}` }],
      reference: REFERENCE,
    }),
  ],
  ['leaving', leavingPage({ href: `https://login.example/?x=${NASTY}`, place: NASTY })],
  [
    'test',
    testPage({
      platform: 'web',
      step: 'redemption',
      refusal: { sentence: NASTY },
      isActive: false,
      person: { objectId: NASTY, userName: NASTY, how: NASTY, role: NASTY },
      reference: REFERENCE,
    }),
  ],
]

describe.each(PAGES)('the %s page', (_, html) => {
  it('shows text as text', () => {
    expect(html).toContain('&lt;img src=x')
    expect(html).not.toMatch(/<img src=x|onerror="/)
  })

  it('is a small document with a title, a heading, a language and no script or style of its own', () => {
    expect(html).toMatch(/^<!doctype html><html lang="en">/)
    expect(html).toMatch(/<title>.+ · Gatehouse<\/title>/)
    expect(html.match(/<h1>/g)).toHaveLength(1)
    expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+="/)
    expect(html.length).toBeLessThan(40_000)
  })
})

describe('the home page', () => {
  it('greets by name and role', () => {
    const html = homePage({ name: 'Ann Lee', role: 'EnterpriseAdmin', signOut: { action: '/x', csrf: 'y' } })
    expect(html).toContain('Hello, Ann Lee')
    expect(html).toContain('>EnterpriseAdmin<')
  })
})

describe('the page of a test', () => {
  const base = { platform: 'app' as const, isActive: false, reference: REFERENCE }

  it('says at which step it ended', () => {
    const html = testPage({ ...base, step: 'redemption', refusal: { sentence: 'No.' } })
    const states = [...html.matchAll(/<li class="(\w+)"/g)].map(([, state]) => state)
    expect(states).toEqual(['done', 'done', 'failed', 'open', 'open'])
  })

  it('ticks everything of a success', () => {
    const html = testPage({ ...base, step: 'done', isActive: true })
    expect(html).not.toMatch(/class="(?:failed|open)"/)
    expect(html).toContain('from now on')
  })
})

describe('assets', () => {
  it('are found under the hash of their content and under no other name', () => {
    expect(STYLE.file).toMatch(/^gatehouse\.[0-9a-f]{16}\.css$/)
    expect(findAsset(STYLE.file)).toBe(STYLE)
    expect(findAsset(ICON.file)?.contentType).toBe('image/svg+xml')
    expect(findAsset('gatehouse.css')).toBeUndefined()
    expect(findAsset('__proto__')).toBeUndefined()
    expect(hrefOf(ICON)).toBe(`/assets/${ICON.file}`)
  })

  it('load nothing from elsewhere', () => {
    expect(STYLE.body).not.toMatch(/url\(|@import/)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PUBLIC_BASE_URL } from '../support/gatehouse.ts'
import { headingOf, submit } from './browser.ts'
import { personAt, signIn, startStack, type Joined, type Stack } from './stack.ts'

let stack: Stack
let connector: Joined
beforeAll(async () => {
  stack = await startStack()
  connector = await stack.join()
})
afterAll(() => stack.close())

const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cache-control': 'no-store',
}

/** Functions that answer programs: their own tests hold their headers. */
const FOR_PROGRAMS = /^(?:health|maintenance|management-|scim-|auth-(?:token|revoke|userinfo)|well-known)/

function pathsForBrowsers(): readonly string[] {
  return stack.gatehouse.functions
    .filter(({ name }) => !FOR_PROGRAMS.test(name) && name !== 'assets')
    .map(
      ({ route }) =>
        `/${route.replace(/^\//, '').replace('{connector}', connector.id).replace('{*path}', 'x/y')}`,
    )
}

describe('every address for browsers', () => {
  it('is found: the tests below are not green on nothing', () => {
    expect(pathsForBrowsers().length).toBeGreaterThanOrEqual(10)
  })

  it('sends all headers with every answer: pages, redirects, refusals, wrong methods', async () => {
    for (const path of pathsForBrowsers())
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const page = await stack.browser().open(PUBLIC_BASE_URL + path, { method, stay: true })
        const where = `${method} ${path} ${page.status}`
        const sent = Object.keys(PAGE_HEADERS).map((name) => [name, page.headers.get(name)])
        expect([where, Object.fromEntries(sent)]).toEqual([where, PAGE_HEADERS])
        const { status, html, headers } = page
        const isPage = html === '' || headers.get('content-type') === 'text/html; charset=utf-8'
        expect({
          where,
          isOpenToOtherSites: headers.has('access-control-allow-origin'),
          isFault: status >= 500,
          isSmallPage: isPage && html.length < 40_000,
          hasBodyOfItsMethod: method !== 'HEAD' || html === '',
          saysWhatIsAllowed: status !== 405 || headers.has('allow'),
        }).toEqual({
          where,
          isOpenToOtherSites: false,
          isFault: false,
          isSmallPage: true,
          hasBodyOfItsMethod: true,
          saysWhatIsAllowed: true,
        })
      }
  })

  it('loads files that may be kept for ever, and only by the hash of their content', async () => {
    const browser = stack.browser()
    const { html } = await browser.open(`${PUBLIC_BASE_URL}/signin`)
    const files = [
      ...new Set([...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path)),
    ]
    expect(files).toHaveLength(2)
    for (const path of files) {
      const asset = await browser.open(`${PUBLIC_BASE_URL}${path}`)
      expect(asset.status).toBe(200)
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(asset.headers.get('x-content-type-options')).toBe('nosniff')
      expect(asset.headers.get('content-type')).toMatch(/^(?:text\/css; charset=utf-8|image\/svg\+xml)$/)
      const wrong = await browser.open(`${PUBLIC_BASE_URL}${path?.replace(/\.[0-9a-f]+\./, '.0.')}`)
      expect([wrong.status, wrong.headers.get('cache-control')]).toEqual([404, 'no-store'])
      expect((await browser.open(`${PUBLIC_BASE_URL}${path}`, { method: 'POST' })).status).toBe(405)
    }
  })

  it('is built on our public origin, whatever the browser says about hosts', async () => {
    const spoofed = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    const page = await stack.browser().open(connector.loginUrl, { headers: spoofed, stay: true })
    const location = new URL(page.headers.get('location') ?? '')
    expect(location.searchParams.get('redirect_uri')).toBe(
      `${PUBLIC_BASE_URL}/auth/${connector.id}/web/callback`,
    )
  })
})

describe('a form', () => {
  it.each([
    ['of JSON', { 'content-type': 'application/json' }, 415],
    ['that is compressed', { 'content-encoding': 'gzip' }, 415],
  ])('%s is refused with a page', async (_, headers, status) => {
    const page = await stack.browser().open(`${PUBLIC_BASE_URL}/signin`, { form: { account: 'x' }, headers })
    expect(page.status).toBe(status)
    expect(headingOf(page)).toBeDefined()
  })

  it('that is too large is refused with a page', async () => {
    const form = { account: 'x'.repeat(70_000) }
    expect((await stack.browser().open(`${PUBLIC_BASE_URL}/signin`, { form })).status).toBe(413)
  })
})

describe('an outage of ours', () => {
  it('is a page that says so, and never a sign-out', async () => {
    const broken = await startStack({ TABLES_ACCOUNTS: 'main=no location' })
    for (const path of ['/', '/signin', connector.loginUrl.slice(PUBLIC_BASE_URL.length)]) {
      const page = await broken.browser().open(PUBLIC_BASE_URL + path, { stay: true })
      expect([path, page.status, headingOf(page)]).toEqual([path, 503, 'We are having trouble'])
      expect(page.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(page.setCookies).toEqual([])
    }
    await broken.close()
  })
})

describe('nothing of what is secret or personal', () => {
  it('stands in any log line, of whatever is done', async () => {
    const person = personAt(stack, 0)
    await connector.provision(person)
    const browser = stack.browser()
    const start = await browser.open(`${PUBLIC_BASE_URL}/signin`)
    await submit(browser, start, { account: `canary.typed@${connector.domain}` })
    await submit(browser, start, { account: 'canary.unknown@nobody.example' })
    const home = await signIn(browser, connector, person)
    const cookies = browser.cookies().map(({ value }) => value)
    await browser.open(`${connector.loginUrl}?returnTo=/canary.return&login_hint=canary.hint@x.example`)
    await browser.open(`${PUBLIC_BASE_URL}/auth/${connector.id}/frontchannel-logout?sid=canary.sid`)
    await browser.open(
      `${PUBLIC_BASE_URL}/auth/${connector.id}/web/callback?code=canary.code&state=canary.state`,
    )
    await browser.open(`${PUBLIC_BASE_URL}/auth/canary.connector/web/callback?error=canary.error`)
    await browser.open(
      `${PUBLIC_BASE_URL}/auth/authorize?client_id=canary.client&login_hint=canary.address@x.example`,
    )
    await submit(browser, home, { scope: 'here' })

    const log = stack.gatehouse.logLines.join('\n')
    const { userPrincipalName, displayName, mail, givenName, surname } = person
    const canaries = [
      ...[userPrincipalName, displayName, mail, givenName, surname].filter((text) => text !== null),
      ...cookies.filter((value) => value.length > 20),
      connector.secret,
      connector.password,
      connector.domain,
      '@',
      'canary',
    ]
    expect(canaries.filter((canary) => canary === '' || log.includes(canary))).toEqual([])
    expect(stack.gatehouse.logLines.length).toBeGreaterThan(20)
  })
})

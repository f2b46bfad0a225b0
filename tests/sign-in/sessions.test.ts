import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patchOp, PUBLIC_BASE_URL } from '../support/gatehouse.ts'
import { headingOf, submit, type Browser, type Page } from './browser.ts'
import { personAt, signIn, startStack, type Joined, type Stack } from './stack.ts'

let stack: Stack
beforeAll(async () => void (stack = await startStack()))
afterAll(() => stack.close())

const HOME = `${PUBLIC_BASE_URL}/`

interface Scene {
  readonly connector: Joined
  readonly id: string
  readonly browser: Browser
  readonly home: Page
  readonly person: ReturnType<typeof personAt>
}

/** Somebody who is signed in to the portal. */
async function signedIn(): Promise<Scene> {
  const connector = await stack.join()
  const person = personAt(stack, 0)
  const id = await connector.provision(person)
  const browser = stack.browser()
  const home = await signIn(browser, connector, person)
  expect(headingOf(home)).toMatch(/^Hello/)
  return { connector, id, browser, home, person }
}

const cookieOf = (browser: Browser): string | undefined =>
  browser.cookies().find(({ name }) => name === '__Host-session')?.value

describe('a session ends at the next click', () => {
  it.each<[string, (scene: Scene) => Promise<unknown>, number, string]>([
    [
      'when Entra deactivates the person',
      ({ connector, id }) =>
        connector.scim('PATCH', `/Users/${id}`, patchOp({ op: 'Replace', path: 'active', value: 'False' })),
      401,
      'Your account is deactivated',
    ],
    [
      'when Entra deletes the person',
      ({ connector, id }) => connector.scim('DELETE', `/Users/${id}`),
      401,
      'Your account is deactivated',
    ],
    [
      'when Entra takes the role away',
      ({ connector, id }) =>
        connector.scim('PATCH', `/Users/${id}`, patchOp({ op: 'Remove', path: 'roles' })),
      403,
      'Please use the app',
    ],
    [
      'when the user becomes somebody else of Entra’s',
      ({ connector, id }) =>
        connector.scim(
          'PATCH',
          `/Users/${id}`,
          patchOp({ op: 'Replace', path: 'externalId', value: crypto.randomUUID() }),
        ),
      401,
      'You have been signed out',
    ],
    [
      'when the connector is disabled',
      ({ connector }) => connector.patch({ state: 'disabled' }),
      401,
      'Sign-in is closed',
    ],
    [
      'when the connector is deleted',
      ({ connector }) => stack.gatehouse.manage('DELETE', connector.managementPath),
      401,
      'Sign-in is closed',
    ],
  ])('%s', async (...row) => {
    const [, happen, status, heading] = row
    const scene = await signedIn()
    await happen(scene)
    const page = await scene.browser.open(HOME)
    expect([page.status, headingOf(page)]).toEqual([status, heading])
    expect(cookieOf(scene.browser)).toBeUndefined()
    // And it stays over: the next click asks who you are.
    expect(headingOf(await scene.browser.open(HOME))).toBe('Sign in')
  })

  it('of the role that the person has now, each time', async () => {
    const { connector, id, browser } = await signedIn()
    const admin = [{ primary: 'True', type: 'WindowsAzureActiveDirectoryRole', value: 'Admin' }]
    await connector.scim('PATCH', `/Users/${id}`, patchOp({ op: 'Replace', path: 'roles', value: admin }))
    expect((await browser.open(HOME)).html).toContain('>Admin<')
  })
})

describe('signing out', () => {
  it('here ends the session, for a copy of its cookie too', async () => {
    const { browser, home, connector } = await signedIn()
    const thief = browser.copy()
    const page = await submit(browser, home, { scope: 'here' })
    expect([page.status, headingOf(page)]).toEqual([200, 'You are signed out'])
    expect(cookieOf(browser)).toBeUndefined()
    expect(headingOf(await thief.open(HOME))).toBe('You have been signed out')
    expect((await connector.activity()).map(({ operation }) => operation)).toContain('user.signOut')
  })

  it('here leaves other devices signed in', async () => {
    const { browser, home, connector, person } = await signedIn()
    const phone = stack.browser()
    await signIn(phone, connector, person)
    await submit(browser, home, { scope: 'here' })
    expect(headingOf(await phone.open(HOME))).toMatch(/^Hello/)
  })

  it('everywhere ends all of them, and the next sign-in works', async () => {
    const { browser, home, connector, person } = await signedIn()
    const phone = stack.browser()
    await signIn(phone, connector, person)
    await submit(browser, home, { scope: 'everywhere' })
    expect(headingOf(await phone.open(HOME))).toBe('You have been signed out')
    expect((await connector.activity()).map(({ operation }) => operation)).toContain('user.signOutEverywhere')
    expect(headingOf(await signIn(phone, connector, person))).toMatch(/^Hello/)
  })

  it('of Microsoft too ends both, and comes back to us', async () => {
    const { browser, home, connector } = await signedIn()
    const page = await submit(browser, home, { scope: 'microsoft' })
    const at = page.visited.find(({ origin }) => origin === stack.tenant.origin)
    expect(at?.searchParams.get('logout_hint')).toMatch(/^O\./)
    expect(at?.searchParams.get('post_logout_redirect_uri')).toBe(
      `${PUBLIC_BASE_URL}/auth/${connector.id}/web/callback`,
    )
    // Entra's page loads our front-channel address in a frame, then its script goes on to where we asked.
    const [, frame = ''] = /<iframe src="([^"]+)"/.exec(page.html) ?? []
    const [, next = ''] = /id="next" href="([^"]+)"/.exec(page.html) ?? []
    const cookieless = stack.browser()
    expect((await cookieless.open(frame.replaceAll('&#38;', '&'))).status).toBe(200)
    const end = await browser.open(next.replaceAll('&#38;', '&'))
    expect([end.status, headingOf(end)]).toEqual([200, 'You are signed out'])
    expect(headingOf(await browser.open(connector.loginUrl))).toBe('Pick an account')
  })

  it('at Microsoft ends the session here, told by a frame without cookies', async () => {
    const { browser, connector } = await signedIn()
    const logout = await browser.open(`${stack.tenant.origin}/${stack.tenant.tenantId}/oauth2/v2.0/logout`)
    const [, frame = ''] = /<iframe src="([^"]+)"/.exec(logout.html) ?? []
    const told = await stack.browser().open(frame.replaceAll('&#38;', '&'))
    expect([told.status, told.html, told.headers.get('cache-control')]).toEqual([200, '', 'no-store'])
    expect(headingOf(await browser.open(HOME))).toBe('You have been signed out')
    expect((await connector.activity()).map(({ operation }) => operation)).toContain('user.signOutAtEntra')
  })

  it.each(['?sid=unknown', '', '?sid=', '?sid=a&sid=b', `?sid=${'x'.repeat(5_000)}`, '?sid=%00'])(
    'at Microsoft is answered alike, whatever it says: %s',
    async (query) => {
      const { browser, connector } = await signedIn()
      const told = await stack
        .browser()
        .open(`${PUBLIC_BASE_URL}/auth/${connector.id}/frontchannel-logout${query}`)
      expect([told.status, told.html]).toEqual([200, ''])
      expect(headingOf(await browser.open(HOME))).toMatch(/^Hello/)
    },
  )

  it('at Microsoft, told by a flood, is answered alike and soon costs nothing', async () => {
    const { connector } = await signedIn()
    const url = `${PUBLIC_BASE_URL}/auth/${connector.id}/frontchannel-logout?sid=unknown`
    const browser = stack.browser()
    const told = await Promise.all(Array.from({ length: 400 }, () => browser.open(url)))
    expect(new Set(told.map(({ status, html }) => `${status} ${html}`))).toEqual(new Set(['200 ']))
    const lines = stack.gatehouse.logLines.filter((line) => line.includes(connector.id))
    expect(lines.filter((line) => line.includes('"reason":"rate_limited"')).length).toBeGreaterThan(0)
  })

  it('says nothing of connectors that are none', async () => {
    const told = await stack
      .browser()
      .open(`${PUBLIC_BASE_URL}/auth/0123456789abcdef-1/frontchannel-logout?sid=x`)
    expect([told.status, told.html]).toEqual([200, ''])
  })

  it('with a session that is over already is no complaint', async () => {
    const { browser, home } = await signedIn()
    await submit(browser, home, { scope: 'here' })
    expect(headingOf(await submit(browser, home, { scope: 'here' }))).toBe('You are signed out')
  })
})

describe('a form of another site', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['without the token', { csrf: '' }, {}],
    ['with another session’s token', { csrf: 'A'.repeat(43) }, {}],
    [
      'with the token, of another origin',
      {},
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    ],
    [
      'with the token, of a neighbour',
      {},
      { origin: 'https://x.gatehouse.example', 'sec-fetch-site': 'same-site' },
    ],
  ])('signs nobody out: %s', async (_, fields, headers) => {
    const { browser, home, connector } = await signedIn()
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(home.html) ?? []
    const page = await browser.open(`${PUBLIC_BASE_URL}/auth/${connector.id}/logout`, {
      form: { csrf, scope: 'everywhere', ...fields },
      headers,
    })
    expect(page.status).toBe(403)
    expect(headingOf(await browser.open(HOME))).toMatch(/^Hello/)
  })

  it.each(['logout?scope=everywhere', 'logout', 'web/callback?state=signed-out'])(
    'cannot do it by a link, nor tell somebody who is signed in that they are not: %s',
    async (path) => {
      const { browser, connector } = await signedIn()
      const page = await browser.open(`${PUBLIC_BASE_URL}/auth/${connector.id}/${path}`)
      expect(headingOf(page)).toMatch(/^Hello/)
      expect(headingOf(await browser.open(HOME))).toMatch(/^Hello/)
    },
  )
})

describe('fixation', () => {
  it('gains nothing: every sign-in brings a session of its own', async () => {
    const { browser, connector, person } = await signedIn()
    const first = cookieOf(browser)
    await signIn(browser, connector, person)
    expect(cookieOf(browser)).toBeDefined()
    expect(cookieOf(browser)).not.toBe(first)
  })

  it('by a cookie of another purpose, or one that a neighbour could set, is no session', async () => {
    const { browser, connector } = await signedIn()
    const session = cookieOf(browser) ?? ''
    const victim = stack.browser()
    const base = { host: 'gatehouse.example', path: '/' }
    victim.setCookie({ ...base, name: 'session', value: session })
    expect(headingOf(await victim.open(HOME))).toBe('Sign in')
    await victim.open(connector.loginUrl)
    const login = victim.cookies().find(({ name }) => name.startsWith('__Host-login-'))
    victim.setCookie({ ...base, name: '__Host-session', value: login?.value ?? '' })
    expect(headingOf(await victim.open(HOME))).toBe('Sign in')
  })
})

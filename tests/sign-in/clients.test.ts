import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PUBLIC_BASE_URL } from '../support/gatehouse.ts'
import { headingOf, press, submit, type Browser, type Page } from './browser.ts'
import { APP_URI, personAt, PORTAL_URI, startStack, type Stack } from './stack.ts'

let stack: Stack
beforeAll(async () => void (stack = await startStack()))
afterAll(() => stack.close())

/** What a client sends a browser to us with; undefined takes a parameter away. */
function authorizeUrl(parameters: Record<string, string | undefined> = {}): URL {
  const url = new URL(`${PUBLIC_BASE_URL}/auth/authorize`)
  const all = {
    client_id: 'portal',
    redirect_uri: PORTAL_URI,
    response_type: 'code',
    scope: 'openid',
    state: 'their state',
    nonce: 'their nonce',
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return url
}

async function choose(browser: Browser, picker: Page, objectId: string): Promise<URLSearchParams> {
  const end = await press(browser, picker, 'account', objectId)
  expect(end.status).toBe(0)
  return end.url.searchParams
}

describe('a client of the platform', () => {
  it.each([
    ['by connector', 'connector'],
    ['by the organization’s short name', 'organization'],
    ['by the domain of whom it expects', 'login_hint'],
    ['by what the person types', 'signin'],
  ])('gets a code: %s', async (_, how) => {
    const connector = await stack.join()
    const person = personAt(stack, 0)
    await connector.provision(person)
    const browser = stack.browser()
    const known: Record<string, string> = {
      connector: connector.id,
      organization: connector.shortName,
      login_hint: `x@${connector.domain}`,
    }
    const start = await browser.open(authorizeUrl(how in known ? { [how]: known[how] } : {}))
    const picker = how === 'signin' ? await submit(browser, start, { account: connector.shortName }) : start
    const end = await press(browser, picker, 'account', person.objectId)
    expect(end.url.href.startsWith(`${PORTAL_URI}?`)).toBe(true)
    expect(Object.fromEntries(end.url.searchParams)).toEqual({
      code: expect.stringMatching(new RegExp(`^${connector.id}\\.[0-9A-Za-z]{43}$`)),
      state: 'their state',
      iss: PUBLIC_BASE_URL,
    })
    // The portal of ours is another matter.
    expect(browser.cookies().map(({ name }) => name)).not.toContain('__Host-session')
  })

  it.each([
    ['portal', PORTAL_URI, 'access_denied'],
    ['app', APP_URI, null],
  ])('of somebody without a role: %s', async (client_id, redirect_uri, error) => {
    const connector = await stack.join()
    const person = personAt(stack, 1)
    await connector.provision(person, { roles: [] })
    const browser = stack.browser()
    const picker = await browser.open(authorizeUrl({ client_id, redirect_uri, connector: connector.id }))
    const answer = await choose(browser, picker, person.objectId)
    expect([answer.get('error'), answer.has('code')]).toEqual([error, error === null])
  })

  it('hears that the person cancelled, with a reference and nothing beyond ASCII', async () => {
    const connector = await stack.join()
    const browser = stack.browser()
    const picker = await browser.open(authorizeUrl({ connector: connector.id }))
    const { url } = await press(browser, picker, 'cancel', 'yes')
    expect(url.searchParams.get('error')).toBe('access_denied')
    expect(url.searchParams.get('error_description')).toMatch(
      /^[\x20-\x21\x23-\x5b\x5d-\x7e]*\(Reference [0-9a-f-]{36}\)$/,
    )
    expect([url.searchParams.get('state'), url.searchParams.get('iss')]).toEqual([
      'their state',
      PUBLIC_BASE_URL,
    ])
  })

  it('hears that nobody is signed in where it wants no page', async () => {
    const connector = await stack.join()
    for (const parameters of [{}, { connector: connector.id }, { connector: 'none' }]) {
      const { url, status } = await stack.browser().open(authorizeUrl({ prompt: 'none', ...parameters }))
      expect([status, url.searchParams.get('error')]).toEqual([0, 'login_required'])
    }
  })

  it('may ask by a form too', async () => {
    const connector = await stack.join()
    const form = Object.fromEntries(authorizeUrl({ connector: connector.id }).searchParams)
    const page = await stack.browser().open(`${PUBLIC_BASE_URL}/auth/authorize`, {
      form,
      headers: { origin: 'https://portal.example', 'sec-fetch-site': 'cross-site' },
    })
    expect(headingOf(page)).toBe('Pick an account')
  })

  it.each<[string, Record<string, string | undefined>]>([
    ['that is not known', { client_id: 'evil' }],
    ['without a name', { client_id: undefined }],
    ['with an address that is not its own', { redirect_uri: 'https://evil.example/callback' }],
    ['with nearly its own address', { redirect_uri: `${PORTAL_URI}/` }],
    ['with an address of another client', { redirect_uri: APP_URI }],
    ['without an address', { redirect_uri: undefined }],
  ])('%s sends nobody anywhere: the answer is a page', async (_, parameters) => {
    const page = await stack.browser().open(authorizeUrl(parameters))
    expect([page.status, page.url.origin]).toEqual([400, PUBLIC_BASE_URL])
    expect(headingOf(page)).toBeDefined()
  })

  it.each<[string, Record<string, string | undefined>, string]>([
    ['no PKCE', { code_challenge: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['the implicit flow', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['no openid', { scope: 'profile' }, 'invalid_scope'],
  ])('that asks for %s hears of it at its own address', async (_, parameters, error) => {
    const { url, status } = await stack.browser().open(authorizeUrl(parameters))
    expect([status, url.origin]).toEqual([0, 'https://portal.example'])
    expect([url.searchParams.get('error'), url.searchParams.get('state')]).toEqual([error, 'their state'])
  })

  it('learns from an unknown organization no more than from none', async () => {
    const pages = await Promise.all(
      [
        {},
        { organization: 'nobody' },
        { connector: '0123456789abcdef-1' },
        { login_hint: 'x@nobody.example' },
      ].map(async (parameters) => {
        const page = await stack
          .browser()
          .open(authorizeUrl({ code_challenge: 'x'.repeat(43), ...parameters }))
        return [page.status, page.html, page.url.pathname]
      }),
    )
    expect(new Set(pages.map((page) => JSON.stringify(page))).size).toBe(1)
    expect(pages[0]?.[2]).toBe('/signin')
  })
})

describe('a test of settings', () => {
  it('ends at once where Microsoft does not know the tenant, and is kept', async () => {
    const connector = await stack.gatehouse.newConnector({
      oidc: {
        authority: `${stack.tenant.origin}/${crypto.randomUUID()}`,
        clientId: crypto.randomUUID(),
        clientSecret: randomBytes(16).toString('base64url'),
      },
    })
    const link = await stack.gatehouse.manage('POST', `${connector.managementPath}/test-sign-in`, {
      platform: 'web',
    })
    const page = await stack.browser().open(String(link.json.url))
    expect(headingOf(page)).toBe('The test did not succeed')
    const { json } = await stack.gatehouse.manage('GET', connector.managementPath)
    expect(json.oidc.lastTest).toMatchObject({ platform: 'web', step: 'metadata', reason: 'tenant-unknown' })
    expect(json.oidc.active).toBeNull()
  })

  it('says that the secret is wrong, and leaves what is active alone', async () => {
    const connector = await stack.join()
    await connector.patch({ oidc: { clientSecret: randomBytes(16).toString('base64url') } })
    const link = await stack.gatehouse.manage('POST', `${connector.managementPath}/test-sign-in`, {
      platform: 'web',
    })
    const browser = stack.browser()
    const picker = await browser.open(String(link.json.url))
    const page = await press(browser, picker, 'account', personAt(stack, 0).objectId)
    expect(headingOf(page)).toBe('The test did not succeed')
    expect(page.html.match(/class="(done|failed|open)"/g)).toEqual(
      ['done', 'done', 'failed', 'open', 'open'].map((state) => `class="${state}"`),
    )
    const { json } = await stack.gatehouse.manage('GET', connector.managementPath)
    expect(json.oidc.lastTest).toMatchObject({ step: 'redemption', reason: 'secret-wrong' })
    expect(json.oidc.active).not.toBeNull()
    expect(json.oidc.draft).not.toBeNull()
  })

  it('by the app’s redirect URI shows whom it found', async () => {
    const connector = await stack.join()
    const person = personAt(stack, 2)
    await connector.provision(person, { roles: [] })
    const link = await stack.gatehouse.manage('POST', `${connector.managementPath}/test-sign-in`, {
      platform: 'app',
    })
    const browser = stack.browser()
    const page = await press(browser, await browser.open(String(link.json.url)), 'account', person.objectId)
    expect(headingOf(page)).toBe('The test succeeded')
    expect(page.html).toContain(person.objectId)
    expect(page.html).toContain('none (apps only)')
    expect(browser.cookies().map(({ name }) => name)).not.toContain('__Host-session')
  })

  it.each(['', 'x', 'a.b.c.d.e'])('needs its link: ticket %j', async (ticket) => {
    const connector = await stack.join()
    const page = await stack.browser().open(`${PUBLIC_BASE_URL}/auth/${connector.id}/test?ticket=${ticket}`)
    expect(page.status).toBe(400)
    expect(page.html).toContain('This link has expired')
  })
})

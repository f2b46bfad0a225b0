import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PUBLIC_BASE_URL } from '../support/gatehouse.ts'
import { headingOf, submit, type Browser, type Page } from './browser.ts'
import { personAt, signIn, startStack, type Stack } from './stack.ts'

let stack: Stack
beforeAll(async () => void (stack = await startStack()))
afterAll(() => stack.close())

const SETUP = `${PUBLIC_BASE_URL}/setup`

async function newOrganization(plan = 'enterprise'): Promise<string> {
  const { json } = await stack.gatehouse.manage('POST', 'organizations', { name: 'Contoso <b>', plan })
  return String(json.id)
}

async function codeOf(organization: string): Promise<string> {
  const { json } = await stack.gatehouse.manage('POST', `organizations/${organization}/setup-links`)
  return new URL(json.url).hash.slice(1)
}

/** A browser in a setup session, at Organization Setup. */
async function opened(organization: string): Promise<{ browser: Browser; page: Page }> {
  const browser = stack.browser()
  const page = await submit(browser, await browser.open(SETUP), { code: await codeOf(organization) })
  return { browser, page }
}

async function withConnector(): Promise<{ browser: Browser; page: Page; start: Page }> {
  const { browser, page: start } = await opened(await newOrganization())
  const page = await submit(browser, start, { name: 'Contoso', add: 'entra' })
  return { browser, page, start }
}

const passwordIn = ({ html }: Page): string | undefined => /gh_scim_[A-Za-z0-9]+/.exec(html)?.[0]

/** The token of a page's forms. */
const csrfOf = ({ html }: Page): string => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''

describe('a setup link', () => {
  it('opens Organization Setup once, and escapes the name that it finds there', async () => {
    const code = await codeOf(await newOrganization())
    const browser = stack.browser()
    const page = await submit(browser, await browser.open(SETUP), { code })
    expect([page.url.pathname, headingOf(page)]).toEqual(['/setup/organization', 'Organization Setup'])
    expect(page.html).toContain('value="Contoso &lt;b')
    const other = stack.browser()
    const again = await submit(other, await other.open(SETUP), { code })
    expect([again.status, other.cookies()]).toEqual([400, []])
    expect(again.html).not.toContain(code)
  })

  it('is asked for where nobody is signed in', async () => {
    const page = await stack.browser().open(`${SETUP}/organization`)
    expect(headingOf(page)).toBe('Sign in')
  })
})

describe('a new connector', () => {
  it('shows its password once', async () => {
    const { browser, page } = await withConnector()
    expect(headingOf(page)).toBe('Azure Active Directory')
    const password = passwordIn(page) ?? 'none'
    const { pathname } = page.url
    const answer = await fetch(`${stack.gatehouse.url}/scim/v2/${pathname.split('/').at(-1)}/Users`, {
      headers: { authorization: `Bearer ${password}` },
    })
    expect(answer.status).toBe(200)
    const reloaded = await browser.open(page.url)
    expect(passwordIn(reloaded)).toBeUndefined()
    expect(reloaded.html).toContain(`••••${password.slice(-4)}`)
    expect(stack.gatehouse.logLines.join('\n')).not.toContain(password)
  })

  it('is made once by a form that is sent twice', async () => {
    const { browser, page, start } = await withConnector()
    const again = await submit(browser, start, { name: 'Contoso', add: 'entra' })
    expect(again.url.href).toBe(page.url.href)
  })

  it('has both redirect URIs, the public client’s first', async () => {
    const { page } = await withConnector()
    const [app, web] = ['Public client (mobile &amp; desktop)', 'Redirect URI 2: Web'].map((text) =>
      page.html.indexOf(text),
    )
    expect(app).toBeGreaterThan(0)
    expect(web).toBeGreaterThan(app ?? 0)
    expect(page.html).toMatch(/\/app\/callback.*\/web\/callback/s)
  })

  it('asks again before a password goes that Entra has just used', async () => {
    const { browser, page } = await withConnector()
    await fetch(`${stack.gatehouse.url}/scim/v2/${page.url.pathname.split('/').at(-1)}/Users`, {
      headers: { authorization: `Bearer ${passwordIn(page)}` },
    })
    const rotated = await browser.open(page.url, { form: { csrf: csrfOf(page), do: 'rotate' } })
    expect(passwordIn(rotated)).not.toBe(passwordIn(page))
    const [, id = ''] = /value="revoke:([^"]+)"/.exec(page.html) ?? []
    const form = { csrf: csrfOf(page), do: `revoke:${id}` }
    const asked = await browser.open(page.url, { form })
    expect([asked.status, asked.html.includes('Revoke it all the same')]).toEqual([409, true])
    const gone = await browser.open(page.url, { form: { ...form, confirm: id } })
    expect([gone.status, gone.html.includes(id)]).toEqual([200, false])
  })
})

const settings = (): Record<string, string> => ({
  authority: stack.tenant.issuer,
  clientId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  clientSecret: 'a secret of forty characters or thereabouts',
  enabled: 'on',
  linkByUserName: 'on',
})

describe('sign-in settings', () => {
  it.each([
    ['authority', 'https://login.microsoftonline.com/common', 'would let people of any tenant'],
    ['clientId', 'not-a-guid', 'The client id is not well-formed'],
    ['clientSecret', '0f8fad5b-d9cb-469f-a165-70867728950f', 'This is the id of the client secret'],
    ['clientSecretExpiresAt', '2001-01-01', 'has expired by this date'],
  ])('that are wrong in %s say so beside it, and keep what was typed', async (field, value, sentence) => {
    const { browser, page } = await withConnector()
    const form = { authority: '', ...settings(), csrf: csrfOf(page), do: 'save', [field]: value }
    const refused = await browser.open(page.url, { form })
    expect(refused.status).toBe(400)
    expect(refused.html).toMatch(new RegExp(`id="${field}-error"[^>]*>[^<]*${sentence}`))
    expect(refused.html).toContain(`value="${value}"`)
    expect(refused.html).toContain(`value="${form.authority}"`)
  })

  it('that are right wait for a test, whose button leads to Microsoft', async () => {
    const { browser, page } = await withConnector()
    const csrf = csrfOf(page)
    const saved = await browser.open(page.url, { form: { ...settings(), csrf, do: 'save' } })
    expect([saved.status, saved.html.includes('wait for a test')]).toEqual([200, true])
    expect(saved.html).not.toContain(settings()['clientSecret'])
    const left = await browser.open(page.url, { form: { csrf, do: 'test:web' } })
    expect(left.visited.map(({ pathname }) => pathname.split('/').at(-1))).toContain('test')
    expect(left.url.origin).toBe(stack.tenant.origin)
  })
})

describe('who may not', () => {
  it.each([
    ['ReadOnly', 403],
    ['User', 403],
    ['Admin', 200],
    ['EnterpriseAdmin', 200],
  ])('see the setup: %s is answered %i', async (role, status) => {
    const connector = await stack.join()
    const person = personAt(stack, 0)
    const roles = [{ primary: 'True', type: 'WindowsAzureActiveDirectoryRole', value: role }]
    await connector.provision(person, { roles })
    const browser = stack.browser()
    await signIn(browser, connector, person)
    const page = await browser.open(`${SETUP}/connectors/${connector.id}`)
    expect(page.status).toBe(status)
    const changed = await browser.open(page.url, { form: { csrf: csrfOf(page), do: 'rotate' } })
    expect(changed.status).toBe(role === 'EnterpriseAdmin' ? 200 : 403)
  })

  it.each([
    ['without a token', {}, {}],
    ['with a wrong token', { csrf: 'x'.repeat(43) }, {}],
    ['from another site', undefined, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ])('send a form %s', async (_, form, headers) => {
    const { browser, page } = await withConnector()
    const sent = { do: 'rotate', ...(form ?? { csrf: csrfOf(page) }) }
    expect((await browser.open(page.url, { form: sent, headers })).status).toBe(403)
    expect((await browser.open(page.url)).html.match(/value="revoke:/g)).toHaveLength(1)
  })

  it('reach another organization’s connector', async () => {
    const { page } = await withConnector()
    const { browser } = await opened(await newOrganization())
    expect((await browser.open(page.url)).status).toBe(404)
  })

  it('add one on the standard plan, which reads whom to ask', async () => {
    const { browser, page } = await opened(await newOrganization('standard'))
    expect(page.html).toContain('Enterprise Edition plan')
    expect(page.html).not.toContain('name="add"')
    expect((await submit(browser, page, { name: 'Contoso', add: 'entra' })).status).toBe(403)
  })
})

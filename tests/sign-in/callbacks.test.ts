import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PUBLIC_BASE_URL } from '../support/gatehouse.ts'
import { headingOf, press, type Browser, type Page } from './browser.ts'
import { personAt, signIn, startStack, type Joined, type Stack } from './stack.ts'

let stack: Stack
beforeAll(async () => void (stack = await startStack()))
afterAll(() => stack.close())

interface Returned {
  readonly connector: Joined
  readonly browser: Browser
  /** The address to which Entra sends this browser, not yet opened. */
  readonly callback: URL
}

/** Somebody who has just come back from Entra. */
async function returned(): Promise<Returned> {
  const connector = await stack.join()
  const person = personAt(stack, 0)
  await connector.provision(person)
  const browser = stack.browser()
  const picker = await browser.open(connector.loginUrl)
  return { connector, browser, callback: await callbackOf(browser, picker, person.objectId) }
}

/** Chooses an account at Entra without following it back to us. */
async function callbackOf(browser: Browser, picker: Page, objectId: string): Promise<URL> {
  let url = new URL(`${picker.url.origin}${picker.url.pathname}`)
  let page = await browser.open(url, { form: { account: objectId }, stay: true })
  for (let hop = 0; hop < 5; hop++) {
    url = new URL(page.headers.get('location') ?? '', url)
    if (url.origin === PUBLIC_BASE_URL) return url
    page = await browser.open(url, { stay: true })
  }
  throw new Error('Entra sends nobody back.')
}

const hasSession = (browser: Browser): boolean =>
  browser.cookies().some(({ name }) => name === '__Host-session')

/** One log line of the callback, with its reason. */
function lastReason(): unknown {
  const lines = stack.gatehouse.logLines.filter((line) => line.includes('/callback"'))
  return JSON.parse(lines.at(-1) ?? '{}').reason
}

function withParameters(url: URL, change: (query: URLSearchParams) => void): URL {
  const changed = new URL(url)
  change(changed.searchParams)
  return changed
}

describe('a callback', () => {
  it('as it came signs in', async () => {
    const { browser, callback } = await returned()
    expect(headingOf(await browser.open(callback))).toMatch(/^Hello/)
  })

  it.each<[string, (query: URLSearchParams) => void, string]>([
    ['without anything', (query) => [...query.keys()].forEach((name) => query.delete(name)), 'state-missing'],
    ['without a state', (query) => query.delete('state'), 'state-missing'],
    ['with an empty state', (query) => query.set('state', ''), 'state-missing'],
    ['with another state', (query) => query.set('state', 'A'.repeat(43)), 'state-mismatch'],
    [
      'with half the state',
      (query) => query.set('state', String(query.get('state')).slice(0, 20)),
      'state-mismatch',
    ],
    ['with two states', (query) => query.append('state', 'x'), 'parameter-repeated'],
    ['with two codes', (query) => query.append('code', 'x'), 'parameter-repeated'],
    ['without a code', (query) => query.delete('code'), 'code-missing'],
    ['with another code', (query) => query.set('code', 'x'), 'code-refused'],
    ['with a foreign issuer', (query) => query.set('iss', 'https://evil.example'), 'foreign-issuer'],
    ['with an error that nobody knows', (query) => query.set('error', '<script>'), 'entra-refused'],
    ['with a state beyond ASCII', (query) => query.set('state', '\u0000\ud83d\ude00'), 'state-mismatch'],
  ])('%s ends in a page and a reason', async (_, change, reason) => {
    const { browser, callback } = await returned()
    const page = await browser.open(withParameters(callback, change))
    expect(page.status).toBeGreaterThanOrEqual(400)
    expect([page.status === 500, lastReason()]).toEqual([false, reason])
    expect(page.html).toMatch(/^<!doctype html>/)
    expect(page.html).not.toContain('<script')
    expect(hasSession(browser)).toBe(false)
  })

  it('a second time is no second sign-in, in the same browser or with its old cookie', async () => {
    const { browser, callback } = await returned()
    const before = browser.copy()
    await browser.open(callback)
    expect((await browser.open(callback)).status).toBe(400)
    expect(lastReason()).toBe('state-mismatch')
    const again = await before.open(callback)
    expect(again.status).toBeGreaterThanOrEqual(400)
    expect(hasSession(before)).toBe(false)
  })

  it('in another browser signs nobody in there: neither a thief nor a victim', async () => {
    const { callback } = await returned()
    const other = stack.browser()
    const page = await other.open(callback)
    expect([page.status, headingOf(page), lastReason()]).toEqual([
      400,
      'This sign-in did not begin here',
      'state-mismatch',
    ])
    expect(hasSession(other)).toBe(false)
  })

  it('in a browser that has begun a sign-in of its own keeps that one open', async () => {
    const { callback } = await returned()
    const connector = await stack.join()
    const person = personAt(stack, 1)
    await connector.provision(person)
    const victim = stack.browser()
    const picker = await victim.open(connector.loginUrl)
    expect((await victim.open(callback)).status).toBe(400)
    expect(headingOf(await press(victim, picker, 'account', person.objectId))).toMatch(/^Hello/)
  })

  it.each([
    ['of another connector', true, 'web', 'connector-mismatch'],
    ['of the other platform', false, 'app', 'platform-mismatch'],
  ])('at the address %s is refused', async (...row) => {
    const [, isOther, platform, reason] = row
    const { browser, callback, connector } = await returned()
    const at = isOther ? await stack.join() : connector
    const moved = new URL(`${PUBLIC_BASE_URL}/auth/${at.id}/${platform}/callback${callback.search}`)
    expect((await browser.open(moved)).status).toBe(400)
    expect(lastReason()).toBe(reason)
    expect(hasSession(browser)).toBe(false)
  })

  it.each([
    ['disabled', ({ connector }: Returned) => connector.patch({ state: 'disabled' })],
    ['deleted', ({ connector }: Returned) => stack.gatehouse.manage('DELETE', connector.managementPath)],
  ])('of a connector that has been %s meanwhile is a page', async (_, happen) => {
    const scene = await returned()
    await happen(scene)
    const page = await scene.browser.open(scene.callback)
    expect([page.status, headingOf(page)]).toEqual([404, 'Sign-in is closed'])
    expect(hasSession(scene.browser)).toBe(false)
  })

  it('is not spent by a program that only looks (HEAD), nor taken as a form', async () => {
    const { browser, callback } = await returned()
    expect((await browser.open(callback, { method: 'HEAD' })).status).toBe(405)
    expect((await browser.open(callback, { form: { state: 'x' } })).status).toBe(405)
    expect(headingOf(await browser.open(callback))).toMatch(/^Hello/)
  })

  it.each([
    '/auth',
    '/auth/x/web/callback',
    '/auth/0123456789abcdef-1/web/login',
    '/auth/a/b/c/d',
    '/auth/x/web',
  ])('that is none of ours is a page too: %s', async (path) => {
    const page = await stack.browser().open(PUBLIC_BASE_URL + path)
    expect([400, 404]).toContain(page.status)
    expect(headingOf(page)).toBeDefined()
  })
})

describe('several tabs', () => {
  it('sign in beside each other', async () => {
    const connector = await stack.join()
    const person = personAt(stack, 2)
    await connector.provision(person)
    const browser = stack.browser()
    const [first, second] = [await browser.open(connector.loginUrl), await browser.open(connector.loginUrl)]
    for (const picker of [second, first])
      expect(headingOf(await press(browser, picker, 'account', person.objectId))).toMatch(/^Hello/)
  })

  it('that are never finished leave at most five cookies', async () => {
    const connector = await stack.join()
    const browser = stack.browser()
    for (let tab = 0; tab < 8; tab++) await browser.open(connector.loginUrl, { stay: true })
    expect(browser.cookies().filter(({ name }) => name.startsWith('__Host-login-'))).toHaveLength(5)
  })
})

describe('the log', () => {
  it('has one line for each answer, and none of the callback’s query', async () => {
    const { browser, callback } = await returned()
    const before = stack.gatehouse.logLines.length
    await browser.open(callback)
    const lines = stack.gatehouse.logLines.slice(before).map((line) => JSON.parse(line))
    expect(lines.map(({ route, status }) => [route, status])).toEqual([
      ['auth/{connector}/web/callback', 303],
      ['/', 200],
    ])
    expect(JSON.stringify(lines)).not.toContain(callback.searchParams.get('code'))
  })

  it('names who signed in by id', async () => {
    const connector = await stack.join()
    const person = personAt(stack, 4)
    const id = await connector.provision(person)
    await signIn(stack.browser(), connector, person)
    const line = stack.gatehouse.logLines.findLast((text) => text.includes('/callback"'))
    expect(JSON.parse(line ?? '{}')).toMatchObject({ connector: connector.id, user: id, status: 303 })
  })
})

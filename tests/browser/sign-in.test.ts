import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf, findChromium } from './chromium.ts'
import { start, type Started } from './stack.ts'

/* What `npm start` promises, in a real browser: the rules of cookies, forms and redirects that no test of ours invents. */

const executablePath = findChromium()
const shots = mkdtempSync(join(tmpdir(), 'gatehouse-screens-'))

const SCREENS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['a desk in daylight', { viewport: { width: 1100, height: 800 } }],
  ['a phone at night', { viewport: { width: 360, height: 740 }, colorScheme: 'dark', deviceScaleFactor: 2 }],
]

/** Waits for the page with that heading. */
function heading(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('heading', { name }).waitFor()
}

describe.skipIf(executablePath === undefined).each(SCREENS)('at %s', (name, options) => {
  let started: Started
  let browser: Browser
  beforeAll(async () => {
    started = await start()
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await started.close()
  })

  const visit = async (): Promise<Page> => (await browser.newContext(options)).newPage()
  let shot = 0
  /** Keeps what the page looks like, and wants nothing wrong with it. */
  const look = async (page: Page): Promise<void> => {
    await page.screenshot({ path: join(shots, `${name.replaceAll(' ', '-')}-${++shot}.png`), fullPage: true })
    expect(await faultsOf(page)).toEqual([])
  }

  it('somebody with a role types an address, signs in, and out of Microsoft too', async () => {
    const page = await visit()
    await page.goto(`${started.url}/`)
    await look(page)
    const account = page.getByLabel('Work e-mail address or organization')
    await account.fill('nobody@nowhere.example')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('alert').waitFor()
    await look(page)

    await account.fill(started.withRole)
    await account.press('Enter')
    await page.locator('button[data-hinted]').click()
    await heading(page, /^Hello, /)
    expect(page.url()).toBe(`${started.url}/`)
    await page.getByText('More ways to sign out').click()
    await look(page)

    await page.getByRole('button', { name: 'Sign out of Microsoft too' }).click()
    await heading(page, 'You are signed out')
    await look(page)
    await page.getByRole('link', { name: 'Sign in again' }).click()
    await heading(page, 'Pick an account')
  })

  it('somebody without a role is told to use the app', async () => {
    const page = await visit()
    await page.goto(started.link)
    await page.getByRole('button', { name: started.withoutRole }).click()
    await heading(page, 'Please use the app')
    await look(page)
    await page.goto(`${started.url}/`)
    await heading(page, 'Sign in')
    expect(page.url()).toBe(`${started.url}/signin`)
  })

  it('who signs out here stays out, by the back button too', async () => {
    const page = await visit()
    await page.goto(started.link)
    await page.getByRole('button', { name: started.withRole }).click()
    await heading(page, /^Hello, /)
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await heading(page, 'You are signed out')
    await page.goBack()
    await heading(page, 'Sign in')
    expect(page.url()).toBe(`${started.url}/signin`)
  })

  it('an answer that did not begin here is a page to read', async () => {
    const page = await visit()
    const response = await page.goto(started.link.replace('/login', '/callback?code=x&state=y'))
    expect(response?.status()).toBe(400)
    await heading(page, 'This sign-in did not begin here')
    await look(page)
  })

  it('whom Entra deactivates is out at the next click', async () => {
    const page = await visit()
    await page.goto(started.link)
    await page.getByRole('button', { name: started.withRole }).click()
    await heading(page, /^Hello, /)
    await started.cycle('--disable', started.withRole)
    await page.reload()
    await heading(page, 'Your account is deactivated')
    await look(page)
    expect((await page.context().cookies(started.url)).map((cookie) => cookie.name)).not.toContain('session')
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PUBLIC_BASE_URL } from '../support/gatehouse.ts'
import { headingOf, press, submit } from './browser.ts'
import { personAt, signIn, startStack, type Stack } from './stack.ts'

let stack: Stack
beforeAll(async () => void (stack = await startStack()))
afterAll(() => stack.close())

describe('signing in to the portal', () => {
  it('begins with an e-mail address and ends with a greeting by name and role', async () => {
    const connector = await stack.join()
    const person = personAt(stack, 0)
    await connector.provision(person)
    const browser = stack.browser()

    const start = await browser.open(`${PUBLIC_BASE_URL}/`)
    expect(headingOf(start)).toBe('Sign in')
    const picker = await submit(browser, start, { account: `somebody@${connector.domain}` })
    expect(headingOf(picker)).toBe('Pick an account')
    const home = await press(browser, picker, 'account', person.objectId)

    expect(headingOf(home)).toBe(`Hello, ${person.displayName}`)
    expect(home.html).toContain('>User<')
    expect(home.url.href).toBe(`${PUBLIC_BASE_URL}/`)
  })

  it('leaves no address in any URL of ours', async () => {
    const connector = await stack.join()
    const browser = stack.browser()
    const start = await browser.open(`${PUBLIC_BASE_URL}/signin`)
    const address = `private.person@${connector.domain}`
    const { visited } = await submit(browser, start, { account: address })
    const ours = visited.filter(({ origin }) => origin === PUBLIC_BASE_URL)
    expect(ours.length).toBeGreaterThan(1)
    expect(ours.map(({ href }) => href).filter((href) => href.includes('private'))).toEqual([])
    expect(visited.find(({ origin }) => origin === stack.tenant.origin)?.searchParams.get('login_hint')).toBe(
      address,
    )
  })

  it('takes the short name of the organization too', async () => {
    const connector = await stack.join()
    const browser = stack.browser()
    const start = await browser.open(`${PUBLIC_BASE_URL}/signin`)
    expect(headingOf(await submit(browser, start, { account: connector.shortName }))).toBe('Pick an account')
  })

  it('says the same of a domain that nobody has and of one without sign-in', async () => {
    const { organization } = await stack.gatehouse.newConnector()
    await stack.gatehouse.manage('PATCH', `organizations/${organization}`, { domains: ['closed.example'] })
    const browser = stack.browser()
    const start = await browser.open(`${PUBLIC_BASE_URL}/signin`)
    const closed = await submit(browser, start, { account: 'x@closed.example' })
    const unknown = await submit(browser, start, { account: 'x@nobody.example' })
    expect(closed.html).toContain('Nobody signs in here with that')
    expect(closed.html.replaceAll('closed.example', 'nobody.example')).toBe(unknown.html)
    expect([closed.status, closed.setCookies]).toEqual([unknown.status, unknown.setCookies])
  })

  it('comes back to the page that was wanted', async () => {
    const connector = await stack.join()
    const person = personAt(stack, 1)
    await connector.provision(person)
    const browser = stack.browser()
    const picker = await browser.open(`${connector.loginUrl}?returnTo=${encodeURIComponent('/?page=2')}`)
    expect((await press(browser, picker, 'account', person.objectId)).url.href).toBe(
      `${PUBLIC_BASE_URL}/?page=2`,
    )
  })

  it.each([
    'https://evil.example',
    '//evil.example',
    '/..//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https:evil.example',
    '\\\\evil.example',
    '/%2f%2fevil.example',
  ])('never ends elsewhere: %j', async (returnTo) => {
    const connector = await stack.join()
    const person = personAt(stack, 2)
    await connector.provision(person)
    const browser = stack.browser()
    const picker = await browser.open(`${connector.loginUrl}?returnTo=${encodeURIComponent(returnTo)}`)
    const end = await press(browser, picker, 'account', person.objectId)
    expect(end.url.href).toBe(`${PUBLIC_BASE_URL}/`)
  })

  it('writes what happened into the activity', async () => {
    const connector = await stack.join()
    const person = personAt(stack, 3)
    await connector.provision(person)
    await signIn(stack.browser(), connector, person)
    const operations = (await connector.activity()).map(({ operation }) => operation)
    expect(operations).toEqual(expect.arrayContaining(['user.link', 'user.signIn']))
  })

  it('sets cookies that no script reads and no other site sends', async () => {
    const connector = await stack.join()
    const person = personAt(stack, 4)
    await connector.provision(person)
    const browser = stack.browser()
    const picker = await browser.open(connector.loginUrl)
    const home = await press(browser, picker, 'account', person.objectId)
    const ours = [...picker.setCookies, ...home.setCookies].filter((line) => line.startsWith('__Host-'))
    expect(ours.map((line) => line.split('=')[0])).toEqual(
      expect.arrayContaining([expect.stringMatching(/^__Host-login-/), '__Host-session']),
    )
    for (const line of ours) {
      expect(line.toLowerCase()).toMatch(/; path=\/(?:;|$)/)
      expect(line.toLowerCase()).toMatch(/; secure/)
      expect(line.toLowerCase()).toMatch(/; httponly/)
      expect(line.toLowerCase()).toMatch(/; samesite=lax/)
      expect(line.toLowerCase()).not.toContain('domain=')
      expect(line.length).toBeLessThan(4_096)
    }
    // The login is over: its cookie is gone.
    expect(browser.cookies().filter(({ name }) => name.startsWith('__Host-login-'))).toEqual([])
  })
})

describe('who is not let in', () => {
  it.each([
    ['who was never provisioned', undefined, 'Your account is not here yet'],
    ['who is deactivated', { active: false }, 'Your account is deactivated'],
    ['who has no role', { roles: [] }, 'Please use the app'],
  ])('is somebody %s', async (_, overrides, heading) => {
    const connector = await stack.join()
    const person = personAt(stack, 5)
    if (overrides !== undefined) await connector.provision(person, overrides)
    const browser = stack.browser()

    const page = await signIn(browser, connector, person)

    expect([page.status, headingOf(page)]).toEqual([403, heading])
    expect(page.html).toMatch(/<dt>Reference<\/dt><dd><code>[0-9a-f-]{36}<\/code>/)
    expect(browser.cookies().map(({ name }) => name)).not.toContain('__Host-session')
    expect(headingOf(await browser.open(`${PUBLIC_BASE_URL}/`))).toBe('Sign in')
  })

  it('is somebody who cancels at Microsoft, and may try again', async () => {
    const connector = await stack.join()
    const browser = stack.browser()
    const page = await press(browser, await browser.open(connector.loginUrl), 'cancel', 'yes')
    expect([page.status, headingOf(page)]).toEqual([403, 'The sign-in was cancelled'])
    expect(page.html).toContain(`href="/auth/${connector.id}/web/login"`)
  })

  it('is told of an outage of Microsoft’s as of an outage', async () => {
    const connector = await stack.join()
    const person = personAt(stack, 8)
    await connector.provision(person)
    const browser = stack.browser()
    const picker = await browser.open(connector.loginUrl)
    stack.tenant.setFaults({ token: 'error' })
    const page = await press(browser, picker, 'account', person.objectId)
    stack.tenant.setFaults({})
    expect([page.status, headingOf(page)]).toEqual([503, 'Microsoft sign-in is having trouble'])
    expect(page.headers.get('retry-after')).toMatch(/^\d+$/)
  })
})

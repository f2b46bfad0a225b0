import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { may, type Capability } from '../../shared/kernel/capabilities.ts'
import { ROLES, type Role } from '../../shared/kernel/roles.ts'
import { headingOf, submit, type Browser, type Page } from '../sign-in/browser.ts'
import { personAt, signIn, startStack, type Joined, type Stack } from '../sign-in/stack.ts'
import { entraGroup, entraUser, PUBLIC_BASE_URL } from '../support/gatehouse.ts'

const HOSTILE = '<img src=x onerror=alert(1)>"\'&amp;'

let stack: Stack
let connector: Joined
let other: string
let group: string
const browsers = new Map<Role, Browser>()

beforeAll(async () => {
  stack = await startStack()
  connector = await stack.join()
  for (const [index, role] of ROLES.entries()) {
    const person = personAt(stack, index)
    await connector.provision(person, { roles: [{ primary: 'True', value: role }] })
    const browser = stack.browser()
    await signIn(browser, connector, person)
    browsers.set(role, browser)
  }
  other = await newUser({ displayName: HOSTILE, title: HOSTILE })
  const made = await connector.scim(
    'POST',
    '/Groups',
    entraGroup({ displayName: HOSTILE, members: [{ value: other }] }),
  )
  group = String(made.json.id)
})
afterAll(() => stack.close())

async function newUser(overrides: Record<string, unknown> = {}): Promise<string> {
  return String((await connector.scim('POST', '/Users', entraUser(overrides))).json.id)
}

function open(role: Role, path: string): Promise<Page> {
  const browser = browsers.get(role)
  if (browser === undefined) throw new Error(`Nobody is ${role}.`)
  return browser.open(PUBLIC_BASE_URL + path)
}

const personPath = (id: string): string => `/users/${connector.id}/${id}`

async function press(role: Role, id: string, fields: Record<string, string>): Promise<Page> {
  const browser = browsers.get(role)
  const page = await open(role, personPath(id))
  if (browser === undefined) throw new Error(`Nobody is ${role}.`)
  return submit(browser, page, fields)
}

const PAGES: readonly (readonly [path: () => string, capability: Capability])[] = [
  [() => '/users', 'seeDirectory'],
  [() => '/groups', 'seeDirectory'],
  [() => personPath(other), 'seeDirectory'],
  [() => `/groups/${connector.id}/${group}`, 'seeDirectory'],
  [() => '/activity', 'seeActivity'],
  [() => '/activity/export?format=csv', 'exportActivity'],
  [() => '/activity/export?format=ndjson', 'exportActivity'],
]

const BUTTONS: readonly (readonly [action: string, capability: Capability])[] = [
  ['sign-out', 'managePeople'],
  ['end-grant', 'managePeople'],
  ['unlink', 'managePeople'],
  ['free-email', 'managePeople'],
  ['restore', 'restorePeople'],
  ['purge', 'purgePeople'],
]

describe('who may see what', () => {
  it.each(ROLES)('%s sees what the table of capabilities says', async (role) => {
    for (const [path, capability] of PAGES) {
      const { status } = await open(role, path())
      expect([path(), status]).toEqual([path(), may({ kind: 'person', role }, capability) ? 200 : 403])
    }
  })

  it.each(ROLES)('%s may press the buttons that the table says', async (role) => {
    const home = await open(role, '/')
    const csrf = /name="csrf" value="([^"]+)"/.exec(home.html)?.[1] ?? ''
    for (const [action, capability] of BUTTONS) {
      const id = await newUser()
      const form = { csrf, action }
      const page = await browsers.get(role)?.open(PUBLIC_BASE_URL + personPath(id), { form, stay: true })
      const isAllowed = may({ kind: 'person', role }, capability)
      // Whoever is active keeps the e-mail, and nobody who is there is restored or purged.
      const done = ['free-email', 'restore', 'purge'].includes(action) ? 409 : 303
      expect([action, page?.status]).toEqual([action, isAllowed ? done : 403])
    }
  })

  it('sends a stranger to sign in', async () => {
    for (const [path] of PAGES) {
      const page = await stack.browser().open(PUBLIC_BASE_URL + path(), { stay: true })
      expect([path(), page.status]).toEqual([path(), 302])
    }
  })

  it('refuses a form without the token of the session', async () => {
    const form = { csrf: 'guessed', action: 'sign-out' }
    const page = await browsers.get('Admin')?.open(PUBLIC_BASE_URL + personPath(other), { form })
    expect(page?.status).toBe(403)
  })

  it('shows nothing of another organization', async () => {
    const foreign = await stack.gatehouse.newConnector()
    const { json } = await foreign.scim('POST', '/Users', entraUser())
    for (const path of [`/users?connector=${foreign.id}`, `/users/${foreign.id}/${json.id}`])
      expect((await open('EnterpriseAdmin', path)).status).toBe(404)
  })
})

describe('what the pages show', () => {
  it('writes hostile names as text, on every page', async () => {
    for (const path of [
      '/users?q=%3Cimg',
      '/groups',
      personPath(other),
      `/groups/${connector.id}/${group}`,
    ]) {
      const { html } = await open('EnterpriseAdmin', path)
      expect(html).toContain('&lt;img src=x onerror=alert(1)')
      expect(html).not.toContain('<img src=x')
      expect(html).not.toMatch(/<script(?! src=)|<style|<[^>]* style=|<[^>]* on\w+=/)
    }
  })

  it('finds people by the first letters of a name, by e-mail and by state', async () => {
    const id = await newUser({ displayName: 'Quentin Zabriskie', active: false })
    for (const query of ['q=quent', 'q=quent&state=inactive'])
      expect((await open('ReadOnly', `/users?${query}`)).html).toContain(personPath(id))
    expect((await open('ReadOnly', '/users?q=quent&state=active')).html).toContain('Nobody is found.')
  })

  it('goes through a long list of members page by page', async () => {
    const ids: string[] = []
    for (let i = 0; i < 60; i++) ids.push(await newUser())
    const members = ids.map((value) => ({ value }))
    const { json } = await connector.scim('POST', '/Groups', entraGroup({ members }))
    const first = await open('ReadOnly', `/groups/${connector.id}/${json.id}`)
    const [, next = ''] = /href="([^"]+)">More members/.exec(first.html) ?? []
    const second = await open('ReadOnly', next.replaceAll('&amp;', '&'))
    const shown = (html: string): readonly string[] => ids.filter((id) => html.includes(personPath(id)))
    expect([shown(first.html).length, shown(second.html).length]).toEqual([50, 10])
    expect(new Set([...shown(first.html), ...shown(second.html)]).size).toBe(60)
  })

  it('hides the buttons from who may not press them', async () => {
    expect((await open('User', personPath(other))).html).not.toContain('Sign out everywhere')
    expect((await open('Admin', personPath(other))).html).toContain('Sign out everywhere')
  })
})

describe('what the buttons do', () => {
  it('signs a person out everywhere and says so', async () => {
    const page = await press('Admin', await newUser(), { action: 'sign-out' })
    expect(page.html).toContain('All sessions and grants of this person have ended.')
  })

  it('restores a deleted person, and purges one for good', async () => {
    const id = await newUser({ displayName: 'Orla Quill' })
    await connector.scim('DELETE', `/Users/${id}`)
    expect((await open('EnterpriseAdmin', '/users?state=deleted')).html).toContain(personPath(id))
    expect((await press('EnterpriseAdmin', id, { action: 'restore' })).html).toContain('is restored')
    expect((await connector.scim('GET', `/Users/${id}`)).status).toBe(200)

    await connector.scim('DELETE', `/Users/${id}`)
    expect(headingOf(await press('EnterpriseAdmin', id, { action: 'purge' }))).toBe('Users')
    expect((await open('EnterpriseAdmin', personPath(id))).status).toBe(404)
  })

  it('frees the e-mail of a deactivated person', async () => {
    const id = await newUser({ active: false })
    const page = await press('Admin', id, { action: 'free-email' })
    expect(page.html).toContain('Somebody else can have the e-mail address now.')
    expect(page.html).not.toContain('Free the e-mail address')
  })
})

describe('the activity page', () => {
  it('shows a failure with its cause and what to do about it, and only failures where asked', async () => {
    const user = entraUser()
    await connector.scim('POST', '/Users', user)
    expect((await connector.scim('POST', '/Users', { ...user, externalId: 'other' })).status).toBe(409)
    const { html } = await open('Admin', '/activity?result=failed&kind=people')
    expect(html).toContain('Another user has this user name.')
    expect(html).not.toContain('>Succeeded</span>')
  })

  it('has a picture of the day and of the month', async () => {
    const { html } = await open('Admin', '/activity')
    expect(html.match(/<svg class="bars"/g)).toHaveLength(2)
    expect(html.match(/<g>/g)).toHaveLength(54)
  })

  it.each([
    ['csv', 'text/csv; charset=utf-8', 'time,kind,operation'],
    ['ndjson', 'application/x-ndjson', '"operation":'],
  ])('goes out as %s', async (format, type, text) => {
    const page = await open('Admin', `/activity/export?format=${format}`)
    expect(page.headers.get('content-type')).toBe(type)
    expect(page.headers.get('content-disposition')).toContain(`activity.${format}`)
    expect(page.html).toContain(text)
  })
})

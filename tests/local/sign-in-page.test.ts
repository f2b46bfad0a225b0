import { describe, expect, it } from 'vitest'
import {
  disableUser,
  enableUser,
  hardDeleteUser,
  softDeleteUser,
  unassignUser,
} from '../../local/entra/directory-changes.ts'
import type { Directory } from '../../local/entra/directory.ts'
import {
  aadsts,
  authorizationRequest,
  claimsOf,
  newBrowser,
  press,
  redeem,
  signIn,
  startScene,
  type Browser,
  type Page,
  type Scene,
} from './sign-in-browser.ts'

async function open(scene: Scene, browser: Browser, parameters = {}): Promise<Page> {
  return browser.open(authorizationRequest(scene, parameters).url)
}

function isPicker({ html }: Page): boolean {
  return html.includes('Pick an account')
}

function accounts({ html }: Page): readonly string[] {
  return [...html.matchAll(/name="account" value="([^"]+)"/g)].map(([, id = '']) => id)
}

/** The names in order of the page, without their small print. */
function hinted({ html }: Page): string | undefined {
  return /value="([^"]+)" data-hinted/.exec(html)?.[1]
}

describe('the account picker', () => {
  it('lists the directory, a guest and somebody who is not assigned', async () => {
    const scene = await startScene()
    const page = await open(scene, newBrowser())

    expect(page.status).toBe(200)
    expect(accounts(page).slice(0, 5)).toEqual(scene.users.map((user) => user.objectId))
    expect(accounts(page)).toHaveLength(7)
    expect(page.html).toMatch(/Gita Guest\n<small>.*guest</)
    expect(page.html).toMatch(/Noa Notassigned\n<small>.*not assigned</)
  })

  it('shows some of a large directory, always the two who are not in it, and finds the rest', async () => {
    const scene = await startScene({}, { users: 120 })
    const browser = newBrowser()
    const page = await open(scene, browser)
    const last = scene.users.at(-1)
    if (last === undefined) throw new Error('no users')

    expect(accounts(page)).toHaveLength(50)
    expect(page.html).toContain('Gita Guest')
    expect(page.html).toContain('50 of 122 people')
    expect(accounts(page)).not.toContain(last.objectId)
    const found = await browser.open(`${page.url.href}?search=${last.mailNickname.toUpperCase()}`)
    expect(accounts(found)).toEqual([last.objectId])
    const end = await press(browser, found, 'account', last.objectId)
    expect(end.url.searchParams.has('code')).toBe(true)
  })

  it.each<[string, (scene: Scene) => Promise<string> | string]>([
    ['a user name in capitals', ({ ben }) => ben.userPrincipalName.toUpperCase()],
    ['an address', ({ ben }) => String(ben.mail)],
    [
      'the claim of that name',
      async (scene) => {
        const end = await signIn(scene, scene.ben.objectId)
        return String(claimsOf((await redeem(scene, end)).body.id_token).login_hint)
      },
    ],
  ])('puts first whom login_hint means by %s, and signs nobody in by it', async (_, hintOf) => {
    const scene = await startScene()
    const page = await open(scene, newBrowser(), {
      login_hint: await hintOf(scene),
      domain_hint: 'contoso.example',
    })

    expect(isPicker(page)).toBe(true)
    expect(hinted(page)).toBe(scene.ben.objectId)
    expect(accounts(page)[0]).toBe(scene.ben.objectId)
    expect(accounts(page)).toHaveLength(7)
  })

  it('is the plain one for a hint of nobody', async () => {
    const scene = await startScene()

    expect(hinted(await open(scene, newBrowser(), { login_hint: 'nobody@else.example' }))).toBeUndefined()
  })

  it('tells the application that the person went back', async () => {
    const scene = await startScene()
    const browser = newBrowser()
    const end = await press(browser, await open(scene, browser), 'cancel', 'yes')

    expect(end.url.searchParams.get('error')).toBe('access_denied')
    expect(aadsts(end.url.searchParams.get('error_description'))).toBe(65004)
  })

  it('serves only the browser that was sent to it', async () => {
    const scene = await startScene()
    const page = await open(scene, newBrowser())
    const stolen = await press(newBrowser(), page, 'account', scene.ada.objectId)

    expect(aadsts(stolen.html)).toBe(50089)
  })

  it('is for one sign-in', async () => {
    const scene = await startScene()
    const browser = newBrowser()
    const page = await open(scene, browser)
    await press(browser, page, 'account', scene.ada.objectId)

    expect(aadsts((await press(browser, page, 'account', scene.ada.objectId)).html)).toBe(50089)
  })
})

describe('somebody who may not sign in', () => {
  it.each<[string, number, (directory: Directory, objectId: string) => void]>([
    ['is disabled', 50057, disableUser],
    ['is not assigned', 50105, unassignUser],
    ['lies in the recycle bin', 50034, softDeleteUser],
    ['is gone for good', 50034, hardDeleteUser],
  ])('stays on the page of the tenant: who %s, AADSTS%i', async (_, code, change) => {
    const scene = await startScene()
    change(scene.directory, scene.ada.objectId)
    const end = await signIn(scene, scene.ada.objectId)

    expect(end.url.hostname).not.toBe('rp.example')
    expect(aadsts(end.html)).toBe(code)
  })

  it('is asked again in spite of a session, and signs in by it when enabled again', async () => {
    const scene = await startScene()
    const browser = newBrowser()
    await signIn(scene, scene.ada.objectId, { browser })
    disableUser(scene.directory, scene.ada.objectId)

    expect(isPicker(await open(scene, browser))).toBe(true)
    const silent = await open(scene, browser, { prompt: 'none' })
    expect(silent.url.searchParams.get('error')).toBe('interaction_required')
    enableUser(scene.directory, scene.ada.objectId)
    expect((await open(scene, browser)).url.searchParams.has('code')).toBe(true)
  })
})

describe('a session', () => {
  it.each([
    ['nothing more', {}, false],
    ['prompt=none', { prompt: 'none' }, false],
    ['prompt=select_account', { prompt: 'select_account' }, true],
    ['prompt=login', { prompt: 'login' }, true],
  ])('with %s in the request', async (_, parameters, isAsked) => {
    const scene = await startScene()
    const browser = newBrowser()
    await signIn(scene, scene.ada.objectId, { browser })
    const page = await open(scene, browser, parameters)

    expect(isPicker(page)).toBe(isAsked)
    expect(page.url.searchParams.has('code')).toBe(!isAsked)
  })

  it('asks whom a hint of another person means', async () => {
    const scene = await startScene()
    const browser = newBrowser()
    await signIn(scene, scene.ada.objectId, { browser })
    const login_hint = scene.ben.userPrincipalName

    expect(hinted(await open(scene, browser, { login_hint }))).toBe(scene.ben.objectId)
    const silent = await open(scene, browser, { login_hint, prompt: 'none' })
    expect(silent.url.searchParams.get('error')).toBe('login_required')
  })

  it('keeps its sid from one sign-in to the next, and another person has another', async () => {
    const scene = await startScene()
    const browser = newBrowser()
    const sidOf = async (objectId: string, parameters = {}): Promise<unknown[]> => {
      const end = await signIn(scene, objectId, { browser, parameters })
      const { sid, oid } = claimsOf((await redeem(scene, end)).body.id_token)
      return [sid, oid]
    }
    const { ada, ben } = scene
    const [first, again, other] = [
      await sidOf(ada.objectId),
      await sidOf(ada.objectId, { prompt: 'login' }),
      await sidOf(ben.objectId, { prompt: 'select_account' }),
    ]

    expect(again).toEqual(first)
    expect(other[1]).toBe(ben.objectId)
    expect(other[0]).not.toBe(first[0])
  })

  it('belongs to one tenant, also where two share a host', async () => {
    const one = await startScene()
    const two = await startScene({}, { tenantId: 'b0000000-0000-4000-8000-00000000000b' })
    const browser = newBrowser()
    await signIn(one, one.ada.objectId, { browser })

    expect(isPicker(await open(two, browser))).toBe(true)
    await signIn(two, two.ben.objectId, { browser })
    const end = await signIn(one, 'nobody, as the session is still there', { browser })
    expect(claimsOf((await redeem(one, end)).body.id_token)).toMatchObject({
      oid: one.ada.objectId,
      tid: one.tenant.tenantId,
    })
  })
})

describe('consent', () => {
  it('is asked for once, and prompt=none says that it is missing', async () => {
    const scene = await startScene({ consent: 'required', displayName: 'Payroll' })
    const browser = newBrowser()
    const page = await signIn(scene, scene.ada.objectId, { browser })

    expect(page.html).toContain('Payroll would like to use')
    const silent = await open(scene, browser, { prompt: 'none' })
    expect(silent.url.searchParams.get('error')).toBe('consent_required')
    expect(aadsts(silent.url.searchParams.get('error_description'))).toBe(65001)
    const end = await press(browser, page, 'consent', 'accept')
    expect(end.url.searchParams.has('code')).toBe(true)
    expect((await open(scene, browser)).url.searchParams.has('code')).toBe(true)
  })

  it('can be declined', async () => {
    const scene = await startScene({ consent: 'required' })
    const browser = newBrowser()
    const end = await press(browser, await signIn(scene, scene.ada.objectId, { browser }), 'cancel', 'yes')

    expect(aadsts(end.url.searchParams.get('error_description'))).toBe(65004)
  })

  it('is not for people where only an administrator can give it', async () => {
    const scene = await startScene({ consent: 'administrator' })

    expect(aadsts((await signIn(scene, scene.ada.objectId)).html)).toBe(90094)
  })
})

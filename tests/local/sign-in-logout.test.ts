import { describe, expect, it } from 'vitest'
import {
  authorizationRequest,
  claimsOf,
  LOGOUT,
  newBrowser,
  redeem,
  signIn,
  startScene,
  WEB,
  type Browser,
  type Page,
  type Scene,
} from './sign-in-browser.ts'

async function logOut(
  { tenant }: Scene,
  browser: Browser,
  parameters: Record<string, string> = {},
): Promise<Page> {
  const url = new URL(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/logout`)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return browser.open(url)
}

function frames({ html }: Page): readonly string[] {
  return [...html.matchAll(/<iframe src="([^"]+)"/g)].map(([, url = '']) => url.replaceAll('&#38;', '&'))
}

function nextOf({ html }: Page): string | undefined {
  return /id="next" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&#38;', '&')
}

async function signedIn(registration = {}): Promise<{ scene: Scene; browser: Browser; sid: unknown }> {
  const scene = await startScene(registration)
  const browser = newBrowser()
  const end = await signIn(scene, scene.ada.objectId, { browser })
  return { scene, browser, sid: claimsOf((await redeem(scene, end)).body.id_token).sid }
}

describe('signing out', () => {
  it('ends the session', async () => {
    const { scene, browser } = await signedIn()
    await logOut(scene, browser)
    const silent = await browser.open(authorizationRequest(scene, { prompt: 'none' }).url)

    expect(silent.url.searchParams.get('error')).toBe('login_required')
  })

  it('ends it for whoever kept its cookies too', async () => {
    const { scene, browser } = await signedIn()
    const kept = browser.copy()
    await logOut(scene, browser)
    const silent = await kept.open(authorizationRequest(scene, { prompt: 'none' }).url)

    expect(silent.url.searchParams.get('error')).toBe('login_required')
  })

  it('loads the logout URL of each application of the session, with its sid and without iss', async () => {
    const { scene, browser, sid } = await signedIn()
    const second = scene.tenant.register({
      redirectUris: { web: WEB },
      frontchannelLogoutUri: `${LOGOUT}?of=second`,
    })
    scene.tenant.register({ redirectUris: { web: WEB }, frontchannelLogoutUri: `${LOGOUT}?of=nobody` })
    await signIn(scene, scene.ada.objectId, { browser, parameters: { client_id: second.clientId } })

    expect(frames(await logOut(scene, browser))).toEqual([
      `${LOGOUT}?sid=${String(sid)}`,
      `${LOGOUT}?of=second&sid=${String(sid)}`,
    ])
  })

  it.each([
    ['with-iss', ['iss', 'sid']],
    ['no-sid', []],
  ] as const)('with the fault %s loads it with %j', async (logout, names) => {
    const { scene, browser } = await signedIn()
    scene.tenant.setFaults({ logout })
    const [frame = ''] = frames(await logOut(scene, browser))

    expect([...new URL(frame).searchParams.keys()]).toEqual(names)
  })

  it('goes on to a redirect URI of the application, with the state', async () => {
    const { scene, browser } = await signedIn()
    const page = await logOut(scene, browser, { post_logout_redirect_uri: WEB, state: 'a b' })

    expect(nextOf(page)).toBe(`${WEB}?state=a+b`)
    expect(frames(page)).toHaveLength(1)
  })

  it('goes on at once where nothing is to be loaded', async () => {
    const { scene, browser } = await signedIn({ frontchannelLogoutUri: undefined })
    const page = await logOut(scene, browser, { post_logout_redirect_uri: WEB })

    expect(page.url.href).toBe(WEB)
  })

  it('goes nowhere that is not registered', async () => {
    const { scene, browser } = await signedIn()
    const page = await logOut(scene, browser, { post_logout_redirect_uri: 'http://rp.example/elsewhere' })

    expect(page.html).toContain('You signed out')
    expect(nextOf(page)).toBeUndefined()
  })

  it('leaves the sessions of other browsers alone, and loads nothing without one', async () => {
    const { scene, browser } = await signedIn()

    expect(frames(await logOut(scene, newBrowser()))).toEqual([])
    const silent = await browser.open(authorizationRequest(scene, { prompt: 'none' }).url)
    expect(silent.url.searchParams.has('code')).toBe(true)
  })
})

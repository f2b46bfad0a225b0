import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import {
  createDirectory,
  listUsers,
  type Directory,
  type DirectoryUser,
} from '../../local/entra/directory.ts'
import type { Application } from '../../local/entra/sign-in/applications.ts'
import {
  startSignInTenant,
  type SignInTenant,
  type SignInTenantOptions,
} from '../../local/entra/sign-in/tenant.ts'

export const WEB = 'http://rp.example/web/callback'
export const APP = 'http://rp.example/app/callback'
export const SPA = 'http://rp.example/spa/callback'
export const LOGOUT = 'http://rp.example/frontchannel-logout'

export interface Scene {
  readonly tenant: SignInTenant
  readonly directory: Directory
  readonly users: readonly DirectoryUser[]
  readonly application: Application
  readonly secret: string
  /** The first of the directory. */
  readonly ada: DirectoryUser
  readonly ben: DirectoryUser
}

/** A tenant of its own with one application, closed when the test ends. */
export async function startScene(
  registration: Record<string, unknown> = {},
  options: Partial<SignInTenantOptions> & { readonly users?: number } = {},
): Promise<Scene> {
  const directory = createDirectory({ users: options.users ?? 5, groups: 0 })
  const tenant = await startSignInTenant({ directory, ...options })
  onTestFinished(() => tenant.close())
  const secret = randomBytes(24).toString('base64url')
  const application = tenant.register({
    clientId: randomUUID(),
    secret,
    redirectUris: { web: WEB, publicClient: [APP], spa: [SPA] },
    frontchannelLogoutUri: LOGOUT,
    ...registration,
  })
  const users = listUsers(directory)
  const [ada, ben] = users
  if (ada === undefined || ben === undefined) throw new Error('The directory is too small.')
  return { tenant, directory, users, application, secret, ada, ben }
}

interface Cookie {
  readonly host: string
  readonly path: string
  readonly name: string
  readonly value: string
}

export interface Page {
  readonly url: URL
  readonly status: number
  readonly html: string
}

/** Follows redirects by hand, keeps cookies like a browser, and stops where the application would be. */
export interface Browser {
  readonly open: (url: string | URL, form?: Record<string, string>) => Promise<Page>
  /** Another browser with the same cookies, as if they had been stolen. */
  readonly copy: () => Browser
}

/** A new browser, without cookies unless given. */
export function newBrowser(cookies: readonly Cookie[] = []): Browser {
  let jar = [...cookies]
  const keep = (url: URL, response: Response): void => {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      const path = attributes.find((part) => /^path=/i.test(part))?.slice(5) ?? '/'
      jar = jar.filter(
        (cookie) => cookie.name !== name || cookie.path !== path || cookie.host !== url.hostname,
      )
      const isGone = attributes.some((part) => /^max-age=0$|^expires=thu, 01 jan 1970/i.test(part))
      if (!isGone) jar.push({ host: url.hostname, path, name, value })
    }
  }
  const cookiesFor = (url: URL): string =>
    jar
      .filter(
        ({ host, path }) =>
          host === url.hostname && `${url.pathname}/`.startsWith(`${path.replace(/\/$/, '')}/`),
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  return {
    copy: () => newBrowser(jar),
    open: async (start, form) => {
      let url = new URL(start)
      let body = form === undefined ? null : new URLSearchParams(form)
      for (let hop = 0; hop < 10; hop++) {
        if (url.hostname === 'rp.example') return { url, status: 0, html: '' }
        const headers = { cookie: cookiesFor(url) }
        const method = body === null ? 'GET' : 'POST'
        const response = await fetch(url, { redirect: 'manual', headers, method, body })
        keep(url, response)
        const location = response.headers.get('location')
        if (location === null) return { url, status: response.status, html: await response.text() }
        url = new URL(location, url)
        body = null
      }
      throw new Error('The browser was sent around in circles.')
    },
  }
}

export interface Request {
  readonly url: URL
  readonly verifier: string
  readonly nonce: string
  readonly state: string
}

/** An authorization request as an application would make it; undefined takes a parameter away. */
export function authorizationRequest(
  { tenant, application }: Scene,
  parameters: Record<string, string | undefined> = {},
): Request {
  const [verifier, nonce, state] = [1, 2, 3].map(() => randomBytes(32).toString('base64url'))
  if (verifier === undefined || nonce === undefined || state === undefined) throw new Error('unreachable')
  const url = new URL(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/authorize`)
  const all = {
    client_id: application.clientId,
    response_type: 'code',
    redirect_uri: WEB,
    scope: 'openid profile',
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return { url, verifier, nonce, state }
}

/** Presses a button of the page. */
export async function press(browser: Browser, page: Page, name: string, value: string): Promise<Page> {
  return browser.open(page.url.href.split('?')[0] ?? '', { [name]: value })
}

interface Visit {
  readonly browser?: Browser
  readonly parameters?: Record<string, string | undefined>
}

/** Signs a person in by the account picker; ends at the application or on a page that says why not. */
export async function signIn(
  scene: Scene,
  objectId: string,
  { browser = newBrowser(), parameters = {} }: Visit = {},
): Promise<Page & Request> {
  const request = authorizationRequest(scene, parameters)
  const page = await browser.open(request.url)
  const end = page.url.hostname === 'rp.example' ? page : await press(browser, page, 'account', objectId)
  return { ...end, nonce: request.nonce, state: request.state, verifier: request.verifier }
}

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Asks the token endpoint; undefined takes a field away. */
export async function redeem(
  { tenant, application, secret }: Scene,
  end: { readonly url: URL; readonly verifier: string },
  fields: Record<string, string | undefined> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const all = {
    grant_type: 'authorization_code',
    client_id: application.clientId,
    client_secret: secret,
    code: end.url.searchParams.get('code') ?? '',
    redirect_uri: WEB,
    code_verifier: end.verifier,
    ...fields,
  }
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(all)) if (value !== undefined) body.set(name, value)
  const response = await fetch(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
  })
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : { text } }
}

/** The claims of a token, unchecked. */
export function claimsOf(token: unknown): Record<string, unknown> {
  const [, payload = ''] = String(token).split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

/** The number of an error that a page, a redirect or an answer carries. */
export function aadsts(text: unknown): number {
  return Number(/AADSTS(\d+):/.exec(String(text))?.[1])
}

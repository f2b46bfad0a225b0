import { randomBytes, randomUUID } from 'node:crypto'
import { createDirectory, listUsers, type DirectoryUser } from '../../local/entra/directory.ts'
import type { Application } from '../../local/entra/sign-in/applications.ts'
import { startSignInTenant, type SignInTenant } from '../../local/entra/sign-in/tenant.ts'
import {
  entraUser,
  PUBLIC_BASE_URL,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'
import { newBrowser, press, type Browser } from './browser.ts'

/** Clients of the platform in these tests: a portal on another domain, and an app. */
export const PORTAL_URI = 'https://portal.example/callback'
export const APP_URI = 'com.example.app:/callback'
const CLIENTS = [
  { id: 'portal', type: 'web', redirectUris: [PORTAL_URI] },
  { id: 'app', type: 'app', redirectUris: [APP_URI, 'http://127.0.0.1/callback'] },
]

/** The product and an Entra tenant, over HTTP, with the cookies and the origin of production. */
export interface Stack {
  readonly gatehouse: Gatehouse
  readonly tenant: SignInTenant
  readonly people: readonly DirectoryUser[]
  readonly browser: () => Browser
  /** A connector of its own, open for sign-in, joined to an application of its own. */
  readonly join: (registration?: Record<string, unknown>) => Promise<Joined>
  readonly close: () => Promise<void>
}

export interface Joined extends TestConnector {
  readonly application: Application
  readonly secret: string
  readonly shortName: string
  readonly domain: string
  /** Provisions a person of the tenant, who holds the role User unless told otherwise; their id here. */
  readonly provision: (person: DirectoryUser, overrides?: Record<string, unknown>) => Promise<string>
  readonly patch: (settings: Record<string, unknown>) => Promise<void>
  readonly activity: () => Promise<readonly { operation: string; status: number; note?: string }[]>
  readonly loginUrl: string
}

export async function startStack(settings: Record<string, string> = {}): Promise<Stack> {
  const directory = createDirectory({ users: 12, groups: 0 })
  const tenant = await startSignInTenant({ directory })
  const gatehouse = await startGatehouse({
    settings: {
      OIDC_EXTRA_ISSUERS: tenant.origin,
      PLATFORM_CLIENTS: JSON.stringify(CLIENTS),
      ...settings,
    },
  })
  const browser = (): Browser => newBrowser(new Map([[PUBLIC_BASE_URL, gatehouse.url]]))
  return {
    gatehouse,
    tenant,
    people: listUsers(directory),
    browser,
    join: (registration) => join(gatehouse, tenant, browser(), registration),
    close: async () => {
      await gatehouse.close()
      await tenant.close()
    },
  }
}

let serial = 0

async function join(
  gatehouse: Gatehouse,
  tenant: SignInTenant,
  browser: Browser,
  registration: Record<string, unknown> = {},
): Promise<Joined> {
  const connector = await gatehouse.newConnector()
  const shortName = `org-${++serial}`
  const domain = `${shortName}.example`
  await ok(
    gatehouse.manage('PATCH', `organizations/${connector.organization}`, { shortName, domains: [domain] }),
  )
  const secret = randomBytes(24).toString('base64url')
  const base = `${PUBLIC_BASE_URL}/auth/${connector.id}`
  const application = tenant.register({
    clientId: randomUUID(),
    secret,
    redirectUris: { web: `${base}/web/callback`, publicClient: [`${base}/app/callback`] },
    frontchannelLogoutUri: `${base}/frontchannel-logout`,
    ...registration,
  })
  const patch = async (settings: Record<string, unknown>): Promise<void> => {
    await ok(gatehouse.manage('PATCH', connector.managementPath, settings))
  }
  await patch({ oidc: { authority: tenant.issuer, clientId: application.clientId, clientSecret: secret } })
  const link = await ok(
    gatehouse.manage('POST', `${connector.managementPath}/test-sign-in`, { platform: 'web' }),
  )
  const picker = await browser.open(String(link.json.url))
  const [, anybody = ''] = /name="account" value="([^"]+)"/.exec(picker.html) ?? []
  const result = await press(browser, picker, 'account', anybody)
  if (!result.html.includes('The test succeeded')) throw new Error(`The test failed: ${result.html}`)
  return {
    ...connector,
    application,
    secret,
    shortName,
    domain,
    patch,
    provision: (person, overrides) => provision(connector, person, overrides),
    activity: async () => {
      const { json } = await ok(gatehouse.manage('GET', `${connector.managementPath}/activity`))
      return json.activity
    },
    loginUrl: `${base}/web/login`,
  }
}

async function provision(
  connector: TestConnector,
  person: DirectoryUser,
  overrides: Record<string, unknown> = {},
): Promise<string> {
  const user = entraUser({
    userName: person.userPrincipalName,
    externalId: person.objectId,
    displayName: person.displayName,
    roles: [{ primary: 'True', type: 'WindowsAzureActiveDirectoryRole', value: 'User' }],
    ...overrides,
  })
  return String((await ok(connector.scim('POST', '/Users', user))).json.id)
}

async function ok<T extends { status: number; text: string }>(answer: Promise<T>): Promise<T> {
  const arrived = await answer
  if (arrived.status >= 300) throw new Error(`${arrived.status}: ${arrived.text}`)
  return arrived
}

/** The nth person of the tenant. */
export function personAt({ people }: Stack, index: number): DirectoryUser {
  const person = people[index]
  if (person === undefined) throw new Error(`The tenant has no person ${index}.`)
  return person
}

/** Signs a person in to the portal by the account picker; the page at which that ends. */
export async function signIn(
  browser: Browser,
  { loginUrl }: Pick<Joined, 'loginUrl'>,
  person: Pick<DirectoryUser, 'objectId'>,
): ReturnType<Browser['open']> {
  const page = await browser.open(loginUrl)
  return page.url.origin === PUBLIC_BASE_URL ? page : press(browser, page, 'account', person.objectId)
}

import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request as forward, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDirectory, listUsers } from '../../local/entra/directory.ts'
import { startSignInTenant, type SignInTenant } from '../../local/entra/sign-in/tenant.ts'
import { newBrowser, press, submit, type Browser } from '../sign-in/browser.ts'
import {
  entraUser,
  patchOp,
  startGatehouse,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

/* examples/, each in a process of its own, against the product at the address that it calls its own. */

const root = `${import.meta.dirname}/../..`
const directory = createDirectory({ users: 3, groups: 0 })
const [person] = listUsers(directory)
const shortName = 'contoso'
const domain = 'contoso.example'

let front: Server
let portalUrl: string
let issuer: string
let tenant: SignInTenant
let gatehouse: Gatehouse
let connector: TestConnector
let user: string
const children: ChildProcess[] = []

beforeAll(async () => {
  front = await listen()
  issuer = urlOf(front)
  portalUrl = `http://localhost:${await freePort()}`
  tenant = await startSignInTenant({ directory })
  const clients = [
    { id: 'example-portal', type: 'web', redirectUris: [`${portalUrl}/callback`] },
    { id: 'example-app', type: 'app', redirectUris: ['http://127.0.0.1/callback'] },
  ]
  gatehouse = await startGatehouse({
    settings: {
      PUBLIC_BASE_URL: issuer,
      OIDC_EXTRA_ISSUERS: tenant.origin,
      PLATFORM_CLIENTS: JSON.stringify(clients),
    },
  })
  front.on('request', (incoming, outgoing) => {
    const { method, url = '/', headers } = incoming
    const options = { method, headers }
    const sent = forward(new URL(url, gatehouse.url), options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(sent)
  })
  connector = await gatehouse.newConnector()
  await joinTenant()
  user = await provision()
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill()
})
afterAll(async () => {
  front.closeAllConnections()
  front.close()
  await gatehouse.close()
  await tenant.close()
})

async function listen(): Promise<Server> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

async function freePort(): Promise<string> {
  const server = await listen()
  const { port } = new URL(urlOf(server))
  server.close()
  await once(server, 'close')
  return port
}

/** Sign-in of the connector, made active as an administrator does. */
async function joinTenant(): Promise<void> {
  await gatehouse.manage('PATCH', `organizations/${connector.organization}`, { shortName, domains: [domain] })
  const clientSecret = randomBytes(24).toString('base64url')
  const base = `${issuer}/auth/${connector.id}`
  const application = tenant.register({
    clientId: randomUUID(),
    secret: clientSecret,
    redirectUris: { web: `${base}/web/callback`, publicClient: [`${base}/app/callback`] },
  })
  const oidc = { authority: tenant.issuer, clientId: application.clientId, clientSecret }
  await gatehouse.manage('PATCH', connector.managementPath, { oidc })
  const { json } = await gatehouse.manage('POST', `${connector.managementPath}/test-sign-in`, {
    platform: 'web',
  })
  const browser = newBrowser(new Map())
  await press(browser, await browser.open(json.url), 'account', String(person?.objectId))
}

async function provision(): Promise<string> {
  const { json } = await connector.scim(
    'POST',
    '/Users',
    entraUser({ externalId: person?.objectId, displayName: 'Mira <Holt>', roles: [{ value: 'Admin' }] }),
  )
  return json.id
}

function run(
  example: string,
  args: readonly string[] = [],
): { child: ChildProcess; lines: AsyncIterator<string> } {
  const child = spawn(process.execPath, [`examples/${example}`, ...args], {
    cwd: root,
    env: { ...process.env, ISSUER: issuer, PORT: new URL(portalUrl).port },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
}

async function next(lines: AsyncIterator<string>): Promise<string> {
  return String((await lines.next()).value)
}

/** A browser that also knows the portal. */
const portalBrowser = (): Browser => newBrowser(new Map([[portalUrl, portalUrl]]))

describe('the example of a web portal', () => {
  it('signs a person in by the e-mail address alone, and out at the first click after Entra deactivated them', async () => {
    const { lines } = run('web-portal')
    expect(await next(lines)).toBe(`Open ${portalUrl}`)
    const browser = portalBrowser()
    const empty = await browser.open(portalUrl)
    const question = await browser.open(`${portalUrl}/sign-in`)
    const picker = await submit(browser, question, { account: `mira@${domain}` })
    const home = await press(browser, picker, 'account', String(person?.objectId))
    await connector.scim(
      'PATCH',
      `/Users/${user}`,
      patchOp({ op: 'Replace', path: 'active', value: 'False' }),
    )
    const afterwards = await browser.open(portalUrl)
    await connector.scim('PATCH', `/Users/${user}`, patchOp({ op: 'Replace', path: 'active', value: 'True' }))

    expect(empty.html).toBe('<a href="/sign-in">Sign in</a>')
    expect(home.url.href).toBe(`${portalUrl}/`)
    expect(home.html).toContain('<h1>Hello, Mira &#60;Holt&#62;</h1><p>You are Admin.</p>')
    expect(afterwards.status).toBe(403)
    expect(afterwards.html).toContain('You are signed out')
  })

  it('signs a person out', async () => {
    const { lines } = run('web-portal')
    await next(lines)
    const browser = portalBrowser()
    const question = await browser.open(`${portalUrl}/sign-in`)
    const picker = await submit(browser, question, { account: shortName })
    await press(browser, picker, 'account', String(person?.objectId))
    const left = await browser.open(`${portalUrl}/sign-out`, { form: {} })

    expect(left.html).toBe('<a href="/sign-in">Sign in</a>')
  })
})

describe('the example of a native app', () => {
  it('signs a person in by the browser of the system, refreshes and signs out', async () => {
    const { child, lines } = run('native-app', [`mira@${domain}`])
    expect(await next(lines)).toBe('Open this address in your browser:')
    const browser = newBrowser(new Map())
    const picker = await browser.open(await next(lines))
    const end = await press(browser, picker, 'account', String(person?.objectId))
    const said = [await next(lines), await next(lines), await next(lines)]
    const [code] = (await once(child, 'exit')) as [number]

    expect(end.html).toBe('You can close this window and go back to the app.')
    expect(said[0]).toMatch(
      /^Signed in: Mira <Holt> <mira\.holt\.\d+@fjordworks\.example> of organization \w{16}$/,
    )
    expect(said.slice(1)).toEqual(['The new access token is good for 300 seconds.', 'Signed out.'])
    expect(code).toBe(0)
  })
})

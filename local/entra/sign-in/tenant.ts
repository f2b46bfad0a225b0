import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { Directory } from '../directory.ts'
import { seededUuid } from '../random.ts'
import { createApplications, type Application } from './applications.ts'
import { authorize } from './authorize.ts'
import { control } from './control.ts'
import { pathsOf, type Core, type CountedRequest } from './core.ts'
import { sendDiscovery, sendKeys } from './documents.ts'
import { parseFaults, type Faults } from './faults.ts'
import { sendRefusal } from './http.ts'
import { createKeyRing, type Rotation } from './keys.ts'
import { logout } from './logout.ts'
import { createPeople, type DirectorySource } from './people.ts'
import { createProvider } from './provider.ts'
import { redeem } from './token.ts'
import { refusal } from './refusals.ts'
import { signInPage } from './sign-in-page.ts'

export interface SignInTenantOptions {
  readonly directory: Directory | DirectorySource
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** A name or address of this machine; two tenants on one host share no cookies in any case. */
  readonly host?: string
  /** By default it follows from the directory's seed, so that it survives a restart. */
  readonly tenantId?: string
  readonly displayName?: string
}

export interface SignInTenant {
  readonly origin: string
  readonly issuer: string
  readonly tenantId: string
  /** Registers an application, or replaces its registration; without a client id or secret, new ones are made. */
  readonly register: (application: unknown) => Application
  readonly setFaults: (faults: Faults) => void
  readonly rotateKeys: (rotation?: Rotation) => Promise<string>
  readonly requests: () => Readonly<Record<CountedRequest, number>>
  readonly close: () => Promise<void>
}

/** The sign-in half of a tenant: an OpenID provider laid out like Microsoft Entra, over a directory's people. */
export async function startSignInTenant(options: SignInTenantOptions): Promise<SignInTenant> {
  const { host = '127.0.0.1', port = 0 } = options
  if (!/^(?:localhost|127(?:\.\d+){3})$/.test(host)) throw new Error(`${host} is not of this machine.`)
  const server = createServer()
  server.listen(port, host)
  await once(server, 'listening')
  const core = createCore(options, `http://${host}:${portOf(server)}`)
  const provider = await createProvider(core)
  server.on('request', (request, response) => void serve(core, provider, request, response))
  const { origin, issuer, tenantId } = core
  return {
    origin,
    issuer,
    tenantId,
    register: core.applications.register,
    setFaults: (faults) => void (core.faults = parseFaults(faults)),
    rotateKeys: core.keys.rotate,
    requests: () => ({ ...core.requests }),
    close: async () => {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function createCore(
  { directory, tenantId, displayName = 'Contoso' }: SignInTenantOptions,
  origin: string,
): Core {
  const source = 'read' in directory ? directory : sourceOf(directory)
  const { seed, domain } = source.read()
  const id = tenantId ?? seededUuid(seed, 'tenant')
  return {
    origin,
    tenantId: id,
    displayName,
    domain,
    issuer: `${origin}/${id}/v2.0`,
    people: createPeople(source),
    applications: createApplications(),
    keys: createKeyRing(),
    faults: {},
    requests: { discovery: 0, keys: 0, authorize: 0, token: 0, logout: 0 },
  }
}

function sourceOf(directory: Directory): DirectorySource {
  return { read: () => directory, change: (edit) => edit(directory) }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The tenant listens on no port.')
  return address.port
}

async function serve(core: Core, provider: Provider, request: IncomingMessage, response: ServerResponse) {
  try {
    await route(core, provider, request, response)
  } catch (error) {
    console.error('The local Entra tenant failed:', error)
    if (!response.headersSent) response.writeHead(500)
    response.end()
  }
}

async function route(core: Core, provider: Provider, request: IncomingMessage, response: ServerResponse) {
  const { pathname } = new URL(request.url ?? '', core.origin)
  const [, tenant = ''] = pathname.split('/')
  if (tenant === 'control') return control(core, request, response)
  const isOurs = tenant.toLowerCase() === core.tenantId || tenant.toLowerCase() === core.domain
  if (!isOurs) return sendRefusal(response, refusal(90002, { tenant }), readerOf(pathname))
  const handle = handlerOf(pathsOf(core.tenantId), pathname.replace(`/${tenant}`, `/${core.tenantId}`))
  if (handle !== undefined) return handle(core, provider, request, response)
  response.writeHead(404).end()
  return undefined
}

type Handler = (
  core: Core,
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void> | void

function handlerOf(paths: ReturnType<typeof pathsOf>, path: string): Handler | undefined {
  const exact: Readonly<Record<string, Handler>> = {
    [paths.discovery]: (core, _, __, response) => sendDiscovery(core, response),
    [paths.keys]: (core, _, __, response) => sendKeys(core, response),
    [paths.authorize]: authorize,
    [paths.token]: redeem,
    [paths.logout]: logout,
  }
  if (path.startsWith(`${paths.signIn}/`)) return signInPage
  if (path.startsWith(`${paths.authorize}/`))
    return (_, provider, request, response) => provider.callback()(request, response)
  return exact[path]
}

function readerOf(pathname: string): 'program' | 'person' {
  return /\/(?:authorize|logout)$/.test(pathname) ? 'person' : 'program'
}

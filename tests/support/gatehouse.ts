import { inject } from 'vitest'
import { startFunctionsHost } from '../../local/functions-host.ts'

/** The built product on a free port, in this process: real HTTP, real triggers, and the store that is asked for. */
export interface Gatehouse {
  readonly url: string
  readonly functions: Awaited<ReturnType<typeof startFunctionsHost>>['functions']
  readonly logLines: readonly string[]
  manage(method: string, path: string, body?: unknown): Promise<Answer>
  /** A new organization with one enabled connector. */
  newConnector(settings?: Record<string, unknown>): Promise<TestConnector>
  close(): Promise<void>
}

export interface TestConnector {
  readonly id: string
  readonly organization: string
  readonly scimUrl: string
  readonly password: string
  /** Path of the connector in the management API. */
  readonly managementPath: string
  /** A SCIM request with the connector's secret; a body that is no text is sent as JSON. */
  scim(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body; `undefined` where there is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  readonly json: any
}

/** What the product believes to be its public origin in tests: not where it listens, so that nothing can rely on Host. */
export const PUBLIC_BASE_URL = 'https://gatehouse.example'

export async function startGatehouse(
  options: { store?: 'memory' | 'azurite'; settings?: Record<string, string> } = {},
): Promise<Gatehouse> {
  const account = options.store === 'azurite' ? inject('azurite') : 'memory'
  const logLines: string[] = []
  const host = await startFunctionsHost({
    root: new URL('../..', import.meta.url).pathname,
    port: 0,
    settings: {
      GATEHOUSE_MODE: 'development',
      PUBLIC_BASE_URL,
      TABLES_ACCOUNTS: `main=${account}`,
      SCIM_MAX_RPS: '0',
      ...options.settings,
    },
    log: ({ message }) => logLines.push(message),
  })
  const manage = (method: string, path: string, body?: unknown): Promise<Answer> =>
    send(`${host.url}/management/${path}`, { method, body })
  return {
    url: host.url,
    functions: host.functions,
    logLines,
    manage,
    newConnector: (settings) => newConnector(host.url, manage, settings),
    close: () => host.close(),
  }
}

async function newConnector(
  url: string,
  manage: Gatehouse['manage'],
  settings: Record<string, unknown> | undefined,
): Promise<TestConnector> {
  const organization = await manage('POST', 'organizations', { name: 'Contoso', plan: 'enterprise' })
  const path = `organizations/${String(organization.json.id)}/connectors`
  const { json } = await manage('POST', path, { type: 'entra' })
  const managementPath = `${path}/${String(json.id)}`
  if (settings !== undefined) {
    const changed = await manage('PATCH', managementPath, settings)
    if (changed.status !== 200) throw new Error(`PATCH of the connector: ${changed.text}`)
  }
  const scimUrl = `${url}/scim/v2/${String(json.id)}`
  const password = String(json.scim.password)
  return {
    id: String(json.id),
    organization: String(organization.json.id),
    scimUrl,
    password,
    managementPath,
    scim: (method, requestPath, body, headers = {}) =>
      send(scimUrl + requestPath, {
        method,
        body,
        headers: {
          authorization: `Bearer ${password}`,
          ...(body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
          ...headers,
        },
      }),
  }
}

/** One request by fetch; a body that is no text is sent as JSON. */
export async function send(
  url: string,
  { method, body, headers = {} }: { method: string; body?: unknown; headers?: Record<string, string> },
): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(text === undefined ? {} : { body: text }),
    redirect: 'manual',
  })
  const answer = await response.text()
  return { status: response.status, headers: response.headers, text: answer, json: parse(answer) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

let serial = 0

/** A user as Entra's default mapping sends it, with names of its own. */
export function entraUser(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const name = `mira.holt.${++serial}`
  return {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    ],
    externalId: name,
    userName: `${name}@fjordworks.example`,
    active: true,
    displayName: 'Mira Holt',
    title: 'Planner',
    preferredLanguage: 'nb-NO',
    name: { formatted: 'Mira Holt', givenName: 'Mira', familyName: 'Holt' },
    emails: [{ primary: true, type: 'work', value: `${name}@fjordworks.example` }],
    phoneNumbers: [
      { primary: true, type: 'work', value: '+47 55 00 00 01' },
      { type: 'mobile', value: '+47 900 00 001' },
    ],
    addresses: [
      {
        primary: false,
        type: 'work',
        formatted: 'B-204',
        streetAddress: 'Kai 7',
        locality: 'Bergen',
        region: 'Vestland',
        postalCode: '5003',
        country: 'NO',
      },
    ],
    roles: [],
    meta: { resourceType: 'User' },
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
      employeeNumber: 'E-1042',
      department: 'Logistics',
    },
    ...overrides,
  }
}

/** A group as Entra creates it: its private schema URN beside the core one, and no members. */
export function entraGroup(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:Group',
      'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
    ],
    externalId: crypto.randomUUID(),
    displayName: `Harbour crew ${++serial}`,
    members: [],
    meta: { resourceType: 'Group' },
    ...overrides,
  }
}

/** A PatchOp body. */
export function patchOp(...operations: readonly Record<string, unknown>[]): Record<string, unknown> {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations }
}

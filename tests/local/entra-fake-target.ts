import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Json = Record<string, unknown>

export interface SeenRequest {
  readonly method: string
  /** Path and query as they came over the wire. */
  readonly url: string
  /** Header names as they came, in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Json | undefined
}

interface FakeAnswer {
  readonly status: number
  readonly body?: unknown
}

/** A SCIM server of the simplest kind: two tables in memory that keep exactly what they get. */
export interface FakeTarget {
  readonly url: string
  readonly users: Map<string, Json>
  readonly groups: Map<string, Json>
  readonly seen: SeenRequest[]
  /** Answers instead of the tables; undefined lets a request through, 'hang' never answers, 'lost' hangs up after the work. */
  intercept: (request: SeenRequest) => FakeAnswer | 'hang' | 'lost' | undefined
  close(): Promise<void>
}

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const BASE = '/scim/v2/org-1'

/** Starts a target on a free port of this machine. */
export async function startFakeTarget(): Promise<FakeTarget> {
  const users = new Map<string, Json>()
  const groups = new Map<string, Json>()
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const target: FakeTarget = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`,
    users,
    groups,
    seen,
    intercept: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await text(incoming)
    const { method = '', url = '', headers } = incoming
    const request = { method, url, headers, body: raw === '' ? undefined : (JSON.parse(raw) as Json) }
    seen.push(request)
    const fault = target.intercept(request)
    if (fault === 'hang') return
    const answer = fault === undefined || fault === 'lost' ? handle(target, request) : fault
    if (fault === 'lost') {
      response.destroy()
      return
    }
    response.writeHead(answer.status, { 'Content-Type': 'application/scim+json' })
    if (typeof answer.body === 'string') response.end(answer.body)
    else response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
  }
  return target
}

/** An error body as RFC 7644 §3.12 has it. */
export function scimError(status: number, detail: string): FakeAnswer {
  return { status, body: { schemas: [ERROR], status: String(status), detail } }
}

function handle(target: FakeTarget, request: SeenRequest): FakeAnswer {
  const { pathname, searchParams } = new URL(request.url, 'http://target')
  const [, kind, id] = /^\/scim\/v2\/org-1\/(Users|Groups)(?:\/(.+))?$/.exec(pathname) ?? []
  if (kind === undefined) return scimError(404, 'No such endpoint.')
  const table = kind === 'Users' ? target.users : target.groups
  const excluded = searchParams.get('excludedAttributes')
  if (id !== undefined) return handleOne(table, id, request, excluded)
  if (request.method === 'POST') return create(table, kind, request.body ?? {})
  const found = filterOf(table, searchParams.get('filter') ?? '').map((one) => without(one, excluded))
  return { status: 200, body: { schemas: [LIST], totalResults: found.length, Resources: found } }
}

function handleOne(
  table: Map<string, Json>,
  id: string,
  { method, body }: SeenRequest,
  excluded: string | null,
): FakeAnswer {
  const resource = table.get(id)
  if (resource === undefined) return scimError(404, 'No such resource.')
  if (method === 'GET') return { status: 200, body: without(resource, excluded) }
  if (method === 'DELETE') table.delete(id)
  else for (const operation of (body ?? {}).Operations as Json[]) apply(resource, operation)
  const isUserPatch = method === 'PATCH' && id.startsWith('users')
  return isUserPatch ? { status: 200, body: resource } : { status: 204 }
}

function create(table: Map<string, Json>, kind: string, body: Json): FakeAnswer {
  const key = kind === 'Users' ? 'userName' : 'displayName'
  const isTaken = [...table.values()].some((other) => lower(other[key]) === lower(body[key]))
  if (isTaken) return scimError(409, `${key} is already taken.`)
  const resource: Json = { ...body, id: `${kind.toLowerCase()}-${table.size + 1}` }
  table.set(String(resource.id), resource)
  return { status: 201, body: resource }
}

function filterOf(table: Map<string, Json>, filter: string): Json[] {
  const [, attribute = '', literal = '""'] = /^(\w+) eq (".*")$/.exec(filter) ?? []
  const wanted = lower(JSON.parse(literal))
  return [...table.values()].filter((resource) => lower(resource[attribute]) === wanted)
}

function without(resource: Json, excluded: string | null): Json {
  return Object.fromEntries(Object.entries(resource).filter(([name]) => name !== excluded))
}

function lower(value: unknown): string {
  return String(value).toLowerCase()
}

function apply(resource: Json, operation: Json): void {
  const op = lower(operation.op)
  const { path, value } = operation
  if (typeof path !== 'string') {
    for (const [key, part] of Object.entries(value as Json)) set(resource, key, part)
  } else if (op === 'remove') removeMembers(resource, path, value)
  else if (path === 'members')
    resource.members = [...(resource.members as Json[]), ...(value as Json[]).map((member) => member)]
  else set(resource, path, value)
}

function removeMembers(resource: Json, path: string, value: unknown): void {
  const named = /^members\[value eq "(.+)"\]$/.exec(path)?.[1]
  const gone = named === undefined ? (value as Json[]).map((member) => member.value) : [named]
  resource.members = (resource.members as Json[]).filter((member) => !gone.includes(member.value))
}

function set(resource: Json, path: string, value: unknown): void {
  const [, urn, rest = path] = /^(urn:.+:User):(.+)$/.exec(path) ?? []
  const holder = urn === undefined ? resource : ((resource[urn] ??= {}) as Json)
  const bracketed = /^(\w+)\[(\w+) eq "(.+)"\]\.(\w+)$/.exec(rest)
  if (bracketed !== null) return setElement(holder, bracketed.slice(1), value)
  const [attribute = '', sub] = rest.split('.')
  if (sub !== undefined) ((holder[attribute] ??= {}) as Json)[sub] = value
  else if (attribute === 'manager') holder.manager = { value }
  else holder[attribute] = attribute === 'active' ? lower(value) === 'true' : value
}

function setElement(
  holder: Json,
  [attribute = '', selector = '', wanted = '', sub = '']: string[],
  value: unknown,
): void {
  const elements = (holder[attribute] ??= []) as Json[]
  const isWanted = (element: Json): boolean => lower(element[selector]) === lower(wanted)
  if (!elements.some(isWanted)) elements.push({ [selector]: wanted === 'True' ? true : wanted })
  for (const element of elements.filter(isWanted)) element[sub] = value
}

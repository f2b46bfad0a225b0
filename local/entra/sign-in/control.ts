import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { isRecord } from '../json.ts'
import { ApplicationError } from './applications.ts'
import type { Core } from './core.ts'
import { FaultsError, parseFaults } from './faults.ts'
import { sendJson } from './http.ts'

interface Call {
  readonly core: Core
  /** Of the path, after the resource's name. */
  readonly id: string
  readonly query: URLSearchParams
  readonly body: unknown
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

const DEFAULT_PEOPLE = 100
const APP_ROLES = ['ReadOnly', 'User', 'Admin', 'EnterpriseAdmin'] as const

/** `method resource` of each call; the id, where one is needed, follows as `/id`. */
const CALLS: Readonly<Record<string, (call: Call) => Answer | Promise<Answer>>> = {
  'GET people': ({ core, query }) => {
    const count = Number(query.get('count') ?? DEFAULT_PEOPLE)
    const { found, total } = core.people.search(query.get('search') ?? '', count)
    return ok({ total, people: found })
  },
  'GET people/': ({ core, id }) => orNone(core.people.find(id)),
  'PATCH people/': ({ core, id, body }) => {
    if (core.people.find(id) === undefined) return orNone(undefined)
    const { accountEnabled, assigned, appRoles } = isRecord(body) ? body : {}
    const edit = {
      ...(typeof accountEnabled === 'boolean' ? { accountEnabled } : {}),
      ...(typeof assigned === 'boolean' ? { assigned } : {}),
      ...(Array.isArray(appRoles) ? { appRoles: APP_ROLES.filter((role) => appRoles.includes(role)) } : {}),
    }
    return ok(core.people.edit(id, edit))
  },
  'GET applications': ({ core }) => ok(core.applications.all()),
  'POST applications': ({ core, body }) => ({ status: 201, body: core.applications.register(body) }),
  'GET applications/': ({ core, id }) => orNone(core.applications.find(id)),
  'DELETE applications/': ({ core, id }) => {
    core.applications.remove(id)
    return { status: 204, body: undefined }
  },
  'POST keys': async ({ core, body }) => {
    const { publish, keepOld } = isRecord(body) ? body : {}
    const kid = await core.keys.rotate({ publish: publish !== false, keepOld: keepOld === true })
    return ok({ kid })
  },
  'GET faults': ({ core }) => ok(core.faults),
  'PUT faults': ({ core, body }) => {
    core.faults = parseFaults(body)
    return ok(core.faults)
  },
  'DELETE faults': ({ core }) => {
    core.faults = {}
    return ok(core.faults)
  },
  'GET requests': ({ core }) => ok(core.requests),
}

/** The levers of the tenant for tests, under /control: JSON, for programs of this machine only. */
export async function control(core: Core, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (isForeign(core, request))
    return sendJson(response, 403, { error: 'For programs of this machine only.' })
  const { pathname, searchParams: query } = new URL(request.url ?? '', core.origin)
  const [, , resource = '', id = ''] = pathname.split('/').map(decodeURIComponent)
  const call = CALLS[`${request.method} ${resource}${id === '' ? '' : '/'}`]
  if (call === undefined) return sendJson(response, 404, { error: 'There is no such call.' })
  try {
    const answer = await call({ core, id, query, body: await readBody(request) })
    sendJson(response, answer.status, answer.body)
  } catch (error) {
    const isCallers = [FaultsError, ApplicationError, SyntaxError].some((kind) => error instanceof kind)
    if (!isCallers || !(error instanceof Error)) throw error
    sendJson(response, 400, { error: error.message })
  }
}

/** A page in somebody's browser, which reaches this machine's ports too, sends `Origin`, or another host's name. */
function isForeign({ origin }: Core, { headers, socket }: IncomingMessage): boolean {
  const isLocal = /^(?:::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '')
  return !isLocal || headers.origin !== undefined || headers.host !== new URL(origin).host
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  return Number(request.headers['content-length'] ?? 0) === 0 ? undefined : json(request)
}

function ok(body: unknown): Answer {
  return { status: 200, body }
}

function orNone(body: unknown): Answer {
  return body === undefined ? { status: 404, body: { error: 'There is none.' } } : ok(body)
}

import { badRequest, fail, failureOf, type Failure } from '../kernel/failure.ts'
import { isRecord, memberOf, type JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { inTurns, type ScimContext } from '../scim/context.ts'
import { requireMessage } from '../scim/message.ts'
import { NO_PRECONDITION } from '../scim/precondition.ts'
import { createBulkIds, referencesOf, type BulkIds } from './bulk-ids.ts'
import { scimErrorBody, scimErrorOf } from './scim-error.ts'
import { recordFailure } from './scim-failures.ts'
import { GROUPS_ROUTE } from './scim-groups.ts'
import { marksOf } from './scim-marks.ts'
import type { ScimAnswer, ScimMark, ScimRequest, ScimRoute } from './scim-route.ts'
import { USERS_ROUTE } from './scim-users.ts'

/** /Bulk (RFC 7644 §3.7): many operations in one request, each answered as it would be alone. */
export const BULK_ROUTE: ScimRoute = {
  template: 'scim/v2/{connector}/Bulk',
  bodyBytes: LIMITS.largeBodyBytes,
  methods: () => ({
    POST: ({ context, body }) => runBulk(context, body),
  }),
}

interface BulkOperation {
  readonly method: string
  readonly path: string
  readonly bulkId: string | undefined
  readonly version: string | undefined
  readonly data: unknown
}

interface Waiting {
  readonly operation: BulkOperation
  readonly index: number
  readonly references: ReadonlySet<string>
}

const METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
const PATH = /^\/?(Users|Groups)(?:\/([^/]+))?$/i

async function runBulk(context: ScimContext, body: unknown): Promise<ScimAnswer> {
  const { operations, failOnErrors } = readBulk(body)
  const results: (JsonObject | undefined)[] = operations.map(() => undefined)
  const ids = createBulkIds(operations.filter(({ method }) => method === 'POST').map(({ bulkId }) => bulkId))
  const shown = new Set<ScimMark>()
  let waiting: readonly Waiting[] = await Promise.all(
    operations.map(async (operation, index) => ({
      operation,
      index,
      references: await inTurns(context, referencesOf(operation)),
    })),
  )
  let errors = 0
  while (waiting.length > 0 && errors < failOnErrors) {
    // In order, but for operations that refer to one that comes later; where none can go on, the references are a circle.
    const next = waiting.find(({ references }) => !ids.mustWait(references)) ?? waiting[0]
    if (next === undefined) break
    waiting = waiting.filter((item) => item !== next)
    await context.turns.rest()
    const { result, marks = [] } = await runOperation(context, next.operation, ids)
    results[next.index] = result
    for (const mark of marks) shown.add(mark)
    if (Number(result['status']) >= 400) errors++
  }
  const answer: JsonObject = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
    Operations: results.filter((result) => result !== undefined),
  }
  return { status: 200, body: answer, marks: [...shown] }
}

interface Ran {
  readonly result: JsonObject
  readonly marks?: readonly ScimMark[] | undefined
}

async function runOperation(context: ScimContext, operation: BulkOperation, ids: BulkIds): Promise<Ran> {
  const { method, bulkId } = operation
  const named = { method, ...(bulkId === undefined ? {} : { bulkId }) }
  try {
    // What is not begun in time is told so, and can be sent again.
    if (Date.now() > context.deadline) fail({ code: 'storage_unavailable', retryAfterSeconds: 1 })
    const answer = await execute(context, operation, ids)
    const { location, etag, status } = answer
    if (bulkId !== undefined && method === 'POST') ids.resolve(bulkId, String(answer.body?.['id']))
    const result = {
      ...named,
      ...(location === undefined ? locationOf(context, operation, ids) : { location }),
      ...(etag === undefined ? {} : { version: etag }),
      status: String(status),
    }
    return { result, marks: answer.marks }
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    ids.fail(bulkId)
    await recordFailure(
      context,
      { method, template: targetOf(operation.path).route?.template ?? '' },
      failure,
    )
    return { result: { ...named, ...locationOf(context, operation, ids), ...errorOf(failure) } }
  }
}

/** Every answer but that of a POST that failed names its resource (RFC 7644 §3.7). */
function locationOf(context: ScimContext, { path, method }: BulkOperation, ids: BulkIds): JsonObject {
  if (method === 'POST') return {}
  const { route, id } = targetOf(path)
  const known = id === undefined ? undefined : ids.known(id)
  if (route === undefined || known === undefined) return {}
  return { location: `${context.baseUrl}/${route === USERS_ROUTE ? 'Users' : 'Groups'}/${known}` }
}

function errorOf(failure: Failure): JsonObject {
  const error = scimErrorOf(failure)
  return { status: String(error.status), response: scimErrorBody(error) }
}

async function execute(context: ScimContext, operation: BulkOperation, ids: BulkIds): Promise<ScimAnswer> {
  if (!METHODS.has(operation.method))
    badRequest('invalidSyntax', '"method" must be POST, PUT, PATCH or DELETE.')
  if (operation.method === 'POST' && operation.bulkId === undefined)
    badRequest('invalidValue', 'A POST operation needs a "bulkId".')
  const { route, id } = targetOf(operation.path)
  if (route === undefined)
    return badRequest(
      'invalidPath',
      'The "path" of an operation must be /Users, /Groups, or one of them with an id.',
    )
  const params = id === undefined ? {} : { id: ids.replace(id) }
  const methods = route.methods(params)
  const handler = methods[operation.method]
  if (handler === undefined) return fail({ code: 'method_not_allowed', allow: Object.keys(methods) })
  const { version } = operation
  const precondition = version === undefined ? NO_PRECONDITION : { ifMatch: version, ifNoneMatch: undefined }
  const request: ScimRequest = {
    context: { ...context, precondition },
    params,
    query: new URLSearchParams(),
    body: await inTurns(context, ids.replaceIn(operation.data)),
    ifNoneMatch: undefined,
  }
  const answer = await handler(request)
  return { ...answer, marks: marksOf(operation.method, route.template, request, answer) }
}

/** The route and id that a path names; neither where it names none. */
function targetOf(path: string): { route?: ScimRoute; id?: string | undefined } {
  const [, endpoint, id] = PATH.exec(path) ?? []
  if (endpoint === undefined || id === '.search') return {}
  return { route: endpoint.toLowerCase() === 'users' ? USERS_ROUTE : GROUPS_ROUTE, id }
}

function readBulk(body: unknown): { operations: readonly BulkOperation[]; failOnErrors: number } {
  if (!isRecord(body)) return badRequest('invalidSyntax', 'The body must be a BulkRequest object.')
  requireMessage(body, 'BulkRequest')
  const operations = memberOf(body, 'Operations')
  if (!Array.isArray(operations) || operations.length === 0)
    return badRequest('invalidSyntax', '"Operations" must be a list with at least one operation.')
  if (operations.length > LIMITS.bulkOperations)
    fail({ code: 'too_large', detail: `A bulk request takes at most ${LIMITS.bulkOperations} operations.` })
  const read = operations.map(readOperation)
  const bulkIds = read.map(({ bulkId }) => bulkId).filter((bulkId) => bulkId !== undefined)
  if (new Set(bulkIds).size < bulkIds.length)
    badRequest('invalidValue', 'Two operations have the same "bulkId".')
  const limit = memberOf(body, 'failOnErrors') ?? Number.POSITIVE_INFINITY
  if (typeof limit !== 'number' || limit < 1 || limit % 1 > 0)
    badRequest('invalidValue', '"failOnErrors" must be a whole number from 1.')
  return { operations: read, failOnErrors: limit }
}

function readOperation(operation: unknown): BulkOperation {
  if (!isRecord(operation)) return badRequest('invalidSyntax', 'Each operation must be a JSON object.')
  const text = (name: string): string | undefined => {
    const value = memberOf(operation, name) ?? ''
    // Left out, a version of another type would let the operation pass without its condition.
    if (typeof value !== 'string')
      return badRequest('invalidSyntax', `"${name}" of an operation must be a text.`)
    return value === '' ? undefined : value
  }
  return {
    method: (text('method') ?? '').toUpperCase(),
    path: text('path') ?? '',
    bulkId: text('bulkId'),
    version: text('version'),
    data: memberOf(operation, 'data'),
  }
}

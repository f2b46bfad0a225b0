import { isRecord, type JsonObject } from '../kernel/json.ts'
import { inTurns } from '../scim/context.ts'
import type { ListQuery } from '../scim/list.ts'
import { isNotModified } from '../scim/precondition.ts'
import type { Projection, Projector } from '../scim/projection.ts'
import type { ScimAnswer, ScimRequest } from './scim-route.ts'

/** The parameters of a list request, from its query. */
export function listQuery({ query }: ScimRequest): ListQuery {
  return {
    ...projection(query),
    filter: query.get('filter') ?? undefined,
    sortBy: query.get('sortBy') ?? undefined,
    sortOrder: query.get('sortOrder') ?? undefined,
    startIndex: query.get('startIndex') ?? undefined,
    count: query.get('count') ?? undefined,
  }
}

export function projection(query: URLSearchParams): Projection {
  return {
    attributes: query.get('attributes') ?? undefined,
    excludedAttributes: query.get('excludedAttributes') ?? undefined,
  }
}

/** A resource, projected, with its address and version as headers: both are true although a projection may leave meta out. */
export async function resourceAnswer(
  { context }: ScimRequest,
  resource: JsonObject,
  projector: Projector,
  status = 200,
): Promise<ScimAnswer> {
  const meta = isRecord(resource['meta']) ? resource['meta'] : {}
  const { location, version } = meta
  return {
    status,
    body: await inTurns(context, projector.project(resource)),
    ...(typeof location === 'string' ? { location } : {}),
    ...(typeof version === 'string' ? { etag: version } : {}),
  }
}

/** The answer to a GET: 304 without a body for who has this version already (RFC 7644 §3.14). */
export async function readAnswer(
  request: ScimRequest,
  resource: JsonObject,
  projector: Projector,
): Promise<ScimAnswer> {
  const answer = await resourceAnswer(request, resource, projector)
  const { etag } = answer
  if (etag === undefined || !isNotModified(request.ifNoneMatch, etag)) return answer
  return { status: 304, etag }
}

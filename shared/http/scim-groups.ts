import { LIMITS } from '../kernel/limits.ts'
import { createGroup, deleteGroup, getGroup, patchGroup, replaceGroupResource } from '../scim/groups.ts'
import { listGroups } from '../scim/list.ts'
import { NO_PRECONDITION } from '../scim/precondition.ts'
import { prepareProjection, type Projector } from '../scim/projection.ts'
import { GROUP_SCHEMA } from '../scim/schema/definitions.ts'
import { readSearchRequest } from '../scim/search.ts'
import { listQuery, projection, readAnswer, resourceAnswer } from './scim-answers.ts'
import type { ScimAnswer, ScimMethods, ScimRequest, ScimRoute } from './scim-route.ts'

/** /Groups, /Groups/{id} and /Groups/.search. */
export const GROUPS_ROUTE: ScimRoute = {
  template: 'scim/v2/{connector}/Groups/{id?}',
  bodyBytes: LIMITS.largeBodyBytes,
  methods: ({ id }) => {
    if (id === undefined) return COLLECTION
    return id === '.search' ? SEARCH : groupMethods(id)
  },
}

const COLLECTION: ScimMethods = {
  GET: async (request) => ({ status: 200, body: await listGroups(request.context, listQuery(request)) }),
  POST: async (request) => {
    const projector = projectorOf(request)
    return resourceAnswer(
      request,
      await createGroup(request.context, request.body, projector),
      projector,
      201,
    )
  },
}

const SEARCH: ScimMethods = {
  POST: async ({ context, body }) => ({
    status: 200,
    body: await listGroups(context, readSearchRequest(body)),
  }),
}

function groupMethods(id: string): ScimMethods {
  return {
    GET: async (request) => {
      const projector = projectorOf(request)
      return readAnswer(request, await getGroup(request.context, id, projector), projector)
    },
    PUT: async (request) => {
      const projector = projectorOf(request)
      await replaceGroupResource(request.context, id, request.body)
      return readBack(request, id, projector)
    },
    // 204: Entra needs no body, and one with all members would be large. Who asks for `attributes` gets them (RFC 7644 §3.5.2).
    PATCH: async (request) => {
      const projector = projectorOf(request)
      await patchGroup(request.context, id, request.body)
      return request.query.has('attributes') ? readBack(request, id, projector) : { status: 204 }
    },
    DELETE: async ({ context }) => {
      await deleteGroup(context, id)
      return { status: 204 }
    },
  }
}

/** The group after a change, to which the condition of the change no longer applies. */
async function readBack(request: ScimRequest, id: string, projector: Projector): Promise<ScimAnswer> {
  const context = { ...request.context, precondition: NO_PRECONDITION }
  return resourceAnswer(request, await getGroup(context, id, projector), projector)
}

/** Prepared before anything is written, so that a malformed list of attributes (400) changes nothing. */
function projectorOf({ query }: ScimRequest): Projector {
  return prepareProjection(GROUP_SCHEMA, projection(query))
}

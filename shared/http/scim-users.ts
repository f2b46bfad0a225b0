import { listUsers } from '../scim/list.ts'
import { prepareProjection, type Projector } from '../scim/projection.ts'
import { userSchema } from '../scim/schema/user-schema.ts'
import { readSearchRequest } from '../scim/search.ts'
import { createUser, deleteUser, getUser, patchUser, replaceUserResource } from '../scim/users.ts'
import { listQuery, projection, readAnswer, resourceAnswer } from './scim-answers.ts'
import type { ScimMethods, ScimRequest, ScimRoute } from './scim-route.ts'

/** /Users, /Users/{id} and /Users/.search. */
export const USERS_ROUTE: ScimRoute = {
  template: 'scim/v2/{connector}/Users/{id?}',
  methods: ({ id }) => {
    if (id === undefined) return COLLECTION
    return id === '.search' ? SEARCH : userMethods(id)
  },
}

const COLLECTION: ScimMethods = {
  GET: async (request) => ({ status: 200, body: await listUsers(request.context, listQuery(request)) }),
  POST: async (request) => {
    const projector = projectorOf(request)
    return resourceAnswer(
      request,
      await createUser(request.context, request.body, 'directory'),
      projector,
      201,
    )
  },
}

const SEARCH: ScimMethods = {
  POST: async ({ context, body }) => ({
    status: 200,
    body: await listUsers(context, readSearchRequest(body)),
  }),
}

function userMethods(id: string): ScimMethods {
  return {
    GET: async (request) => {
      const projector = projectorOf(request)
      const filter = request.query.get('filter') ?? undefined
      return readAnswer(request, await getUser(request.context, id, projector, filter), projector)
    },
    PUT: async (request) => {
      const projector = projectorOf(request)
      return resourceAnswer(
        request,
        await replaceUserResource(request.context, id, request.body, projector),
        projector,
      )
    },
    PATCH: async (request) => {
      const projector = projectorOf(request)
      return resourceAnswer(request, await patchUser(request.context, id, request.body, projector), projector)
    },
    DELETE: async ({ context }) => {
      await deleteUser(context, id)
      return { status: 204 }
    },
  }
}

/** Prepared before anything is written, so that a malformed list of attributes (400) changes nothing. */
function projectorOf({ context, query }: ScimRequest): Projector {
  return prepareProjection(userSchema(context.rules.customAttributes), projection(query))
}

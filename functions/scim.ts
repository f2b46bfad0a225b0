import { app } from '@azure/functions'
import { scimErrorOf, scimErrorResponse } from '../shared/http/scim-error.ts'
import { scimEndpoint } from '../shared/http/scim-endpoint.ts'
import {
  EVERY_METHOD,
  type ScimAnswer,
  type ScimMethods,
  type ScimRequest,
  type ScimRoute,
} from '../shared/http/scim-route.ts'
import { fail } from '../shared/kernel/failure.ts'
import { LIMITS } from '../shared/kernel/limits.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { getRuntime } from '../shared/runtime.ts'
import {
  getResourceType,
  getSchema,
  listResourceTypes,
  listSchemas,
  serviceProviderConfig,
} from '../shared/scim/discovery.ts'
import {
  createGroup,
  deleteGroup,
  getGroup,
  patchGroup,
  replaceGroupResource,
} from '../shared/scim/groups.ts'
import { listGroups, listUsers, type ListQuery } from '../shared/scim/list.ts'
import { prepareProjection, type Projection, type Projector } from '../shared/scim/projection.ts'
import { GROUP_SCHEMA, USER_SCHEMA } from '../shared/scim/schema/definitions.ts'
import { createUser, deleteUser, getUser, patchUser, replaceUserResource } from '../shared/scim/users.ts'

/*
 * The Functions host takes the first route in the order of function names, so the catch-all sorts last ("zz"), and it
 * answers an undeclared method with an empty 404, so each function declares them all.
 */

const searchNotYet = {
  code: 'not_implemented',
  detail: '.search is not offered here. Use a filter on the list.',
} as const

const users: ScimRoute = {
  template: 'scim/v2/{connector}/Users/{id?}',
  methods: ({ id }): ScimMethods => {
    if (id === '.search') return fail(searchNotYet)
    return id === undefined
      ? {
          GET: async (request) => ({
            status: 200,
            body: await listUsers(request.context, listQuery(request)),
          }),
          POST: postUser,
        }
      : userMethods(id)
  },
}

const filter = ({ query }: ScimRequest): string | undefined => query.get('filter') ?? undefined

function userMethods(id: string): ScimMethods {
  return {
    GET: async (request) =>
      resourceAnswer(
        request,
        'Users',
        await getUser(request.context, id, userProjector(request), filter(request)),
      ),
    PUT: async (request) =>
      resourceAnswer(
        request,
        'Users',
        await replaceUserResource(request.context, id, request.body, userProjector(request)),
      ),
    PATCH: async (request) =>
      resourceAnswer(
        request,
        'Users',
        await patchUser(request.context, id, request.body, userProjector(request)),
      ),
    DELETE: async (request) => {
      await deleteUser(request.context, id)
      return { status: 204 }
    },
  }
}

const groups: ScimRoute = {
  template: 'scim/v2/{connector}/Groups/{id?}',
  bodyBytes: LIMITS.largeBodyBytes,
  methods: ({ id }): ScimMethods => {
    if (id === '.search') return fail(searchNotYet)
    return id === undefined
      ? {
          GET: async (request) => ({
            status: 200,
            body: await listGroups(request.context, listQuery(request)),
          }),
          POST: postGroup,
        }
      : groupMethods(id)
  },
}

function groupMethods(id: string): ScimMethods {
  return {
    GET: async (request) =>
      resourceAnswer(request, 'Groups', await getGroup(request.context, id, groupProjector(request))),
    PUT: (request) => putGroup(request, id),
    PATCH: (request) => patchGroupRequest(request, id),
    DELETE: async (request) => {
      await deleteGroup(request.context, id)
      return { status: 204 }
    },
  }
}

const config: ScimRoute = {
  template: 'scim/v2/{connector}/ServiceProviderConfig',
  methods: () => ({
    GET: async ({ context }) => ({ status: 200, body: serviceProviderConfig(context.baseUrl) }),
  }),
}

const resourceTypes: ScimRoute = {
  template: 'scim/v2/{connector}/ResourceTypes/{name?}',
  methods: ({ name }) => ({
    GET: async ({ context: { baseUrl } }) => ({
      status: 200,
      body: name === undefined ? listResourceTypes(baseUrl) : getResourceType(baseUrl, name),
    }),
  }),
}

const schemas: ScimRoute = {
  template: 'scim/v2/{connector}/Schemas/{urn?}',
  methods: ({ urn }) => ({
    GET: async ({ context: { baseUrl, rules } }) => ({
      status: 200,
      body: urn === undefined ? listSchemas(baseUrl, rules) : getSchema(baseUrl, rules, urn),
    }),
  }),
}

const NOTHING_HERE = 'There is nothing at this address. Check the SCIM URL (tenant URL).'

/** Everything else: endpoints of RFC 7644 that are not offered are 501, the rest is 404. */
const fallback: ScimRoute = {
  template: 'scim/v2/{connector}/{*rest}',
  methods: ({ rest = '' }) => {
    const [first = ''] = rest.toLowerCase().split('/')
    if (first === 'bulk' || first === '.search' || first === 'me')
      return fail({ code: 'not_implemented', detail: `/${rest.slice(0, 100)} is not offered here.` })
    return fail({ code: 'not_found', detail: NOTHING_HERE })
  },
}

async function postUser(request: ScimRequest): Promise<ScimAnswer> {
  const resource = await createUser(request.context, request.body, 'directory')
  return resourceAnswer(request, 'Users', userProjector(request).project(resource), 201)
}

async function postGroup(request: ScimRequest): Promise<ScimAnswer> {
  const group = await createGroup(request.context, request.body, groupProjector(request))
  return resourceAnswer(request, 'Groups', group, 201)
}

/** 204: Entra needs no body, and one with all members would be large. Who asks for `attributes` gets them (RFC 7644 §3.5.2). */
async function patchGroupRequest(request: ScimRequest, id: string): Promise<ScimAnswer> {
  await patchGroup(request.context, id, request.body)
  if (!request.query.has('attributes')) return { status: 204 }
  return resourceAnswer(request, 'Groups', await getGroup(request.context, id, groupProjector(request)))
}

async function putGroup(request: ScimRequest, id: string): Promise<ScimAnswer> {
  await replaceGroupResource(request.context, id, request.body)
  return resourceAnswer(request, 'Groups', await getGroup(request.context, id, groupProjector(request)))
}

/** A resource, with its address in `Location`: the same as `meta.location`, which a projection may have left out. */
function resourceAnswer(request: ScimRequest, endpoint: string, body: JsonObject, status = 200): ScimAnswer {
  return { status, body, location: `${request.context.baseUrl}/${endpoint}/${String(body['id'])}` }
}

function listQuery({ query }: ScimRequest): ListQuery {
  return {
    ...projection(query),
    filter: query.get('filter') ?? undefined,
    startIndex: query.get('startIndex') ?? undefined,
    count: query.get('count') ?? undefined,
  }
}

function projection(query: URLSearchParams): Projection {
  return {
    attributes: query.get('attributes') ?? undefined,
    excludedAttributes: query.get('excludedAttributes') ?? undefined,
  }
}

const userProjector = ({ query }: ScimRequest): Projector => prepareProjection(USER_SCHEMA, projection(query))
const groupProjector = ({ query }: ScimRequest): Projector =>
  prepareProjection(GROUP_SCHEMA, projection(query))

/** One function per template; the secret is the credential, not a function key. */
function register(name: string, route: ScimRoute): void {
  app.http(name, {
    route: route.template,
    methods: EVERY_METHOD,
    authLevel: 'anonymous',
    handler: scimEndpoint(getRuntime, route),
  })
}

register('scim-config', config)
register('scim-groups', groups)
register('scim-resource-types', resourceTypes)
register('scim-schemas', schemas)
register('scim-users', users)
register('scim-zz-fallback', fallback)

/** A SCIM URL without its connector: the administrator reads this sentence in Entra's Test Connection. */
app.http('scim-zz-outside', {
  route: 'scim/{*path}',
  methods: EVERY_METHOD,
  authLevel: 'anonymous',
  handler: () => scimErrorResponse(scimErrorOf({ code: 'not_found', detail: NOTHING_HERE })),
})

import { app } from '@azure/functions'
import { BULK_ROUTE } from '../shared/http/scim-bulk.ts'
import {
  CONFIG_ROUTE,
  FALLBACK_ROUTE,
  NOTHING_HERE,
  RESOURCE_TYPES_ROUTE,
  SCHEMAS_ROUTE,
  SEARCH_ROUTE,
} from '../shared/http/scim-discovery.ts'
import { scimEndpoint } from '../shared/http/scim-endpoint.ts'
import { scimErrorOf, scimErrorResponse } from '../shared/http/scim-error.ts'
import { GROUPS_ROUTE } from '../shared/http/scim-groups.ts'
import { EVERY_METHOD, type ScimRoute } from '../shared/http/scim-route.ts'
import { USERS_ROUTE } from '../shared/http/scim-users.ts'
import { getRuntime } from '../shared/runtime.ts'

/*
 * The Functions host takes the first route in the order of function names, so the catch-all sorts last ("zz"), and it
 * answers an undeclared method with an empty 404, so each function declares them all.
 */

/** One function per template; the secret is the credential, not a function key. */
function register(name: string, route: ScimRoute): void {
  app.http(name, {
    route: route.template,
    methods: EVERY_METHOD,
    authLevel: 'anonymous',
    handler: scimEndpoint(getRuntime, route),
  })
}

register('scim-bulk', BULK_ROUTE)
register('scim-config', CONFIG_ROUTE)
register('scim-groups', GROUPS_ROUTE)
register('scim-resource-types', RESOURCE_TYPES_ROUTE)
register('scim-schemas', SCHEMAS_ROUTE)
register('scim-search', SEARCH_ROUTE)
register('scim-users', USERS_ROUTE)
register('scim-zz-fallback', FALLBACK_ROUTE)

/** A SCIM URL without its connector: the administrator reads this sentence in Entra's Test Connection. */
app.http('scim-zz-outside', {
  route: 'scim/{*path}',
  methods: EVERY_METHOD,
  authLevel: 'anonymous',
  handler: () => scimErrorResponse(scimErrorOf({ code: 'not_found', detail: NOTHING_HERE })),
})

import { fail } from '../kernel/failure.ts'
import {
  getResourceType,
  getSchema,
  listResourceTypes,
  listSchemas,
  serviceProviderConfig,
} from '../scim/discovery.ts'
import { readSearchRequest, searchAll } from '../scim/search.ts'
import type { ScimRoute } from './scim-route.ts'

export const CONFIG_ROUTE: ScimRoute = {
  template: 'scim/v2/{connector}/ServiceProviderConfig',
  methods: () => ({
    GET: async ({ context }) => ({ status: 200, body: serviceProviderConfig(context.baseUrl) }),
  }),
}

export const RESOURCE_TYPES_ROUTE: ScimRoute = {
  template: 'scim/v2/{connector}/ResourceTypes/{name?}',
  methods: ({ name }) => ({
    GET: async ({ context: { baseUrl, rules } }) => ({
      status: 200,
      body: name === undefined ? listResourceTypes(baseUrl, rules) : getResourceType(baseUrl, rules, name),
    }),
  }),
}

export const SCHEMAS_ROUTE: ScimRoute = {
  template: 'scim/v2/{connector}/Schemas/{urn?}',
  methods: ({ urn }) => ({
    GET: async ({ context: { baseUrl, rules } }) => ({
      status: 200,
      body: urn === undefined ? listSchemas(baseUrl, rules) : getSchema(baseUrl, rules, urn),
    }),
  }),
}

/** Users and groups together (RFC 7644 §3.4.3). */
export const SEARCH_ROUTE: ScimRoute = {
  template: 'scim/v2/{connector}/.search',
  methods: () => ({
    POST: async ({ context, body }) => ({
      status: 200,
      body: await searchAll(context, readSearchRequest(body)),
    }),
  }),
}

export const NOTHING_HERE = 'There is nothing at this address. Check the SCIM URL (tenant URL).'

/** Everything else: /Me of RFC 7644 is not offered (a connector is no person), and the rest is nothing. */
export const FALLBACK_ROUTE: ScimRoute = {
  template: 'scim/v2/{connector}/{*rest}',
  methods: ({ rest = '' }) => {
    const [first = ''] = rest.toLowerCase().split('/')
    if (first === 'me') return fail({ code: 'not_implemented', detail: '/Me is not offered here.' })
    return fail({ code: 'not_found', detail: NOTHING_HERE })
  },
}

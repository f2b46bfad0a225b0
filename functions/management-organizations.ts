import { deleteOrganization } from '../shared/connectors/organization-removal.ts'
import { createOrganization, getOrganization, updateOrganization } from '../shared/connectors/organization.ts'
import { parseOrganizationBody, parseOrganizationPatch } from '../shared/http/management-bodies.ts'
import { organizationOf } from '../shared/http/management-paths.ts'
import { toOrganizationJson } from '../shared/http/management-views.ts'
import { registerManagement } from './management-registration.ts'

registerManagement('organizations', {
  template: 'management/organizations',
  methods: {
    POST: async ({ context, publicBaseUrl, body }) => {
      const organization = await createOrganization(context, parseOrganizationBody(body))
      const location = `${publicBaseUrl}/management/organizations/${organization.id}`
      return { status: 201, location, body: toOrganizationJson(organization) }
    },
  },
})

registerManagement('organization', {
  template: 'management/organizations/{organization}',
  methods: {
    GET: async (request) => {
      const organization = await getOrganization(request.context.store, organizationOf(request))
      return { status: 200, body: toOrganizationJson(organization) }
    },
    PATCH: async (request) => {
      const patch = parseOrganizationPatch(request.body)
      const organization = await updateOrganization(request.context, organizationOf(request), patch)
      return { status: 200, body: toOrganizationJson(organization) }
    },
    DELETE: async (request) => {
      await deleteOrganization(request.context, organizationOf(request))
      return { status: 204 }
    },
  },
})

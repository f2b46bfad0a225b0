import { createSetupLink, setupUrl } from '../shared/connectors/setup-link.ts'
import { parseEmptyBody } from '../shared/http/management-bodies.ts'
import { organizationOf } from '../shared/http/management-paths.ts'
import { registerManagement } from './management-registration.ts'

registerManagement('setup-links', {
  template: 'management/organizations/{organization}/setup-links',
  methods: {
    POST: async (request) => {
      parseEmptyBody(request.body)
      const { secret, expiresAt } = await createSetupLink(request.context, organizationOf(request))
      return { status: 201, body: { url: setupUrl(request.publicBaseUrl, secret), expiresAt } }
    },
  },
})

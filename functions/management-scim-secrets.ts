import { addScimSecret, revokeScimSecret } from '../shared/connectors/scim-secret.ts'
import { parseEmptyBody } from '../shared/http/management-bodies.ts'
import { connectorOf } from '../shared/http/management-paths.ts'
import { registerManagement } from './management-registration.ts'

const SECRETS = 'management/organizations/{organization}/connectors/{connector}/scim-secrets'

registerManagement('scim-secrets', {
  template: SECRETS,
  methods: {
    POST: async (request) => {
      const connector = connectorOf(request)
      parseEmptyBody(request.body)
      const { secret, password } = await addScimSecret(request.context, connector)
      const { organization = '' } = request.params
      const path = `management/organizations/${organization}/connectors/${connector}/scim-secrets/${secret.id}`
      return {
        status: 201,
        location: `${request.publicBaseUrl}/${path}`,
        body: { id: secret.id, password },
      }
    },
  },
})

registerManagement('scim-secret', {
  template: `${SECRETS}/{secret}`,
  methods: {
    DELETE: async (request) => {
      await revokeScimSecret(request.context, connectorOf(request), request.params['secret'] ?? '')
      return { status: 204 }
    },
  },
})

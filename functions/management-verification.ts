import { verifyConnector } from '../shared/connectors/verification.ts'
import { parseVerification } from '../shared/http/management-bodies.ts'
import { connectorOf } from '../shared/http/management-paths.ts'
import { registerManagement } from './management-registration.ts'

registerManagement('verification', {
  template: 'management/organizations/{organization}/connectors/{connector}/verification',
  methods: {
    POST: async (request) => {
      const slice = parseVerification(request.body)
      return { status: 200, body: await verifyConnector(request.context, connectorOf(request), slice) }
    },
  },
})

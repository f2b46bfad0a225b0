import { managementOpenApi } from '../shared/http/management-openapi.ts'
import { registerManagement } from './management-registration.ts'

registerManagement('openapi', {
  template: 'management/openapi.json',
  methods: {
    GET: async ({ publicBaseUrl }) => ({ status: 200, body: managementOpenApi(publicBaseUrl) }),
  },
})

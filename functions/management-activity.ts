import { getActivityPage } from '../shared/connectors/activity-page.ts'
import { connectorOf, countOf } from '../shared/http/management-paths.ts'
import { registerManagement } from './management-registration.ts'

registerManagement('activity', {
  template: 'management/organizations/{organization}/connectors/{connector}/activity',
  methods: {
    GET: async (request) => {
      const id = connectorOf(request)
      const page = { before: request.query.get('before') ?? undefined, count: countOf(request) }
      return { status: 200, body: { activity: await getActivityPage(request.context.store, id, page) } }
    },
  },
})

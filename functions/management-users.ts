import { getDirectory } from '../shared/connectors/rules.ts'
import { connectorOf } from '../shared/http/management-paths.ts'
import type { ManagementRequest } from '../shared/http/management-endpoint.ts'
import { getRuntime } from '../shared/runtime.ts'
import type { ScimContext } from '../shared/scim/context.ts'
import { NO_PRECONDITION } from '../shared/scim/precondition.ts'
import { importUsers, listPlatformUsers } from '../shared/scim/platform-users.ts'
import { registerManagement } from './management-registration.ts'

registerManagement('users', {
  template: 'management/organizations/{organization}/connectors/{connector}/users',
  methods: {
    GET: async (request) => {
      const query = (name: string): string | undefined => request.query.get(name) ?? undefined
      const page = {
        filter: query('filter'),
        sortBy: undefined,
        sortOrder: undefined,
        startIndex: query('startIndex'),
        count: query('count'),
      }
      return { status: 200, body: await listPlatformUsers(await directoryOf(request), page) }
    },
    POST: async (request) => ({
      status: 200,
      body: await importUsers(await directoryOf(request), request.body),
    }),
  },
})

async function directoryOf(request: ManagementRequest): Promise<ScimContext> {
  const { store, caller, now, deadline } = request.context
  const { recorder, turns } = await getRuntime()
  const id = connectorOf(request)
  const { tenant, rules } = await getDirectory(store, id)
  return {
    store,
    tenant,
    rules,
    caller,
    recorder,
    precondition: NO_PRECONDITION,
    baseUrl: `${request.publicBaseUrl}/scim/v2/${id}`,
    now,
    deadline,
    turns,
  }
}

import { getConnector } from '../shared/connectors/connector-change.ts'
import { deleteConnector } from '../shared/connectors/connector-removal.ts'
import { createConnector, listConnectors, updateConnector } from '../shared/connectors/connector.ts'
import { parseConnectorBody, parseConnectorPatch } from '../shared/http/management-bodies.ts'
import { connectorOf, organizationOf } from '../shared/http/management-paths.ts'
import { toConnectorJson } from '../shared/http/management-views.ts'
import { getRuntime } from '../shared/runtime.ts'
import { loginEmail } from '../shared/kernel/person.ts'
import { registerManagement } from './management-registration.ts'

registerManagement('connectors', {
  template: 'management/organizations/{organization}/connectors',
  methods: {
    GET: async (request) => {
      const connectors = await listConnectors(request.context.store, organizationOf(request))
      const shown = connectors.map((connector) => toConnectorJson(request.publicBaseUrl, connector))
      return { status: 200, body: { connectors: shown } }
    },
    POST: async (request) => {
      const organization = organizationOf(request)
      const type = parseConnectorBody(request.body)
      const { connector, password } = await createConnector(request.context, organization, type)
      const path = `management/organizations/${organization}/connectors/${connector.id}`
      return {
        status: 201,
        location: `${request.publicBaseUrl}/${path}`,
        body: toConnectorJson(request.publicBaseUrl, connector, password),
      }
    },
  },
})

registerManagement('connector', {
  template: 'management/organizations/{organization}/connectors/{connector}',
  methods: {
    GET: async (request) => {
      const connector = await getConnector(request.context.store, connectorOf(request))
      return { status: 200, body: toConnectorJson(request.publicBaseUrl, connector) }
    },
    PATCH: async (request) => {
      const id = connectorOf(request)
      const patch = parseConnectorPatch(request.body)
      const { sealer, settings, resolveTenant } = await getRuntime()
      const ports = { loginEmailOf: loginEmail, sealer, extraIssuers: settings.extraIssuers, resolveTenant }
      const connector = await updateConnector(request.context, id, patch, ports)
      return { status: 200, body: toConnectorJson(request.publicBaseUrl, connector) }
    },
    DELETE: async (request) => {
      await deleteConnector(request.context, connectorOf(request))
      return { status: 204 }
    },
  },
})

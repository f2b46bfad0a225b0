import { newSignInTicket } from '../shared/connectors/sign-in-test.ts'
import { parseTestSignIn } from '../shared/http/management-bodies.ts'
import { connectorOf } from '../shared/http/management-paths.ts'
import { getRuntime } from '../shared/runtime.ts'
import { registerManagement } from './management-registration.ts'

registerManagement('test-sign-in', {
  template: 'management/organizations/{organization}/connectors/{connector}/test-sign-in',
  methods: {
    POST: async (request) => {
      const id = connectorOf(request)
      const { sealer } = await getRuntime()
      const ticket = await newSignInTicket(request.context, id, parseTestSignIn(request.body), sealer)
      const url = new URL(`${request.publicBaseUrl}/auth/${id}/test`)
      url.searchParams.set('ticket', ticket.text)
      return { status: 201, body: { url: url.href, expiresAt: ticket.expiresAt } }
    },
  },
})

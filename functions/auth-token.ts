import { requestTokens } from '../shared/provider/token-request.ts'
import { getRuntime } from '../shared/runtime.ts'
import { registerOAuth } from './auth-registration.ts'

registerOAuth('auth-token', {
  template: 'auth/token',
  methods: { POST: async (request) => requestTokens((await getRuntime()).provider, request) },
})

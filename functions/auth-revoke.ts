import { revokeToken } from '../shared/provider/revoke.ts'
import { getRuntime } from '../shared/runtime.ts'
import { registerOAuth } from './auth-registration.ts'

registerOAuth('auth-revoke', {
  template: 'auth/revoke',
  methods: { POST: async (request) => revokeToken((await getRuntime()).provider, request) },
})

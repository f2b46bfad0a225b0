import type { OAuthAnswer, OAuthRefusal } from '../shared/kernel/oauth.ts'
import { bearerOf, type OAuthRequest } from '../shared/http/token-endpoint.ts'
import { readUserinfo } from '../shared/provider/userinfo.ts'
import { getRuntime } from '../shared/runtime.ts'
import { registerOAuth } from './auth-registration.ts'

async function userinfo(request: OAuthRequest): Promise<OAuthAnswer | OAuthRefusal> {
  const token = bearerOf(request)
  return readUserinfo((await getRuntime()).provider, token)
}

registerOAuth('auth-userinfo', {
  template: 'auth/userinfo',
  methods: { GET: userinfo, POST: userinfo },
  isFormOptional: true,
})

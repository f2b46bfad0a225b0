import type { OAuthAnswer } from '../shared/kernel/oauth.ts'
import { providerMetadata } from '../shared/provider/metadata.ts'
import { getRuntime } from '../shared/runtime.ts'
import { registerOAuth } from './auth-registration.ts'

/** Keys are published for longer than this before they sign. */
const KEYS_SECONDS = 300
const METADATA_SECONDS = 3_600

async function metadata(): Promise<OAuthAnswer> {
  const { provider } = await getRuntime()
  return { kind: 'answered', body: providerMetadata(provider.issuer) }
}

async function keys(): Promise<OAuthAnswer> {
  const { provider } = await getRuntime()
  return { kind: 'answered', body: { keys: await provider.keys.published() } }
}

// Two names for one document: OpenID Connect Discovery's, and that of RFC 8414 for libraries that know OAuth only.
for (const document of ['openid-configuration', 'oauth-authorization-server'])
  registerOAuth(`well-known-${document}`, {
    template: `.well-known/${document}`,
    methods: { GET: metadata },
    cacheSeconds: METADATA_SECONDS,
  })

registerOAuth('well-known-jwks', {
  template: '.well-known/jwks.json',
  methods: { GET: keys },
  cacheSeconds: KEYS_SECONDS,
})

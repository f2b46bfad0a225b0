import { randomBytes } from 'node:crypto'
import { interactionPolicy, Provider, type AdapterPayload, type Configuration } from 'oidc-provider'
import { redirectUrisOf } from './applications.ts'
import { answerWith } from './answers.ts'
import { OFFLINE_SCOPE, pathsOf, type Core } from './core.ts'
import { newEcKey } from './keys.ts'
import { refusalOf, type Person } from './people.ts'
import { createStore } from './store.ts'

type Context = Parameters<NonNullable<Configuration['loadExistingGrant']>>[0]

const MINUTE = 60
const HOUR = 60 * MINUTE

/**
 * The protocol itself: authorization requests, sessions, codes, PKCE. To it every application is a public client, as
 * secrets depend on the redirect URI here; and its ID tokens, signed with a key that nobody sees, are replaced.
 */
export async function createProvider(core: Core): Promise<Provider> {
  const provider: Provider = new Provider(core.origin, {
    ...(await identity(core)),
    ...policies(core),
    loadExistingGrant: async (context) => grantEverything(provider, context),
  })
  answerWith(core, provider)
  return provider
}

async function identity(core: Core): Promise<Configuration> {
  const { tenantId } = core
  const { authorize, token, signIn } = pathsOf(tenantId)
  const key = await newEcKey()
  return {
    adapter: createStore((id) => toClient(core, id)),
    jwks: { keys: [{ ...key.privateKey.export({ format: 'jwk' }), kty: 'EC', kid: key.kid, use: 'sig' }] },
    clientAuthMethods: ['none'],
    responseTypes: ['code'],
    scopes: ['openid', 'profile', 'email', OFFLINE_SCOPE],
    routes: { authorization: authorize, token },
    interactions: { url: (_, { uid }) => `${signIn}/${uid}`, policy: promptPolicy(core) },
    // A cookie is sent to every port of a host: the path keeps two tenants of one machine apart.
    cookies: {
      keys: [randomBytes(16).toString('hex')],
      names: { session: 'ESTSAUTH', interaction: 'ESTSCTX', resume: 'ESTSRESUME' },
      long: { signed: false, path: `/${tenantId}` },
      short: { signed: false },
    },
  }
}

function policies(core: Core): Configuration {
  return {
    pkce: { required: () => false },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: { enabled: false },
    },
    expiresWithSession: () => false,
    issueRefreshToken: (_, __, code) => code.scopes.has(OFFLINE_SCOPE),
    rotateRefreshToken: () => false,
    clientBasedCORS: () => false,
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 10 * MINUTE,
      Grant: 24 * HOUR,
      IdToken: HOUR,
      Interaction: HOUR,
      RefreshToken: 24 * HOUR,
      Session: 24 * HOUR,
    },
    findAccount: (context, id) => {
      const person = core.people.find(id)
      const isRefused = context.oidc.route === 'token' && refusalOf(person, '') !== undefined
      return isRefused ? undefined : { accountId: id, claims: () => ({ sub: id }) }
    },
  }
}

/** An application as oidc-provider wants it. */
function toClient({ applications }: Core, clientId: string): AdapterPayload | undefined {
  const application = applications.find(clientId)
  if (application === undefined) return undefined
  return {
    client_id: clientId,
    redirect_uris: [...redirectUrisOf(application)],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256',
  }
}

/** When a page is shown, and which one. */
function promptPolicy(core: Core): interactionPolicy.DefaultPolicy {
  const { base, Check, Prompt } = interactionPolicy
  const policy = base()
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
  const login = policy.get('login')
  const personOf = (context: Context): Person | undefined =>
    core.people.find(context.oidc.session?.accountId ?? '')
  login?.checks.add(
    new Check('hint_of_another', 'AADSTS50058', 'login_required', (context) => {
      const hint = context.oidc.params?.login_hint
      if (typeof hint !== 'string' || context.oidc.result?.login !== undefined) return Check.NO_NEED_TO_PROMPT
      const hinted = core.people.findByHint(hint)
      return hinted !== undefined && hinted.objectId !== personOf(context)?.objectId
    }),
  )
  login?.checks.add(
    new Check('refused', 'AADSTS50105', 'interaction_required', (context) => {
      const { session, client } = context.oidc
      if (session?.accountId === undefined) return Check.NO_NEED_TO_PROMPT
      return refusalOf(personOf(context), client?.clientId ?? '') !== undefined
    }),
  )
  policy.remove('consent')
  policy.add(
    new Prompt(
      { name: 'consent', requestable: true },
      new Check('not_consented', 'AADSTS65001', 'consent_required', (context) => {
        const { session, client } = context.oidc
        const application = core.applications.find(client?.clientId ?? '')
        if (application === undefined || application.consent === 'granted') return Check.NO_NEED_TO_PROMPT
        return !core.applications.consents(application.clientId).has(session?.accountId ?? '')
      }),
    ),
  )
  return policy
}

/** Scopes are no matter of this tenant: consent is asked for as a whole. */
async function grantEverything(
  provider: Provider,
  { oidc: { client, session } }: Context,
): Promise<InstanceType<Provider['Grant']>> {
  const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId })
  grant.addOIDCScope(`openid profile email ${OFFLINE_SCOPE}`)
  await grant.save()
  return grant
}

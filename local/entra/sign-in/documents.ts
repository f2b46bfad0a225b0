import type { ServerResponse } from 'node:http'
import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../json.ts'
import { pathsOf, type Core } from './core.ts'
import { isOutage } from './faults.ts'
import { sendJson, sendOutage } from './http.ts'
import { newRsaKey, type SigningKey } from './keys.ts'

const FOREIGN = 'https://attacker.example'

/**
 * The discovery document. Like Entra's it says nothing of PKCE or of `iss` in answers, and its userinfo endpoint is
 * of another origin.
 */
export function sendDiscovery(core: Core, response: ServerResponse): void {
  core.requests.discovery++
  const fault = core.faults.discovery
  if (isOutage(fault)) return sendOutage(response, fault)
  sendJson(response, 200, { ...discoveryDocument(core), ...faultyFields(core) })
}

function discoveryDocument({ origin, tenantId, issuer }: Core): JsonObject {
  const paths = pathsOf(tenantId)
  return {
    token_endpoint: origin + paths.token,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    jwks_uri: origin + paths.keys,
    response_modes_supported: ['query', 'fragment'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer,
    request_uri_parameter_supported: false,
    userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
    authorization_endpoint: origin + paths.authorize,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: origin + paths.logout,
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'nonce',
      'preferred_username',
      'name',
      'tid',
      'ver',
      'email',
    ],
    tenant_region_scope: 'EU',
    cloud_instance_name: 'microsoftonline.com',
    msgraph_host: 'graph.microsoft.com',
  }
}

function faultyFields({ faults, origin, tenantId }: Core): JsonObject {
  const paths = pathsOf(tenantId)
  switch (faults.discovery) {
    case 'wrong-issuer':
      return { issuer: `${origin}/${randomUUID()}/v2.0` }
    case 'foreign-token-endpoint':
      return { token_endpoint: FOREIGN + paths.token }
    case 'foreign-keys':
      return { jwks_uri: FOREIGN + paths.keys }
    case 'foreign-authorize':
      return { authorization_endpoint: FOREIGN + paths.authorize }
    case 'no-keys':
      return { jwks_uri: undefined }
    default:
      return {}
  }
}

/** The key document: the published keys, none of which names its algorithm, as at Entra. */
export async function sendKeys(core: Core, response: ServerResponse): Promise<void> {
  core.requests.keys++
  const fault = core.faults.keys
  if (isOutage(fault)) return sendOutage(response, fault)
  const keys = await core.keys.published()
  sendJson(response, 200, {
    keys: await faultyKeys(
      core,
      keys.map((key) => toJwk(core, key)),
    ),
  })
}

async function faultyKeys(core: Core, keys: readonly JsonObject[]): Promise<readonly JsonObject[]> {
  switch (core.faults.keys) {
    case 'empty':
      return []
    case 'rotated-away':
      return [toJwk(core, await newRsaKey())]
    case 'duplicate-kid': {
      const other = toJwk(core, await newRsaKey())
      return keys.flatMap((key) => [{ ...other, kid: key.kid }, key])
    }
    case 'no-kid':
      return keys.map((key) => ({ ...key, kid: undefined }))
    case 'rsa1024':
      return [toJwk(core, await core.keys.weak())]
    default:
      return keys
  }
}

function toJwk({ issuer }: Core, { kid, publicKey }: SigningKey): JsonObject {
  const { n, e } = publicKey.export({ format: 'jwk' })
  return { kty: 'RSA', use: 'sig', kid, n, e, cloud_instance_name: 'microsoftonline.com', issuer }
}

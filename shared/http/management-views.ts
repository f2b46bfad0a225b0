import { issuerOf } from '../connectors/authority.ts'
import { scimUserName } from '../connectors/credentials.ts'
import type { getConnector } from '../connectors/connector-change.ts'
import type { getOrganization } from '../connectors/organization.ts'
import type { JsonObject } from '../kernel/json.ts'

type Organization = Awaited<ReturnType<typeof getOrganization>>
type Connector = Awaited<ReturnType<typeof getConnector>>

/** An organization as the management API shows it. */
export function toOrganizationJson(organization: Organization): JsonObject {
  const { id, name, plan, shortName, domains } = organization
  return { id, name, plan, shortName, domains }
}

/** A connector as the management API shows it; the password only where it was just made. */
export function toConnectorJson(publicBaseUrl: string, connector: Connector, password?: string): JsonObject {
  const { id, life, requiredAttributes, uniqueEmail, customAttributes, marks, created, secrets } = connector
  return {
    id,
    type: 'entra',
    state: life,
    requiredAttributes,
    // While the rows are being built the rule is not kept by all users yet.
    uniqueEmail: uniqueEmail === 'on',
    customAttributes,
    marks,
    createdAt: created,
    scim: {
      url: `${publicBaseUrl}/scim/v2/${id}`,
      userName: scimUserName(id),
      secrets: secrets.map(toSecretJson),
      ...(password === undefined ? {} : { password }),
    },
    oidc: toOidcJson(publicBaseUrl, connector),
  }
}

function toOidcJson(publicBaseUrl: string, { id, oidc }: Connector): JsonObject {
  return {
    active: toSettingsJson(oidc.active),
    draft: toSettingsJson(oidc.draft),
    lastTest: oidc.lastTest ?? null,
    redirectUris: {
      publicClient: `${publicBaseUrl}/auth/${id}/app/callback`,
      web: `${publicBaseUrl}/auth/${id}/web/callback`,
    },
  }
}

/** Everything but the client secret, which nobody reads back. */
function toSettingsJson(settings: Connector['oidc']['active']): JsonObject | null {
  if (settings === undefined) return null
  const { authority, clientId, clientSecret, clientSecretExpiresAt, linkByUserName } = settings
  return {
    authority: issuerOf(authority),
    clientId,
    hasClientSecret: clientSecret !== undefined,
    clientSecretExpiresAt: clientSecretExpiresAt ?? null,
    linkByUserName,
  }
}

/** Everything but the hash. */
function toSecretJson({ id, lastFour, createdAt, lastUsedAt }: Connector['secrets'][number]): JsonObject {
  return { id, lastFour, createdAt, lastUsedAt }
}

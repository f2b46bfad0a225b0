import { connectorParts } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { loginEmail, personName } from '../kernel/person.ts'
import type { Tenant } from '../kernel/tenant.ts'
import type { StoredUser } from '../storage/users.ts'
import { hasScope } from './scopes.ts'

/** Who the person is to the platform: in every token. */
export function membershipClaims({ connector }: Tenant, user: StoredUser): JsonObject {
  const { role } = user.index
  const { organization } = connectorParts(connector)
  return { org: organization, connector, ...(role === undefined ? {} : { role }) }
}

/** What the access token says of the person, for services of the platform that know nothing else of them. */
export function accessClaims({ attributes }: StoredUser): JsonObject {
  const { display } = personName(attributes)
  const email = loginEmail(attributes)
  return { ...(display === undefined ? {} : { name: display }), ...(email === undefined ? {} : { email }) }
}

/** The standard claims that a scope asks for (OpenID Connect Core §5.4), as far as the directory has them. */
export function scopedClaims(user: StoredUser, scope: string): JsonObject {
  return {
    ...(hasScope(scope, 'profile') ? profileClaims(user) : {}),
    ...(hasScope(scope, 'email') ? emailClaims(user) : {}),
  }
}

function profileClaims({ attributes, index, modified }: StoredUser): JsonObject {
  const { display, given, family } = personName(attributes)
  return {
    ...(display === undefined ? {} : { name: display }),
    ...(given === undefined ? {} : { given_name: given }),
    ...(family === undefined ? {} : { family_name: family }),
    preferred_username: index.userName,
    updated_at: Math.floor(Date.parse(modified) / 1_000),
  }
}

/** The customer's directory says so, and nobody has asked the mailbox. */
function emailClaims({ attributes }: StoredUser): JsonObject {
  const email = loginEmail(attributes)
  return email === undefined ? {} : { email, email_verified: false }
}

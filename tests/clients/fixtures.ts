import { send, type Answer, type TestConnector } from '../support/gatehouse.ts'

/* What the clients send, as their documentation and recordings of them show it; all people are invented. */

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

type Json = Record<string, unknown>

/** Sends requests below the connector's SCIM URL with a client's own headers; bodies go out exactly as given. */
export type Client = (method: string, path: string, body?: unknown) => Promise<Answer>

/** Okta's agent: SCIM's media type on everything. */
export function okta(connector: TestConnector): Client {
  return client(connector, {
    'user-agent': 'Okta SCIM Client 1.0.0',
    accept: 'application/scim+json',
    'content-type': 'application/scim+json',
    authorization: `Bearer ${connector.password}`,
  })
}

/** OneLogin's provisioner, which says that it sends JSON, accepts anything and writes header names in lower case. */
export function oneLogin(connector: TestConnector): Client {
  return client(connector, {
    'user-agent': 'OneLogin SCIM',
    accept: '*/*',
    'content-type': 'application/scim+json; charset=utf-8',
    authorization: `Bearer ${connector.password}`,
  })
}

/** Any client: a content type goes out with a body only. */
export function client(
  connector: TestConnector,
  { 'content-type': type, ...headers }: Record<string, string>,
): Client {
  return (method, path, body) =>
    send(connector.scimUrl + path, {
      method,
      body,
      headers: { ...headers, ...(body === undefined || type === undefined ? {} : { 'content-type': type }) },
    })
}

let serial = 0

/** A login name of its own. */
export const newName = (): string => `noor.baker.${++serial}@harbour.example`

/** The body of Okta's POST. */
export function oktaUser(overrides: Json = {}): Json {
  const userName = newName()
  return {
    schemas: [CORE_USER],
    userName,
    name: { givenName: 'Noor', familyName: 'Baker' },
    emails: [{ primary: true, value: userName, type: 'work' }],
    displayName: 'Noor Baker',
    locale: 'en-US',
    externalId: `00u${String(serial).padStart(17, 'A')}`,
    groups: [],
    password: crypto.randomUUID(),
    active: true,
    ...overrides,
  }
}

/** The body that OneLogin fills from its template for SCIM 2.0 with the enterprise schema. */
export function oneLoginUser(overrides: Json = {}): Json {
  const userName = newName()
  return {
    schemas: [CORE_USER, ENTERPRISE_USER],
    id: null,
    userName,
    externalId: String(70_000_000 + serial),
    name: { givenName: 'Noor', familyName: 'Baker', formatted: 'Noor Baker' },
    emails: [{ value: userName, type: 'work', primary: true }],
    title: '',
    active: true,
    meta: { resourceType: 'User' },
    [ENTERPRISE_USER]: { department: 'Harbour office', manager: { managerId: '', displayName: ' ' } },
    ...overrides,
  }
}

/** The path of Okta's and OneLogin's question for a login name. */
export const byName = (userName: string): string =>
  `/Users?filter=${encodeURIComponent(`userName eq ${JSON.stringify(userName)}`)}&startIndex=1&count=100`

/** A PATCH of these operations. */
export function patch(...operations: readonly Json[]): Json {
  return { schemas: [PATCH_OP], Operations: operations }
}

/** So many new users of a connector, as Okta names members. */
export async function newMembers(
  connector: TestConnector,
  count: number,
): Promise<readonly { value: string; display: string }[]> {
  const created = await Promise.all(
    Array.from({ length: count }, () => okta(connector)('POST', '/Users', oktaUser())),
  )
  return created.map(({ json }) => ({ value: String(json.id), display: String(json.userName) }))
}

/** The ids of a group's members, sorted. */
export async function memberIds(connector: TestConnector, groupId: string): Promise<readonly string[]> {
  const { json } = await connector.scim('GET', `/Groups/${groupId}`)
  return (json.members ?? []).map(({ value }: { value: string }) => value).toSorted()
}

/** The ids of members, sorted. */
export const idsOf = (members: readonly { value: string }[]): readonly string[] =>
  members.map(({ value }) => value).toSorted()

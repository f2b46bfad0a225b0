import {
  entraGroup,
  entraUser,
  send,
  type Answer,
  type Gatehouse,
  type TestConnector,
} from '../support/gatehouse.ts'

/** Two customers with equal names for everything, each with a person who is in a group. */
export interface Tenants {
  readonly a: Tenant
  readonly b: Tenant
}

export interface Tenant {
  readonly connector: TestConnector
  readonly user: string
  readonly group: string
}

export async function newTenants(gatehouse: Gatehouse): Promise<Tenants> {
  const user = entraUser()
  const group = entraGroup()
  return { a: await newTenant(gatehouse, user, group), b: await newTenant(gatehouse, user, group) }
}

async function newTenant(gatehouse: Gatehouse, user: object, group: object): Promise<Tenant> {
  const connector = await gatehouse.newConnector()
  const person = await connector.scim('POST', '/Users', user)
  const crew = await connector.scim('POST', '/Groups', { ...group, members: [{ value: person.json.id }] })
  if (person.status !== 201 || crew.status !== 201) throw new Error(person.text + crew.text)
  return { connector, user: person.json.id, group: crew.json.id }
}

/** Everything that a customer can see of its own: users, groups with members, activity, connector. */
export async function everythingOf({ connector }: Tenant, gatehouse: Gatehouse): Promise<readonly string[]> {
  const answers = [
    await connector.scim('GET', '/Users?attributes=userName,groups,active,emails,manager,meta'),
    await connector.scim('GET', '/Groups'),
    await gatehouse.manage('GET', `${connector.managementPath}/activity?count=500`),
  ]
  return answers.map(({ text }) => text)
}

/** What two answers have to agree in, byte by byte: all but the time at which they were given. */
export function comparable({ status, headers, text }: Answer): unknown {
  return { status, text, headers: [...headers].filter(([name]) => name !== 'date') }
}

/** A request with any credential. */
export function sendAs(
  password: string,
  connector: TestConnector,
  [method, path, body]: readonly [string, string, unknown?],
): Promise<Answer> {
  const headers = { authorization: `Bearer ${password}`, 'content-type': 'application/scim+json' }
  return send(connector.scimUrl + path, { method, body, headers })
}

import { patchOp, type Answer, type Gatehouse, type TestConnector } from '../support/gatehouse.ts'
import { RELAXED, taken } from './connection.ts'

export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const OWN = 'urn:ietf:params:scim:schemas:extension:Contoso:2.0:User'
export const SECOND = 'urn:example:contoso:badges'

export const TYPES = ['string', 'boolean', 'integer', 'decimal', 'dateTime', 'reference']
/** One of each type, and one of another schema. */
export const CUSTOM = [
  ...TYPES.map((type) => ({ urn: OWN, name: `a-${type}`, type })),
  { urn: SECOND, name: 'number', type: 'string' },
]

export function newCustomConnector(gatehouse: Gatehouse): Promise<TestConnector> {
  return gatehouse.newConnector({ ...RELAXED, customAttributes: CUSTOM })
}

/** A new user with these attributes, as the answer shows it. */
export async function created(connector: TestConnector, more: object): Promise<Answer['json']> {
  return (await taken(connector, 'POST', '/Users', { userName: crypto.randomUUID(), ...more })).json
}

export function changed(
  connector: TestConnector,
  id: string,
  ...operations: Record<string, unknown>[]
): Promise<Answer> {
  return taken(connector, 'PATCH', `/Users/${id}`, patchOp(...operations))
}

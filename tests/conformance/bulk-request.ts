import type { Answer, TestConnector } from '../support/gatehouse.ts'

export type Operation = Record<string, unknown>

/** A BulkRequest of these operations. */
export function sendBulk(
  connector: TestConnector,
  Operations: readonly unknown[],
  more: object = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest']
  return connector.scim('POST', '/Bulk', { schemas, ...more, Operations }, headers)
}

export const newUser = (bulkId: string, data: object = {}): Operation => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName: `${bulkId}@bulk.example`, ...data },
})

export const newGroup = (bulkId: string, members: readonly string[] = [], data: object = {}): Operation => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { displayName: `Group ${bulkId}`, members: members.map((value) => ({ value })), ...data },
})

export function statusesOf({ json }: Answer): readonly string[] {
  const operations = json.Operations as readonly { status: string }[]
  return operations.map(({ status }) => status)
}

/** The id in the location of an operation's answer. */
export function idAt({ json }: Answer, index: number): string {
  return String(json.Operations[index].location).split('/').pop() ?? ''
}

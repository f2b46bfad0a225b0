import { badRequest } from '../kernel/failure.ts'
import { memberOf, type JsonObject } from '../kernel/json.ts'
import { listsUrn } from './schema/urns.ts'

type MessageName = 'PatchOp' | 'BulkRequest' | 'SearchRequest'

/** 400 `invalidSyntax` for a message of other schemas than its own; without `schemas` the address says what it is. */
export function requireMessage(body: JsonObject, name: MessageName): void {
  const urn = `urn:ietf:params:scim:api:messages:2.0:${name}`
  const schemas = memberOf(body, 'schemas') ?? null
  if (schemas === null || (Array.isArray(schemas) && schemas.length === 0)) return
  const named: readonly unknown[] = Array.isArray(schemas) ? schemas : [schemas]
  if (!listsUrn(named, urn)) badRequest('invalidSyntax', `The body must have the schema ${urn}.`)
}

import type { JsonObject } from '../entra/json.ts'

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** The body of a PATCH, with verbs in lower case as the standard has them. */
export function patchBody(...operations: readonly JsonObject[]): JsonObject {
  return { schemas: [PATCH_OP], Operations: operations }
}

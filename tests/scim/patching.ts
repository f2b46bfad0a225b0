import { failureOf, type Failure } from '../../shared/kernel/failure.ts'
import { applyPatch } from '../../shared/scim/patch/apply.ts'
import { parsePatch } from '../../shared/scim/patch/operations.ts'
import { settle } from '../../shared/scim/resource.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { finish } from '../support/finish.ts'

export const ID = '11111111-2222-4333-8444-555555555555'

/** A user's attributes after a PATCH, and what was skipped. */
export function patch(attributes: Record<string, unknown>, operations: readonly unknown[]) {
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations }
  const patched = finish(
    applyPatch(USER_SCHEMA, { id: ID, attributes }, finish(parsePatch(USER_SCHEMA, body))),
  )
  return { attributes: finish(settle(USER_SCHEMA, patched.attributes)), skipped: patched.skipped }
}

/** The failure of a PATCH; `undefined` where it was taken. */
export function refusal(
  attributes: Record<string, unknown>,
  operations: readonly unknown[],
): Failure | undefined {
  try {
    patch(attributes, operations)
  } catch (error) {
    return failureOf(error)
  }
  return undefined
}

export const work = { type: 'work', value: 'mira@x.example', primary: true }
export const home = { type: 'home', value: 'mira@home.example' }

/** Attributes before, operations, attributes after. */
export interface PatchCase {
  readonly name: string
  readonly before?: Record<string, unknown>
  readonly operations: readonly unknown[]
  readonly after: Record<string, unknown>
}

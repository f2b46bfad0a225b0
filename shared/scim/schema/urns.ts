import { badRequest } from '../../kernel/failure.ts'
import { LIMITS } from '../../kernel/limits.ts'
import { isText } from '../../kernel/text.ts'

/** Whether the `schemas` of a body name a URN, in any case. 400 for a list that no schemas fill. */
export function listsUrn(schemas: readonly unknown[], urn: string): boolean {
  if (schemas.length > LIMITS.valuesPerAttribute)
    badRequest('invalidSyntax', `"schemas" takes at most ${LIMITS.valuesPerAttribute} values.`)
  return schemas.some((name) => isText(name, urn))
}

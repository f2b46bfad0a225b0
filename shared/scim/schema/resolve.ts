import type { AttributePath, Filter } from '../filter/ast.ts'
import { findAttribute, type Attribute, type ResourceSchema } from './attribute.ts'
import { COMMON_ATTRIBUTES } from './definitions.ts'

/** A path whose names are known to a schema. */
export interface Target {
  /** URN of the extension that holds the attribute; `undefined` for core and common attributes. */
  readonly extension: string | undefined
  readonly attribute: Attribute
  readonly filter: Filter | undefined
  readonly sub: Attribute | undefined
}

/**
 * Finds what a path means; `undefined` where no schema has it. URNs and names compare without case. A name without
 * URN may also belong to an extension: Entra writes and filters `manager` that way.
 */
export function resolvePath(schema: ResourceSchema, path: AttributePath): Target | undefined {
  const found = findOwner(schema, path.urn, path.attribute)
  if (found === undefined) return undefined
  const sub = path.sub === undefined ? undefined : findAttribute(found.attribute.subAttributes, path.sub)
  if (path.sub !== undefined && sub === undefined) return undefined
  return { ...found, filter: path.filter, sub }
}

function findOwner(
  schema: ResourceSchema,
  urn: string | undefined,
  name: string,
): { extension: string | undefined; attribute: Attribute } | undefined {
  if (urn === undefined || urn.toLowerCase() === schema.urn.toLowerCase()) {
    const attribute = findAttribute(schema.attributes, name) ?? findAttribute(COMMON_ATTRIBUTES, name)
    if (attribute !== undefined) return { extension: undefined, attribute }
  }
  for (const extension of schema.extensions.values()) {
    if (urn !== undefined && urn.toLowerCase() !== extension.urn.toLowerCase()) continue
    const attribute = findAttribute(extension.attributes, name)
    if (attribute !== undefined) return { extension: extension.urn, attribute }
  }
  return undefined
}

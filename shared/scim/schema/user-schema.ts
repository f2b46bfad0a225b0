import type { CustomAttribute } from '../../kernel/custom-attribute.ts'
import type { Attribute, Extension, ResourceSchema } from './attribute.ts'
import { USER_SCHEMA } from './definitions.ts'

const made = new WeakMap<readonly CustomAttribute[], ResourceSchema>()

/** The schema of a connector's users: core, enterprise, and the attributes that the customer maps beyond them. */
export function userSchema(custom: readonly CustomAttribute[]): ResourceSchema {
  if (custom.length === 0) return USER_SCHEMA
  const known = made.get(custom) ?? extend(custom)
  made.set(custom, known)
  return known
}

function extend(custom: readonly CustomAttribute[]): ResourceSchema {
  const extensions = new Map<string, Extension>(USER_SCHEMA.extensions)
  for (const [urn, attributes] of Map.groupBy(custom, (attribute) => attribute.urn))
    extensions.set(urn.toLowerCase(), {
      urn,
      attributes: new Map(
        attributes.map((attribute) => [attribute.name.toLowerCase(), toAttribute(attribute)]),
      ),
    })
  return { ...USER_SCHEMA, extensions }
}

function toAttribute({ name, type }: CustomAttribute): Attribute {
  return {
    name,
    type,
    multiValued: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    subAttributes: new Map(),
  }
}

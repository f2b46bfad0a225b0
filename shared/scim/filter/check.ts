import { badRequest } from '../../kernel/failure.ts'
import { findAttribute, valueOf, type Attribute, type ResourceSchema } from '../schema/attribute.ts'
import { resolvePath } from '../schema/resolve.ts'
import type { AttributePath, Filter, Operator } from './ast.ts'

type Find = (path: AttributePath) => Attribute | undefined

const ORDERING: ReadonlySet<string> = new Set(['gt', 'ge', 'lt', 'le'])

/** 400 `invalidFilter` where truth values or binary data are compared by an order that they do not have (RFC 7644 §3.4.2.2). */
export function checkFilter(schema: ResourceSchema, filter: Filter): void {
  check(filter, (path) => {
    const target = resolvePath(schema, path)
    if (target?.filter !== undefined) checkElements(target.attribute, target.filter)
    return target?.sub ?? target?.attribute
  })
}

function checkElements(attribute: Attribute, filter: Filter): void {
  check(filter, (path) => findAttribute(attribute.subAttributes, path.attribute))
}

function check(filter: Filter, find: Find): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      for (const term of filter.terms) check(term, find)
      return
    case 'not':
      check(filter.term, find)
      return
    case 'present':
    case 'matches':
      // For what stands within the brackets.
      find(filter.path)
      return
    case 'compare':
      if (ORDERING.has(filter.operator)) requireOrder(find(filter.path), filter.operator)
      else find(filter.path)
  }
}

function requireOrder(attribute: Attribute | undefined, operator: Operator): void {
  const compared = attribute?.type === 'complex' ? valueOf(attribute) : attribute
  if (compared?.type === 'boolean' || compared?.type === 'binary')
    badRequest('invalidFilter', `"${compared.name}" is ${compared.type} and takes no "${operator}".`)
}

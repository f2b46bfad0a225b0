import { badRequest } from '../../kernel/failure.ts'
import { findAttribute, valueOf, type Attribute, type ResourceSchema } from '../schema/attribute.ts'
import { resolvePath } from '../schema/resolve.ts'
import type { AttributePath, Filter, Operator } from './ast.ts'

type Find = (path: AttributePath) => Attribute | undefined

const ORDERING: ReadonlySet<string> = new Set(['gt', 'ge', 'lt', 'le'])

/**
 * 400 `invalidFilter` where truth values or binary data are compared by an order that they do not have (RFC 7644
 * §3.4.2.2), and where a filter asks for the names of members or groups, which do not stand with them.
 */
export function checkFilter(schema: ResourceSchema, filter: Filter): void {
  check(filter, (path) => {
    const target = resolvePath(schema, path)
    if (target?.filter !== undefined) checkElements(target.attribute, target.filter)
    if (target?.sub !== undefined) requireKept(target.attribute, target.sub)
    return target?.sub ?? target?.attribute
  })
}

function checkElements(attribute: Attribute, filter: Filter): void {
  check(filter, (path) => {
    const sub = findAttribute(attribute.subAttributes, path.attribute)
    if (sub !== undefined) requireKept(attribute, sub)
    return sub
  })
}

function requireKept({ name }: Attribute, sub: Attribute): void {
  if ((name === 'members' || name === 'groups') && sub.name === 'display')
    badRequest(
      'invalidFilter',
      `"${name}.display" is not kept and cannot be filtered by. Use ${name}.value with an id.`,
    )
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

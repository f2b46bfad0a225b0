import { parseResourceId, type ResourceId } from '../../kernel/ids.ts'
import type { ResourceSchema } from '../schema/attribute.ts'
import { resolvePath } from '../schema/resolve.ts'
import type { AttributePath, Filter, Literal, Operator } from './ast.ts'

/** How much of a group's members or a user's groups, which stand in rows of their own, a filter has to see. */
export interface RelatedNeed {
  /** Whether these are in. */
  readonly ids: ReadonlySet<ResourceId>
  /** Whether there is any. */
  readonly any: boolean
  /** All of them. */
  readonly all: boolean
}

/**
 * What a filter asks of the members of a group or the groups of a user; `undefined` where it does not mention them. To
 * compare ids only those are looked up: a group may have any number of members.
 */
export function relatedNeed(schema: ResourceSchema, filter: Filter): RelatedNeed | undefined {
  const name = schema.kind === 'User' ? 'groups' : 'members'
  const need = { ids: new Set<ResourceId>(), any: false, all: false }
  let mentioned = false
  for (const leaf of leavesOf(filter)) {
    const target = resolvePath(schema, leaf.path)
    if (target?.extension !== undefined || target?.attribute.name !== name) continue
    mentioned = true
    const ids = pinnedIds(leaf)
    if (ids !== undefined) for (const id of ids) need.ids.add(id)
    else if (asksForAny(leaf)) need.any = true
    else need.all = true
  }
  return mentioned ? need : undefined
}

interface Leaf {
  readonly path: AttributePath
  readonly kind: 'present' | 'compare' | 'matches'
  readonly operator?: Operator
  readonly value?: Literal
}

function* leavesOf(filter: Filter): Generator<Leaf> {
  switch (filter.kind) {
    case 'and':
    case 'or':
      for (const term of filter.terms) yield* leavesOf(term)
      return
    case 'not':
      yield* leavesOf(filter.term)
      return
    default:
      yield filter
  }
}

/** The only ids whose presence can change what the leaf says; `undefined` where others can. */
function pinnedIds(leaf: Leaf): readonly ResourceId[] | undefined {
  const { path, operator, value } = leaf
  const isEquality = operator === 'eq' || operator === 'ne'
  if (isEquality && isValue(path) && typeof value === 'string') return idsOf(value)
  return path.filter === undefined ? undefined : idsWithin(path.filter)
}

/** The ids that a value must have to pass the filter in the brackets. */
function idsWithin(filter: Filter): readonly ResourceId[] | undefined {
  if (filter.kind === 'and')
    return filter.terms.map((term) => idsWithin(term)).find((ids) => ids !== undefined)
  if (filter.kind === 'or') {
    const parts = filter.terms.map((term) => idsWithin(term))
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.value === null) return undefined
  return filter.path.attribute.toLowerCase() === 'value' ? idsOf(filter.value) : undefined
}

function idsOf(literal: Literal): readonly ResourceId[] {
  const id = parseResourceId(literal)
  return id === undefined ? [] : [id]
}

/** `members pr`, `members.type eq null`: one is as good as all, since each has a value, a reference and a type. */
function asksForAny(leaf: Leaf): boolean {
  if (leaf.path.filter !== undefined) return false
  return leaf.kind === 'present' || leaf.value === null
}

function isValue({ sub }: AttributePath): boolean {
  return sub === undefined || sub.toLowerCase() === 'value'
}

import { badRequest } from '../../kernel/failure.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { Steps } from '../../kernel/turns.ts'
import type { Filter } from '../filter/ast.ts'
import { createComparisons, refuseOperations, type Comparisons } from '../filter/comparisons.ts'
import { coerceAttribute, coerceElement, coerceSingle, limitValues } from '../schema/coerce.ts'
import { COMMON_ATTRIBUTES } from '../schema/definitions.ts'
import type { Attribute, ResourceSchema } from '../schema/attribute.ts'
import { resolvePath, type Target } from '../schema/resolve.ts'
import {
  addElements,
  asRecord,
  dropMatching,
  removeElements,
  setMatching,
  setOnAll,
  withMember,
  writeMatching,
  type Elements,
  type Held,
  type Part,
} from './elements.ts'
import type { PatchOperation } from './operations.ts'

export interface Patched {
  readonly attributes: JsonObject
  /** Paths that no schema knows, or that the server alone writes: left out and reported. */
  readonly skipped: readonly string[]
}

/**
 * Applies the operations in order to a copy; the first one that is wrong refuses all (RFC 7644 §3.5.2). An attribute
 * that no schema has is skipped: administrators map more than we keep, and its error would hold back a deactivation.
 */
export function* applyPatch(
  schema: ResourceSchema,
  resource: { id: string; attributes: JsonObject },
  operations: readonly PatchOperation[],
): Steps<Patched> {
  let { attributes } = resource
  const comparisons = createComparisons(refuseOperations)
  const skipped: string[] = []
  const targets = operations.map(({ path }) => resolvePath(schema, path))
  const written = new Set(targets.flatMap((target) => (target ? [pathOf(target, target.sub?.name)] : [])))
  for (const [i, operation] of operations.entries()) {
    const target = targets[i]
    if (target === undefined) skipped.push(nameOf(operation))
    else if (target.attribute.mutability === 'readOnly') skipReadOnly(resource.id, operation, target, skipped)
    else {
      const part = { ...target, stale: staleNames(target, written) }
      const values = { current: read(attributes, target), comparisons }
      attributes = write(attributes, target, yield* change(values, part, operation))
    }
    yield
  }
  return { attributes, skipped }
}

/** Their `display` names the value itself; that of an address or number may say anything, such as "at home". */
const NAMED: ReadonlySet<string> = new Set(['roles', 'entitlements'])

/** With "value" alone changed the name of the old one goes, unless the same request sets it, in whichever order. */
function staleNames(target: Target, written: ReadonlySet<string>): readonly string[] {
  if (target.sub?.name !== 'value' || !NAMED.has(target.attribute.name)) return []
  return written.has(pathOf(target, 'display')) ? [] : ['display']
}

function pathOf({ attribute }: Target, sub: string | undefined): string {
  return `${attribute.name}.${sub ?? ''}`
}

/** `id`, `schemas` and `meta` are refused; clients that send whole resources back may repeat what they read. */
function skipReadOnly(id: string, operation: PatchOperation, target: Target, skipped: string[]): void {
  const { name } = target.attribute
  const repeated =
    !operation.explicit &&
    (name === 'schemas' || name === 'groups' || (name === 'id' && operation.value === id))
  if (!repeated) badRequest('mutability', `"${operation.text}" is set by the server and cannot be changed.`)
  if (!COMMON_ATTRIBUTES.has(name.toLowerCase())) skipped.push(nameOf(operation))
}

/** For the activity, which holds no personal data: the path without the literals of its filter, types excepted. */
function nameOf({ path, text }: PatchOperation): string {
  if (path.filter === undefined || isOnType(path.filter)) return text
  const name = path.urn === undefined ? path.attribute : `${path.urn}:${path.attribute}`
  return path.sub === undefined ? `${name}[…]` : `${name}[…].${path.sub}`
}

function isOnType(filter: Filter): boolean {
  return filter.kind === 'compare' && filter.path.attribute.toLowerCase() === 'type'
}

function read(attributes: JsonObject, target: Target): unknown {
  const holder = target.extension === undefined ? attributes : asRecord(attributes[target.extension])
  return holder[target.attribute.name]
}

function write(attributes: JsonObject, target: Target, value: unknown): JsonObject {
  const { name } = target.attribute
  if (target.extension === undefined) return withMember(attributes, name, value)
  const extension = withMember(asRecord(attributes[target.extension]), name, value)
  return withMember(attributes, target.extension, Object.keys(extension).length === 0 ? undefined : extension)
}

type PartTarget = Target & Pick<Part, 'stale'>

function* change(
  { current, comparisons }: { current: unknown; comparisons: Comparisons },
  target: PartTarget,
  operation: PatchOperation,
): Steps<unknown> {
  const { attribute, filter, sub } = target
  // Entra sends an "add" of roles without a value where there are none: it adds nothing, and so it clears nothing.
  if (operation.verb === 'add' && operation.value === undefined) return current
  if (attribute.multiValued) {
    const held = { attribute, elements: asElements(current), comparisons }
    const elements = yield* changeElements(held, target, operation)
    limitValues(attribute, elements)
    return elements.length === 0 ? undefined : elements
  }
  if (filter !== undefined)
    badRequest('invalidPath', `"${attribute.name}" has one value only and takes no filter.`)
  if (sub !== undefined) return changeMember(current, sub, operation)
  return operation.verb === 'remove' ? undefined : yield* changeWhole(current, attribute, operation.value)
}

function* changeElements(held: Held, target: PartTarget, { verb, value }: PatchOperation): Steps<Elements> {
  const { attribute, filter, sub, stale } = target
  const given = verb === 'remove' ? undefined : value
  if (filter !== undefined && sub !== undefined)
    return yield* setMatching(held, { filter, sub, stale }, given)
  if (filter !== undefined)
    return verb === 'remove'
      ? yield* dropMatching(held, filter)
      : yield* writeMatching(held, filter, { verb, value })
  if (sub !== undefined) return setOnAll(held, { sub, stale }, given)
  if (verb === 'add') return yield* addElements(held, value)
  if (verb === 'remove')
    return value === undefined || value === null ? [] : yield* removeElements(held, value)
  return asElements(yield* coerceAttribute(attribute, value))
}

function asElements(value: unknown): Elements {
  return Array.isArray(value) ? value : []
}

function changeMember(current: unknown, sub: Attribute, { verb, value }: PatchOperation): unknown {
  const changed = withMember(
    asRecord(current),
    sub.name,
    verb === 'remove' ? undefined : coerceSingle(sub, value),
  )
  return Object.keys(changed).length === 0 ? undefined : changed
}

/** Members of a complex value that are not mentioned stay (RFC 7644 §3.5.2.3); mentioned ones that are empty go. */
function* changeWhole(current: unknown, attribute: Attribute, value: unknown): Steps<unknown> {
  const sole: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
  if (attribute.type !== 'complex' || attribute.name === 'manager')
    return yield* coerceAttribute(attribute, value)
  if (sole === null || sole === '') return undefined
  const coerced = asRecord(coerceElement(attribute, sole))
  const cleared = Object.keys(asRecord(sole)).map(
    (name) => attribute.subAttributes.get(name.toLowerCase())?.name,
  )
  const kept = Object.entries(asRecord(current)).filter(([name]) => !cleared.includes(name))
  const merged = { ...Object.fromEntries(kept), ...coerced }
  return Object.keys(merged).length === 0 ? undefined : merged
}

import { badRequest, fail } from '../kernel/failure.ts'
import { parseResourceId, type ResourceId } from '../kernel/ids.ts'
import { isRecord, memberOf } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { isText } from '../kernel/text.ts'
import { mapSteps, type Steps } from '../kernel/turns.ts'
import type { ResourceKind } from '../storage/keys.ts'
import type { Filter } from './filter/ast.ts'
import type { PatchOperation } from './patch/operations.ts'

/** A member as a client names it; the id may be anything. */
export interface MemberReference {
  readonly text: string
  readonly id: ResourceId | undefined
  readonly kind: ResourceKind
}

/** The net effect of all operations on `members`: the last word on each id holds. */
export interface MemberChanges {
  /** Members that are not in `add` go: "replace", or "remove" without a value. */
  replaceAll: boolean
  readonly add: Map<string, MemberReference>
  readonly remove: Map<string, MemberReference>
  /** Filters that name no ids: members are matched one by one. */
  readonly removeMatching: Filter[]
}

export function noMemberChanges(): MemberChanges {
  return { replaceAll: false, add: new Map(), remove: new Map(), removeMatching: [] }
}

export function isEmpty(changes: MemberChanges): boolean {
  return !changes.replaceAll && changes.add.size + changes.remove.size + changes.removeMatching.length === 0
}

/** Folds the operations on `members` into their net effect, in order. */
export function* memberChanges(operations: readonly PatchOperation[]): Steps<MemberChanges> {
  const changes = noMemberChanges()
  for (const operation of operations) yield* fold(changes, operation)
  limitMembers(changes.add.size + changes.remove.size)
  return changes
}

/** `members` of a POST or PUT body, or the value of an operation: objects, bare ids or `$ref`s. 400 where none can be read. */
export function* readMembers(value: unknown): Steps<readonly MemberReference[]> {
  if (value === undefined || value === null || value === '') return []
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  limitMembers(list.length)
  return yield* mapSteps(list, readMember)
}

function* fold(changes: MemberChanges, { verb, path, value }: PatchOperation): Steps<void> {
  const { filter } = path
  if (filter !== undefined) foldFiltered(changes, verb, filter)
  else if (verb === 'remove' && value !== undefined && value !== null)
    drop(changes, yield* readMembers(value))
  else {
    if (verb !== 'add') clear(changes)
    if (verb !== 'remove') put(changes, yield* readMembers(value))
  }
}

/** `members[value eq "id"]`: with "remove" that member goes; with "add" or "replace" the value is created (Entra's rule). */
function foldFiltered(changes: MemberChanges, verb: PatchOperation['verb'], filter: Filter): void {
  const ids = namedIds(filter)
  if (verb !== 'remove' && ids === undefined)
    badRequest('noTarget', 'The filter on "members" does not say which member to add.')
  if (verb !== 'remove')
    put(
      changes,
      (ids ?? []).map((id) => toReference(id, 'User')),
    )
  else if (ids === undefined) changes.removeMatching.push(filter)
  else
    drop(
      changes,
      ids.map((id) => toReference(id, 'User')),
    )
}

function clear(changes: MemberChanges): void {
  changes.replaceAll = true
  changes.add.clear()
  changes.remove.clear()
  changes.removeMatching.length = 0
}

function put(changes: MemberChanges, members: readonly MemberReference[]): void {
  for (const member of members) {
    changes.remove.delete(member.text)
    changes.add.set(member.text, member)
  }
}

function drop(changes: MemberChanges, members: readonly MemberReference[]): void {
  for (const member of members) {
    changes.add.delete(member.text)
    if (!changes.replaceAll) changes.remove.set(member.text, member)
  }
}

/** The ids of `value eq "a" or value eq "b"`; `undefined` for any other filter. */
function namedIds(filter: Filter): readonly string[] | undefined {
  if (filter.kind === 'or') {
    const parts = filter.terms.map(namedIds)
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined
  }
  if (
    filter.kind !== 'compare' ||
    filter.operator !== 'eq' ||
    filter.path.attribute.toLowerCase() !== 'value'
  )
    return undefined
  return [String(filter.value)]
}

function readMember(value: unknown): MemberReference {
  if (typeof value === 'string' || typeof value === 'number') return toReference(String(value), 'User')
  if (!isRecord(value))
    return badRequest('invalidValue', 'Each member must be an object with the id as its "value".')
  const reference = typeof value['$ref'] === 'string' ? value['$ref'] : ''
  const id = memberOf(value, 'value') ?? reference.split('/').pop()
  if ((typeof id !== 'string' && typeof id !== 'number') || id === '')
    return badRequest('invalidValue', 'A member has no "value". Give the id of a user or group.')
  const isGroup = isText(value['type'], 'group') || reference.includes('/Groups/')
  return toReference(String(id), isGroup ? 'Group' : 'User')
}

function toReference(text: string, kind: ResourceKind): MemberReference {
  return { text, id: parseResourceId(text), kind }
}

function limitMembers(count: number): void {
  if (count > LIMITS.membersPerRequest)
    fail({
      code: 'too_large',
      detail: `A request takes at most ${LIMITS.membersPerRequest} members. Send the rest in another one.`,
    })
}

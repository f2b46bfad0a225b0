import type { JsonObject } from './json.ts'

/** `compliant` is what `aadOptscim062020` in the tenant URL switches on; `legacy` is the default. */
export type PatchMode = 'legacy' | 'compliant'

/** A difference between source and target, before it is written as a PATCH operation. */
export interface Change {
  /** `add` where the target has no value, `replace` where it has another one. */
  readonly op: 'add' | 'replace'
  readonly path: string
  readonly value: unknown
  /** Keeps an operation of its own in compliant mode: paths with brackets and lists. */
  readonly alone: boolean
}

type Operation = JsonObject

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/**
 * Writes the changes of a user. Legacy: one operation per attribute, capitalised, booleans as text. Compliant: bracketed
 * paths stay apart, the others share one operation without a path, whose keys are paths (and so no SCIM attributes).
 */
export function encodeUserPatch(changes: readonly Change[], mode: PatchMode): JsonObject {
  if (mode === 'legacy') return toRequest(changes.map(toLegacyOperation))
  const alone = changes.filter((change) => change.alone).map(toOperation)
  const shared = changes.filter((change) => !change.alone)
  return toRequest([...alone, ...mergeOperations(shared, { evenOne: false })])
}

/** Writes the changes of a group; in compliant mode even a single one goes without a path. */
export function encodeGroupPatch(changes: readonly Change[], mode: PatchMode): JsonObject {
  return toRequest(
    mode === 'legacy' ? changes.map(toLegacyOperation) : mergeOperations(changes, { evenOne: true }),
  )
}

/** Writes the manager, which is the plain id of the target's resource and always a request of its own. */
export function encodeManagerPatch(op: 'add' | 'replace', managerId: string, mode: PatchMode): JsonObject {
  const path = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager'
  return encodeUserPatch([{ op, path, value: managerId, alone: false }], mode)
}

/** Adds members in one operation; legacy bodies carry `$ref: null` in each. */
export function encodeAddMembers(ids: readonly string[], mode: PatchMode): JsonObject {
  const value = ids.map((id) => (mode === 'legacy' ? { $ref: null, value: id } : { value: id }))
  return toRequest([{ op: mode === 'legacy' ? 'Add' : 'add', path: 'members', value }])
}

/** Removes members: legacy lists them as the value of a removal, compliant names each in a path of its own. */
export function encodeRemoveMembers(ids: readonly string[], mode: PatchMode): JsonObject {
  if (mode === 'compliant')
    return toRequest(ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })))
  return toRequest([{ op: 'Remove', path: 'members', value: ids.map((id) => ({ $ref: null, value: id })) }])
}

function toRequest(operations: readonly Operation[]): JsonObject {
  return { schemas: [PATCH_OP], Operations: operations }
}

function toLegacyOperation({ op, path, value }: Change): Operation {
  return {
    op: op === 'add' ? 'Add' : 'Replace',
    path,
    value: typeof value === 'boolean' ? toLegacyBoolean(value) : value,
  }
}

function toLegacyBoolean(value: boolean): string {
  return value ? 'True' : 'False'
}

function toOperation({ op, path, value }: Change): Operation {
  return { op, path, value }
}

/** One operation without a path for the replacements and one for the additions; a lone change may keep its path. */
function mergeOperations(
  changes: readonly Change[],
  { evenOne }: { evenOne: boolean },
): readonly Operation[] {
  const ops = ['replace', 'add'] as const
  return ops.flatMap((op): readonly Operation[] => {
    const same = changes.filter((change) => change.op === op)
    const [first] = same
    if (first === undefined) return []
    if (same.length === 1 && !evenOne) return [toOperation(first)]
    return [{ op, value: Object.fromEntries(same.map((change) => [change.path, change.value])) }]
  })
}

import { badRequest, fail } from '../../kernel/failure.ts'
import { isRecord, memberOf } from '../../kernel/json.ts'
import { LIMITS } from '../../kernel/limits.ts'
import { isText } from '../../kernel/text.ts'
import type { Steps } from '../../kernel/turns.ts'
import type { AttributePath } from '../filter/ast.ts'
import { parsePath } from '../filter/parse.ts'
import { requireMessage } from '../message.ts'
import type { Extension, ResourceSchema } from '../schema/attribute.ts'

type PatchVerb = 'add' | 'replace' | 'remove'

/** One change of one attribute. Path-less operations have become one of these for each member of their value. */
export interface PatchOperation {
  readonly verb: PatchVerb
  readonly path: AttributePath
  /** The path as the client wrote it, for messages and the activity row. */
  readonly text: string
  readonly value: unknown
  /** The client named the path itself; false for the members of a path-less value. */
  readonly explicit: boolean
}

const VERBS: readonly PatchVerb[] = ['add', 'replace', 'remove']

/**
 * Reads a PatchOp body (RFC 7644 §3.5.2) in all of Entra's spellings: verbs in any case, and path-less values whose
 * keys are attribute names, dotted paths, or URNs with or without an attribute behind them.
 */
export function* parsePatch(schema: ResourceSchema, body: unknown): Steps<readonly PatchOperation[]> {
  if (!isRecord(body)) badRequest('invalidSyntax', 'The body must be a JSON object with "Operations".')
  requireMessage(body, 'PatchOp')
  const operations: unknown = memberOf(body, 'Operations')
  if (!Array.isArray(operations) || operations.length === 0)
    return badRequest('invalidSyntax', '"Operations" must be a list with at least one operation.')
  limitOperations(operations)
  const read: PatchOperation[] = []
  for (const operation of operations) {
    for (const one of readOperation(schema, operation)) {
      read.push(one)
      limitOperations(read)
      yield
    }
  }
  return read
}

/** Each attribute that a path-less operation names is one. */
function limitOperations(operations: readonly unknown[]): void {
  if (operations.length > LIMITS.patchOperations)
    fail({
      code: 'too_large',
      detail: `A PATCH takes at most ${LIMITS.patchOperations} operations. Without "path", each attribute is one.`,
    })
}

function* readOperation(schema: ResourceSchema, operation: unknown): Generator<PatchOperation> {
  if (!isRecord(operation)) return badRequest('invalidSyntax', 'Each operation must be a JSON object.')
  const verb = readVerb(memberOf(operation, 'op'))
  const path = memberOf(operation, 'path')
  const value = memberOf(operation, 'value')
  if (path !== undefined && path !== null && typeof path !== 'string')
    badRequest('invalidPath', '"path" must be a text.')
  if (typeof path === 'string' && path.trim() !== '')
    return yield* onPath(schema, { verb, text: path.trim(), value, explicit: true })
  if (verb === 'remove') return badRequest('noTarget', 'A remove operation needs a "path".')
  if (!isRecord(value))
    return badRequest('invalidValue', 'An operation without "path" needs an object as its "value".')
  for (const [text, part] of Object.entries(value))
    yield* onPath(schema, { verb, text, value: part, explicit: false })
}

/** A path that is an extension's URN alone stands for each member of its value. */
function* onPath(schema: ResourceSchema, operation: Omit<PatchOperation, 'path'>): Generator<PatchOperation> {
  const { text, value, verb } = operation
  const extension = schema.extensions.get(text.toLowerCase())
  if (extension === undefined && text.toLowerCase() !== schema.urn.toLowerCase())
    return yield { ...operation, path: parsePath(text) }
  const urn = extension?.urn ?? schema.urn
  const isCleared = verb === 'remove' || value === null || value === ''
  const parts = isCleared ? clearedParts(extension) : isRecord(value) ? Object.entries(value) : undefined
  if (parts === undefined) return badRequest('invalidValue', `"${text}" needs an object as its "value".`)
  for (const [name, part] of parts) {
    const full = `${urn}:${name}`
    yield { ...operation, verb: isCleared ? 'remove' : verb, text: full, path: parsePath(full), value: part }
  }
}

/** All that an extension has; a core schema is never cleared as a whole. */
function clearedParts(extension: Extension | undefined): readonly (readonly [string, unknown])[] {
  return [...(extension?.attributes.values() ?? [])].map(({ name }) => [name, undefined])
}

function readVerb(value: unknown): PatchVerb {
  const verb = VERBS.find((name) => isText(value, name))
  return verb ?? badRequest('invalidSyntax', '"op" must be add, replace or remove.')
}

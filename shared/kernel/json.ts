import { badRequest } from './failure.ts'
import { checkShape, refuseDepth } from './json-shape.ts'
import { LIMITS } from './limits.ts'
import { hasUnstorableCharacters } from './text.ts'
import type { Steps } from './turns.ts'

/** A JSON object whose members are not looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member that is a text; `undefined` for everything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Keys through which plain objects reach their prototype. They are never an attribute name. */
export function isPrototypeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** A member by its name in any case (RFC 7643 §2.1). 400 where two spellings of it are there: neither can be the right one. */
export function memberOf(record: JsonObject, name: string): unknown {
  const wanted = name.toLowerCase()
  const keys = Object.keys(record).filter((key) => key.toLowerCase() === wanted)
  if (keys.length > 1) badRequest('invalidSyntax', `"${name}" is there twice, in different spellings.`)
  const [key] = keys
  return key === undefined ? undefined : record[key]
}

/** Parses a body of UTF-8 JSON. What is too deep, too long or too much is refused, most of it before it is parsed. */
export function* parseJson(bytes: Uint8Array): Steps<unknown> {
  const text = decodeUtf8(bytes)
  yield
  yield* checkShape(bytes)
  const value = parseText(text)
  yield
  yield* checkValues(value)
  return value
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return badRequest('invalidSyntax', 'The body is not UTF-8 text. Send JSON in UTF-8.')
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return badRequest('invalidSyntax', 'The body is not valid JSON. Check quotes, commas and brackets.')
  }
}

/** Values that one step looks at; a text counts by its length, too. */
const STEP_VALUES = 4_000

function* checkValues(root: unknown): Steps<void> {
  let level: unknown[] = [root]
  let seen = 0
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > LIMITS.jsonDepth) refuseDepth()
    const next: unknown[] = []
    for (const value of level) {
      seen += checkValue(value, next)
      if (seen < STEP_VALUES) continue
      seen = 0
      yield
    }
    level = next
  }
}

/** Looks at a value, puts what is in it aside, and says how much that was. */
function checkValue(value: unknown, inner: unknown[]): number {
  if (typeof value === 'string') return checkString(value)
  if (typeof value !== 'object' || value === null) return 1
  const before = inner.length
  let characters = 0
  if (Array.isArray(value)) for (const child of value) inner.push(child)
  else
    for (const [name, child] of Object.entries(value)) {
      // Names too: what no schema has is named in the activity.
      characters += checkString(name)
      inner.push(child)
    }
  return inner.length - before + characters
}

function checkString(value: string): number {
  if (value.length > LIMITS.stringLength)
    badRequest('invalidValue', `A text is longer than ${LIMITS.stringLength} characters. Shorten it.`)
  if (hasUnstorableCharacters(value))
    badRequest('invalidValue', 'A text has control characters or half of a surrogate pair. Remove them.')
  return 1 + value.length / 50
}

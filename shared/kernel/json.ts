import { badRequest } from './failure.ts'
import { LIMITS } from './limits.ts'
import { hasUnstorableCharacters } from './text.ts'

/** A JSON object whose members are not looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keys through which plain objects reach their prototype. They are never an attribute name. */
export function isPrototypeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** A member by its name in any case (RFC 7643 §2.1). 400 where two spellings of it are there: neither can be the right one. */
export function memberOf(record: JsonObject, name: string): unknown {
  const keys = Object.keys(record).filter((key) => key.toLowerCase() === name.toLowerCase())
  if (keys.length > 1) badRequest('invalidSyntax', `"${name}" is there twice, in different spellings.`)
  const [key] = keys
  return key === undefined ? undefined : record[key]
}

/** Parses a body of UTF-8 JSON. Depth and string length are held right after parsing, iteratively; both fail as 400. */
export function parseJson(bytes: Uint8Array): unknown {
  const value = parseText(decodeUtf8(bytes))
  checkValues(value)
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

function checkValues(root: unknown): void {
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > LIMITS.jsonDepth)
      badRequest('invalidSyntax', `The JSON is nested deeper than ${LIMITS.jsonDepth} levels.`)
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value === 'string') checkString(value)
      else if (typeof value === 'object' && value !== null)
        for (const [name, child] of Object.entries(value)) {
          // Names too: what no schema has is named in the activity.
          if (!Array.isArray(value)) checkString(name)
          next.push(child)
        }
    }
    level = next
  }
}

function checkString(value: string): void {
  if (value.length > LIMITS.stringLength)
    badRequest('invalidValue', `A text is longer than ${LIMITS.stringLength} characters. Shorten it.`)
  if (hasUnstorableCharacters(value))
    badRequest('invalidValue', 'A text has control characters or half of a surrogate pair. Remove them.')
}

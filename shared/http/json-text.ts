import { isRecord, type JsonObject } from '../kernel/json.ts'
import type { Steps } from '../kernel/turns.ts'

/** Longer lists are written value by value: one of all members of a group takes many milliseconds. */
const LONG_LIST = 16
const PART_CHARACTERS = 65_536

/** An answer as JSON; one with long lists as bytes, made in small steps. */
export function* toJsonText(body: JsonObject): Steps<string | Uint8Array> {
  if (!hasLongList(body)) return JSON.stringify(body)
  const parts: Uint8Array[] = []
  let text = ''
  for (const piece of piecesOf(body)) {
    text += piece
    if (text.length > PART_CHARACTERS) {
      parts.push(Buffer.from(text))
      text = ''
    }
    yield
  }
  parts.push(Buffer.from(text))
  return Buffer.concat(parts)
}

function* piecesOf(value: unknown): Generator<string> {
  if (isLong(value)) yield* listPieces(value)
  else if (isRecord(value) && hasLongList(value)) yield* objectPieces(value)
  else yield JSON.stringify(value)
}

function* listPieces(list: readonly unknown[]): Generator<string> {
  for (const [i, item] of list.entries()) {
    yield i === 0 ? '[' : ','
    yield* piecesOf(item)
  }
  yield ']'
}

function* objectPieces(record: JsonObject): Generator<string> {
  const members = Object.entries(record).filter(([, value]) => value !== undefined)
  for (const [i, [name, value]] of members.entries()) {
    yield `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`
    yield* piecesOf(value)
  }
  yield '}'
}

function hasLongList(record: JsonObject): boolean {
  return Object.values(record).some(isLong)
}

function isLong(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > LONG_LIST
}

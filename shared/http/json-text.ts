import { isRecord, type JsonObject } from '../kernel/json.ts'
import type { Steps } from '../kernel/turns.ts'

/** Longer lists are written in parts: one of all members of a group takes many milliseconds. */
const LONG_LIST = 16
/** Values that are written in one step: the largest resources take half a millisecond each. */
const AT_ONCE = 8
const PART_CHARACTERS = 262_144

/** An answer as JSON, made in small steps; a very long one comes as bytes, which nobody has to encode at once. */
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
  if (parts.length === 0) return text
  parts.push(Buffer.from(text))
  return Buffer.concat(parts)
}

function* piecesOf(value: unknown): Generator<string> {
  if (isLong(value)) yield* listPieces(value)
  else if (isRecord(value) && hasLongList(value)) yield* objectPieces(value)
  else yield JSON.stringify(value)
}

function* listPieces(list: readonly unknown[]): Generator<string> {
  for (let i = 0; i < list.length; i += AT_ONCE) {
    const some = list.slice(i, i + AT_ONCE)
    yield i === 0 ? '[' : ','
    if (some.some((item) => isRecord(item) && hasLongList(item))) yield* singly(some)
    else yield JSON.stringify(some).slice(1, -1)
  }
  yield ']'
}

function* singly(items: readonly unknown[]): Generator<string> {
  for (const [i, item] of items.entries()) {
    if (i > 0) yield ','
    yield* piecesOf(item)
  }
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

import { badRequest, fail } from './failure.ts'
import { LIMITS } from './limits.ts'
import type { Steps } from './turns.ts'

/** What the bytes that were read so far say of a JSON text. */
interface Shape {
  at: number
  inText: boolean
  values: number
  /** Members or elements of each list and object that is open, and which of them are objects. */
  readonly counts: number[]
  readonly objects: boolean[]
}

const STEP_BYTES = 131_072

/**
 * Refuses by its bytes, before it is parsed, what would take long to parse or to look at: nesting, very many values,
 * objects of very many members. Whether it is JSON at all is not its question.
 */
export function* checkShape(bytes: Uint8Array): Steps<void> {
  const shape: Shape = { at: 0, inText: false, values: 1, counts: [0], objects: [false] }
  for (let end = STEP_BYTES; shape.at < bytes.length; end += STEP_BYTES) {
    read(bytes, Math.min(end, bytes.length), shape)
    yield
  }
}

function read(bytes: Uint8Array, end: number, shape: Shape): void {
  while (shape.at < end) {
    if (shape.inText) skipText(bytes, end, shape)
    else skipToMark(bytes, end, shape)
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

function skipText(bytes: Uint8Array, end: number, shape: Shape): void {
  let { at } = shape
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  shape.inText = at >= end
  // A backslash at the end of a step takes the next character along.
  shape.at = at < end ? at + 1 : at
}

function skipToMark(bytes: Uint8Array, end: number, shape: Shape): void {
  let { at } = shape
  for (; at < end; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      shape.inText = true
      at++
      break
    }
    if (byte === COMMA) countNext(shape)
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) open(shape, byte === OPEN_OBJECT)
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) close(shape)
  }
  shape.at = at
}

function countNext(shape: Shape): void {
  const depth = shape.counts.length - 1
  const count = (shape.counts[depth] ?? 0) + 1
  shape.counts[depth] = count
  if (count >= LIMITS.jsonMembers && shape.objects[depth] === true)
    badRequest('invalidSyntax', `An object of the body has more than ${LIMITS.jsonMembers} members.`)
  countValue(shape)
}

function countValue(shape: Shape): void {
  if (++shape.values > LIMITS.jsonValues)
    fail({
      code: 'too_large',
      detail: `The body has more than ${LIMITS.jsonValues} values. Send it in parts.`,
    })
}

function open(shape: Shape, isObject: boolean): void {
  // Empty ones may stand one level deeper than the deepest value.
  if (shape.counts.length > LIMITS.jsonDepth + 1) refuseDepth()
  shape.counts.push(0)
  shape.objects.push(isObject)
  countValue(shape)
}

function close(shape: Shape): void {
  if (shape.counts.length === 1) return
  shape.counts.pop()
  shape.objects.pop()
}

/** 400 for what is nested too deeply. */
export function refuseDepth(): never {
  return badRequest('invalidSyntax', `The JSON is nested deeper than ${LIMITS.jsonDepth} levels.`)
}

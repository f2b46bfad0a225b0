/** A source map (ECMA-426) as far as it is looked at here. */
export interface SourceMap {
  readonly version: number
  readonly sources: readonly string[]
  readonly mappings: string
}

/**
 * The same map with nothing finer than lines: a stack trace leads to the file and the line as before, in a third of the
 * space. Names are left out, as the bundle still has them.
 */
export function toLineMap({ version, sources, mappings }: SourceMap): SourceMap {
  const read: Place = { column: 0, source: 0, line: 0, sourceColumn: 0 }
  const written: Place = { ...read }
  const rows = mappings.split(';').map((row) => {
    read.column = 0
    written.column = 0
    let isFirst = true
    return row
      .split(',')
      .map((segment) => {
        const isMapped = advance(read, segment)
        if (!isMapped || (!isFirst && isSameLine(read, written))) return ''
        isFirst = false
        return encodeDifference(read, written)
      })
      .filter((segment) => segment !== '')
      .join(',')
  })
  return { version, sources, mappings: rows.join(';') }
}

interface Place {
  column: number
  source: number
  line: number
  sourceColumn: number
}

const FIELDS = ['column', 'source', 'line', 'sourceColumn'] as const
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Moves to where a segment points; whether it points into a source at all. */
function advance(place: Place, segment: string): boolean {
  const numbers = decode(segment)
  for (const [index, field] of FIELDS.entries()) place[field] += numbers[index] ?? 0
  return numbers.length >= FIELDS.length
}

function isSameLine(place: Place, other: Place): boolean {
  return place.source === other.source && place.line === other.line
}

function encodeDifference(place: Place, from: Place): string {
  const text = FIELDS.map((field) => encode(place[field] - from[field])).join('')
  Object.assign(from, place)
  return text
}

/** Base64 VLQ: five bits a digit, the sixth says that another one follows, the lowest bit of a number is its sign. */
function decode(segment: string): number[] {
  const numbers: number[] = []
  let value = 0
  let shift = 0
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit)
    value += (bits & 31) << shift
    shift += 5
    if (bits & 32) continue
    numbers.push(value & 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return numbers
}

function encode(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  let text = ''
  do {
    const bits = rest & 31
    rest >>= 5
    text += DIGITS[rest > 0 ? bits | 32 : bits]
  } while (rest > 0)
  return text
}

export type JsonObject = Readonly<Record<string, unknown>>
export type MutableJson = Record<string, unknown>

/** Tells whether a parsed JSON value is an object (neither a list nor null). */
export function isRecord(value: unknown): value is MutableJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The elements of a JSON list; anything else counts as the empty list. */
export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

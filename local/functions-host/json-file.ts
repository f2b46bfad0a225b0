import { readFileSync } from 'node:fs'

/** Narrows to an object with string keys; arrays and null are none. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object in a JSON file, or undefined when there is no such file. Fails, naming the file, on anything else. */
export function readJsonFile(path: string): Record<string, unknown> | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`${path} is not JSON`, { cause: error })
  }
  if (!isRecord(value)) throw new Error(`${path} holds no JSON object`)
  return value
}

/** The members of a record that are strings, in the order of the file. */
export function stringMembers(value: unknown): [string, string][] {
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === 'string' ? [[name, member]] : [],
  )
}

import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A resource as a snapshot has it: what is known before a deployment is resolved, the rest is an expression. */
export interface Resource {
  readonly id: string
  readonly type: string
  readonly name: string
  // oxlint-disable-next-line typescript/no-explicit-any -- each type has its own shape
  properties?: any
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  [other: string]: any
}

export interface Snapshot {
  predictedResources: Resource[]
  readonly diagnostics: readonly unknown[]
  outputs: Record<string, unknown>
}

export const PROJECT = join(import.meta.dirname, '../..')
const FOLDER = join(PROJECT, 'infra/snapshots')

export const SCENARIOS = globSync('*.bicepparam', { cwd: FOLDER })
  .toSorted()
  .map((file) => basename(file, '.bicepparam'))

/** A fresh copy, so that a test may spoil it. */
export function readSnapshot(scenario: string): Snapshot {
  return JSON.parse(readFileSync(join(FOLDER, `${scenario}.snapshot.json`), 'utf8'))
}

export function ofType(snapshot: Snapshot, type: string): Resource[] {
  return snapshot.predictedResources.filter((resource) => resource.type === type)
}

export function only(snapshot: Snapshot, type: string): Resource {
  const [resource, ...others] = ofType(snapshot, type)
  if (resource === undefined || others.length > 0) throw new Error(`${type}: expected exactly one`)
  return resource
}

/** What an extension resource (a role, a lock, a diagnostic setting) is attached to. */
export function scopeOf({ id, type }: Resource): string {
  return id.slice(0, id.indexOf(`/providers/${type}/`))
}

/** All texts in a value, with where they are. */
export function texts(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${path}/${key}`))
}

/** Whether two lists have the same members, in whatever order. */
export function isSameSet(some: readonly unknown[], others: readonly unknown[]): boolean {
  const all = new Set(others)
  return some.length === others.length && some.every((item) => all.has(item))
}

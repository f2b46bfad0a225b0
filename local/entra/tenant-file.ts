import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createDirectory, growDirectory, type Directory } from './directory.ts'
import { isJobState, newJobState, type JobState } from './job-state.ts'
import { isRecord } from './json.ts'

/** A local tenant between two runs: its directory, and what its provisioning job remembers of one target. */
export interface Tenant {
  readonly tenantUrl: string
  readonly directory: Directory
  readonly state: JobState
}

export interface TenantSize {
  readonly users: number | undefined
  readonly groups: number | undefined
  readonly seed: number | undefined
}

const DEFAULT_USERS = 50
const DEFAULT_GROUPS = 5

/**
 * The tenant of the file, grown to the wanted size; a new one where there is none. A job knows one target: for another
 * URL it begins anew, over the same people.
 */
export function openTenant(file: string, tenantUrl: string, { users, groups, seed }: TenantSize): Tenant {
  const stored = readTenant(file)
  const isOther = seed !== undefined && stored?.directory.seed !== seed
  if (stored === undefined || isOther) {
    const size = { users: users ?? DEFAULT_USERS, groups: groups ?? DEFAULT_GROUPS }
    const directory = createDirectory({ ...size, ...(seed === undefined ? {} : { seed }) })
    return { tenantUrl, directory, state: newJobState() }
  }
  growDirectory(stored.directory, { users: users ?? 0, groups: groups ?? 0 })
  return stored.tenantUrl === tenantUrl ? stored : { ...stored, tenantUrl, state: newJobState() }
}

/** Keeps the tenant for the next run, whole or not at all. It holds invented people only, and no secret. */
export function saveTenant(file: string, tenant: Tenant): void {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.new`
  writeFileSync(draft, JSON.stringify(tenant))
  renameSync(draft, file)
}

/** The tenant of the file as it is; `undefined` where there is none, or the file cannot be read. */
export function readTenant(file: string): Tenant | undefined {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
  return isTenant(value) ? value : undefined
}

function isTenant(value: unknown): value is Tenant {
  return (
    isRecord(value) &&
    typeof value.tenantUrl === 'string' &&
    isRecord(value.directory) &&
    isJobState(value.state)
  )
}

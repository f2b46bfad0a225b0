import type { AppRole } from './directory.ts'
import { isRecord, toList } from './json.ts'
import type { JsonObject, MutableJson } from './json.ts'
import type { Change } from './patch-encoding.ts'
import { parseTargetPath, readTarget, writeTarget } from './target-path.ts'

/**
 * How app roles are mapped. `single` and `singleJson` are SingleAppRoleAssignment (the latter with the PATCH body that
 * Microsoft prints for it), `complex` is AppRoleAssignmentsComplex, `assertive` is AssertiveAppRoleAssignmentsComplex.
 */
export type RolesMode = 'none' | 'single' | 'singleJson' | 'complex' | 'assertive'

/** Entra writes this type whatever the mapping says. */
const ROLE_TYPE = 'WindowsAzureActiveDirectoryRole'
/** The ids that the app roles have on the app registration. */
export const APP_ROLE_IDS: Readonly<Record<AppRole, string>> = {
  ReadOnly: '1f0c2b7e-5a1d-4c0e-9b3a-6c1f4d2e8a01',
  User: '44c19d3a-7e2b-4f6c-8d15-0a9b3c7e5f02',
  Admin: '0b7e6a54-2c3d-4b1f-a8e9-7d5c1f3b9a03',
  EnterpriseAdmin: '9d2f8c61-4b7a-4e3d-b5c8-2e6a0f1d7b04',
}

const PRIMARY_ROLE = parseTargetPath('roles[primary eq "True"].value')
const PRIMARY_ROLE_TYPE = parseTargetPath('roles[primary eq "True"].type')

/** Puts the roles of a new user into the request body. Without any, and unmapped, Entra sends the empty list. */
export function writeRoles(body: MutableJson, mode: RolesMode, roles: readonly AppRole[]): void {
  body.roles = []
  const [first] = roles
  if (mode === 'none' || first === undefined) return
  if (mode === 'complex' || mode === 'assertive') body.roles = roles.map((role) => toElement(role, mode))
  else {
    // Two assignments are an evaluation error in some tenants and an arbitrary one of both in others: the first here.
    writeTarget(body, PRIMARY_ROLE_TYPE, ROLE_TYPE)
    writeTarget(body, PRIMARY_ROLE, first)
  }
}

/**
 * The PATCH operation that brings the target's roles in line, or null. Only `assertive` replaces the set and so takes
 * roles away (that it says so with an empty list is undocumented); the other modes add, and leave stale roles behind.
 */
export function changeOfRoles(
  mode: RolesMode,
  roles: readonly AppRole[],
  resource: JsonObject,
): Change | null {
  const [first] = roles
  if (mode === 'none') return null
  if (mode === 'assertive') return assertRoles(roles, resource)
  if (first === undefined) return null
  if (mode === 'single') return changePrimary(first, resource)
  const wanted = mode === 'singleJson' ? [first] : roles
  const present = new Set(roleValues(resource))
  if (wanted.every((role) => present.has(role))) return null
  return { op: 'add', path: 'roles', alone: true, value: wanted.map((role) => ({ value: toJsonText(role) })) }
}

function assertRoles(roles: readonly AppRole[], resource: JsonObject): Change | null {
  const present = roleValues(resource)
  const isSame = present.length === roles.length && roles.every((role) => present.includes(role))
  if (isSame) return null
  return {
    op: 'replace',
    path: 'roles',
    alone: true,
    value: roles.map((role) => toElement(role, 'assertive')),
  }
}

function changePrimary(role: AppRole, resource: JsonObject): Change | null {
  const present = readTarget(resource, PRIMARY_ROLE)
  if (present === role) return null
  const op = present === undefined ? 'add' : 'replace'
  return { op, path: PRIMARY_ROLE.text, alone: true, value: role }
}

function toElement(role: AppRole, mode: 'complex' | 'assertive'): JsonObject {
  // `displayName` is no sub-attribute of SCIM roles; Entra uses it all the same in this mode.
  const name = mode === 'complex' ? { displayName: role } : { display: role }
  return { primary: false, type: ROLE_TYPE, ...name, value: role }
}

/** Without the "assertive" function, a PATCH carries each role as JSON within a string. */
function toJsonText(role: AppRole): string {
  return JSON.stringify({ id: APP_ROLE_IDS[role], value: role, displayName: role })
}

function roleValues(resource: JsonObject): readonly string[] {
  return toList(resource.roles).flatMap((element) => {
    const value = isRecord(element) ? element.value : element
    return typeof value === 'string' ? [fromJsonText(value)] : []
  })
}

/** A target may give the string back as it came. */
function fromJsonText(text: string): string {
  if (!text.startsWith('{')) return text
  try {
    const parsed: unknown = JSON.parse(text)
    return isRecord(parsed) && typeof parsed.value === 'string' ? parsed.value : text
  } catch {
    return text
  }
}

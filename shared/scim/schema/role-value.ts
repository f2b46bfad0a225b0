import { isRecord, type JsonObject } from '../../kernel/json.ts'

/**
 * The shapes in which Entra sends an app role (SingleAppRoleAssignment, AppRoleAssignmentsComplex and
 * AssertiveAppRoleAssignmentsComplex, with and without the compliance flag): an object, an object whose `value` is
 * JSON text, a bare name; `displayName` for `display`. Comes back as an RFC 7643 value; text that is no JSON stays as it is.
 */
export function normalizeRole(role: unknown): JsonObject {
  if (!isRecord(role)) return fromText(role)
  const { displayName, display, value, ...rest } = role
  return { ...rest, ...labelled(display ?? displayName), ...fromText(value) }
}

function fromText(value: unknown): JsonObject {
  if (value === undefined || value === null) return {}
  const inner =
    typeof value === 'string' && value.trimStart().startsWith('{') ? parseObject(value) : undefined
  if (inner === undefined) return { value }
  const names = [inner['value'], inner['displayName'], inner['display']].filter(
    (name) => typeof name === 'string',
  )
  return { value: names[0] ?? value, ...labelled(inner['displayName'] ?? inner['display']) }
}

function labelled(display: unknown): JsonObject {
  return typeof display === 'string' ? { display } : {}
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

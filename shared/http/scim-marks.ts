import { isRecord } from '../kernel/json.ts'
import type { ScimAnswer, ScimMark, ScimRequest } from './scim-route.ts'

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i
/** Test Connection looks for a user whose name is a random GUID. */
const PROBE = new RegExp(`^\\s*\\w+\\s+eq\\s+"?${UUID.source}"?\\s*$`, 'i')

/** What a successful request shows for the first time, perhaps. */
export function marksOf(
  method: string,
  template: string,
  request: ScimRequest,
  answer: ScimAnswer,
): readonly ScimMark[] {
  if (answer.marks !== undefined) return answer.marks
  if (method === 'GET') return isProbe(request, answer) ? ['testConnection'] : []
  if (answer.status !== 201) return []
  if (template.includes('/Groups')) return ['firstGroup']
  const user = answer.body ?? {}
  const marks: ScimMark[] = ['firstUser']
  if (hasRoles(request.body)) marks.push('roles')
  if (typeof user['externalId'] === 'string' && new RegExp(`^${UUID.source}$`, 'i').test(user['externalId']))
    marks.push('objectIds')
  return marks
}

function isProbe({ query }: ScimRequest, { body }: ScimAnswer): boolean {
  return body?.['totalResults'] === 0 && PROBE.test(query.get('filter') ?? '')
}

function hasRoles(body: unknown): boolean {
  const roles = isRecord(body) ? body['roles'] : undefined
  return Array.isArray(roles) && roles.length > 0
}

import { badRequest, fail } from '../kernel/failure.ts'
import {
  connectorParts,
  parseConnectorId,
  parseOrganizationId,
  type ConnectorId,
  type OrganizationId,
} from '../kernel/ids.ts'
import { LIMITS } from '../kernel/limits.ts'
import type { ManagementRequest } from './management-endpoint.ts'

/** The organization of the path; what is no id belongs to no organization, so it is 404. */
export function organizationOf({ params }: ManagementRequest): OrganizationId {
  return (
    parseOrganizationId(params['organization']) ??
    fail({ code: 'not_found', detail: 'There is no organization with this id.' })
  )
}

/** The connector of the path, a full id; 404 unless it belongs to the organization of the path. */
export function connectorOf(request: ManagementRequest): ConnectorId {
  const organization = organizationOf(request)
  const connector = parseConnectorId(request.params['connector'])
  if (connector === undefined || connectorParts(connector).organization !== organization)
    return fail({ code: 'not_found', detail: 'There is no connector with this id.' })
  return connector
}

/** `count` of the query: 100 unless given, 500 at most; 400 for anything but a positive whole number. */
export function countOf({ query }: ManagementRequest): number {
  const text = query.get('count')
  if (text === null) return LIMITS.defaultCount
  if (!/^[1-9]\d{0,8}$/.test(text)) badRequest('invalidValue', 'count must be a whole number from 1.')
  return Math.min(Number(text), LIMITS.maxCount)
}

import { isRecord } from './json.ts'
import type { JsonObject } from './json.ts'
import { codeOfStatus, INCOMPATIBLE, MULTIPLE_ENTRIES } from './ledger.ts'
import type { LogCode } from './ledger.ts'
import type { Answer } from './scim-client.ts'
import { ENTERPRISE_USER } from './target-path.ts'

/** A resource that the target returned, with the id that Entra keeps. */
export interface TargetResource {
  readonly id: string
  readonly body: JsonObject
}

export interface Refusal {
  readonly ok: false
  readonly code: LogCode
  /** 0 if nothing was answered. */
  readonly status: number
  /** What the administrator reads in the provisioning log. */
  readonly detail: string
}

export type Reading<T> = { readonly ok: true; readonly value: T } | Refusal
export type ResourceKind = 'User' | 'Group'
/** A group is asked for without its members, unless it is wanted whole. */
type Expected = ResourceKind | 'Whole group'

const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
/** A whole page of HTML helps nobody. */
const LONGEST_DETAIL = 300

/** Reads the answer to a filter: the one match, or undefined. Several are `DuplicateTargetEntries`. */
export function readMatch(answer: Answer, kind: Expected): Reading<TargetResource | undefined> {
  const json = readJson(answer, [200])
  if (!json.ok) return json
  const list = json.value
  if (!isRecord(list) || !isListResponse(list))
    return refuse(INCOMPATIBLE, 200, 'The answer to a filter is not a ListResponse.')
  const resources = Array.isArray(list.Resources) ? list.Resources : []
  const [first] = resources
  if (resources.length > 1 || Number(list.totalResults) > 1)
    return refuse('DuplicateTargetEntries', 200, `The filter matches ${Number(list.totalResults)} resources.`)
  return first === undefined ? { ok: true, value: undefined } : toResource(first, 200, kind)
}

/** Reads one resource, as a GET by id returns it. */
export function readResource(answer: Answer, kind: ResourceKind): Reading<TargetResource> {
  const json = readJson(answer, [200])
  return json.ok ? toResource(json.value, 200, kind) : json
}

/** Reads the answer to a POST: 201 and an id, without which nothing can be linked. 200 is tolerated. */
export function readCreated(answer: Answer, kind: ResourceKind): Reading<TargetResource> {
  const json = readJson(answer, [201, 200])
  return json.ok ? toResource(json.value, 201, kind === 'Group' ? 'Whole group' : kind) : json
}

/** Reads the answer to a PATCH, whose body is not looked at. */
export function readDone(answer: Answer): Reading<undefined> {
  return readStatus(answer, [200, 204])
}

/** Reads the answer to a DELETE. What is gone already counts as deleted. */
export function readDeleted(answer: Answer): Reading<undefined> {
  return readStatus(answer, [204, 200, 404])
}

function readStatus(answer: Answer, expected: readonly number[]): Reading<undefined> {
  if (answer.outcome !== 'answered') return refuseOutcome(answer)
  if (expected.includes(answer.status)) return { ok: true, value: undefined }
  return refuse(codeOfStatus(answer.status), answer.status, detailOf(answer.json, answer.text))
}

function readJson(answer: Answer, expected: readonly number[]): Reading<unknown> {
  const status = readStatus(answer, expected)
  if (!status.ok) return status
  if (answer.outcome !== 'answered' || answer.json === undefined)
    return refuse(INCOMPATIBLE, expected[0] ?? 0, 'The answer is not JSON.')
  return { ok: true, value: answer.json }
}

function toResource(value: unknown, status: number, kind: Expected): Reading<TargetResource> {
  if (!isRecord(value) || isListResponse(value))
    return refuse(MULTIPLE_ENTRIES, status, 'A list, or nothing, where one resource was expected.')
  if (typeof value.id !== 'string' || value.id === '')
    return refuse(INCOMPATIBLE, status, 'The resource has no id.')
  if (kind === 'Group' && 'members' in value)
    return refuse(MULTIPLE_ENTRIES, status, 'The members are there although they were excluded.')
  const fault = kind === 'User' ? faultOfUser(value) : undefined
  if (fault !== undefined) return refuse(INCOMPATIBLE, status, fault)
  return { ok: true, value: { id: value.id, body: value } }
}

/** Shapes that Entra's deserialiser refuses, the whole resource with them. */
function faultOfUser(user: JsonObject): string | undefined {
  const enterprise = user[ENTERPRISE_USER]
  const manager = isRecord(enterprise) ? enterprise.manager : undefined
  if (manager !== undefined && manager !== null && !isRecord(manager)) return 'The manager is not an object.'
  if (user.active !== undefined && typeof user.active !== 'boolean') return 'active is not a boolean.'
  const lists = ['emails', 'phoneNumbers', 'addresses', 'roles', 'groups']
  const broken = lists.find((name) => user[name] !== undefined && !Array.isArray(user[name]))
  return broken === undefined ? undefined : `${broken} is not a list.`
}

/** Whether a parsed answer says that it is a list of results. */
export function isListResponse(value: JsonObject): boolean {
  return Array.isArray(value.schemas) && value.schemas.includes(LIST_RESPONSE)
}

/** The text an administrator would read: SCIM's own `detail`, else the beginning of whatever came. */
export function detailOf(json: unknown, text: string): string {
  const detail = isRecord(json) && typeof json.detail === 'string' ? json.detail : text.trim()
  return detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL)}…` : detail
}

function refuseOutcome(answer: Exclude<Answer, { outcome: 'answered' }>): Refusal {
  return refuse(answer.outcome === 'timeout' ? 'Timeout' : 'WebExceptionProtocolError', 0, answer.reason)
}

function refuse(code: LogCode, status: number, detail: string): Refusal {
  return { ok: false, code, status, detail }
}

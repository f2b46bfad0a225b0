import { randomUUID } from 'node:crypto'
import { detailOf, isListResponse } from './answers.ts'
import { isRecord } from './json.ts'
import { equals } from './matching.ts'
import type { Answer, ScimClient } from './scim-client.ts'

export interface ConnectionTest {
  readonly ok: boolean
  /** One per endpoint that was asked, in an administrator's words. */
  readonly checks: readonly ConnectionCheck[]
}

interface ConnectionCheck {
  readonly path: '/Users' | '/Groups'
  readonly ok: boolean
  readonly message: string
}

/**
 * Test Connection: asks for a user, and a group where groups are provisioned, that cannot exist. Only 200 with an empty
 * ListResponse passes.
 */
export async function testConnection(
  client: ScimClient,
  { matching, groups }: { readonly matching: string; readonly groups: boolean },
): Promise<ConnectionTest> {
  const checks = [await probe(client, '/Users', matching)]
  if (groups) checks.push(await probe(client, '/Groups', 'displayName'))
  return { ok: checks.every((check) => check.ok), checks }
}

async function probe(
  client: ScimClient,
  path: '/Users' | '/Groups',
  attribute: string,
): Promise<ConnectionCheck> {
  const filter = equals(attribute, randomUUID())
  const query = path === '/Groups' ? { excludedAttributes: 'members', filter } : { filter }
  const fault = faultOf(await client.send({ kind: 'test connection', method: 'GET', path, query }))
  return { path, ok: fault === undefined, message: fault ?? 'The credentials are authorized.' }
}

function faultOf(answer: Answer): string | undefined {
  if (answer.outcome !== 'answered') return `The tenant URL does not answer: ${answer.reason}.`
  const { status, json, text } = answer
  if (status === 401 || status === 403)
    return `The credentials appear to be invalid (HTTP ${status}). ${detailOf(json, text)}`
  if (status === 404) return 'HTTP 404 instead of the expected 200: check the tenant URL.'
  if (status !== 200) return `HTTP ${status} instead of the expected 200. ${detailOf(json, text)}`
  if (!isRecord(json) || !isListResponse(json)) return 'The answer is not a SCIM ListResponse.'
  return json.totalResults === 0 ? undefined : 'A random name was found: the filter is ignored.'
}

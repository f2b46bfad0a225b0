import { detailOf } from '../entra/answers.ts'
import type { ConnectionTest } from '../entra/connection-test.ts'
import type { Answer, ScimClient } from '../entra/scim-client.ts'
import { readPage } from './page.ts'

/** Okta verifies an integration by asking for the first two users. */
export async function testConnection(client: ScimClient): Promise<ConnectionTest> {
  const query = { startIndex: '1', count: '2' }
  const answer = await client.send({ kind: 'test connection', method: 'GET', path: '/Users', query })
  const page = readPage(answer)
  const message = page.ok ? 'The connector was verified.' : explain(answer, page.detail)
  return { ok: page.ok, checks: [{ path: '/Users', ok: page.ok, message }] }
}

function explain(answer: Answer, detail: string): string {
  if (answer.outcome !== 'answered') return `The base URL does not answer: ${answer.reason}.`
  if (answer.status !== 401) return `HTTP ${answer.status}. ${detail}`
  return `The credentials are refused. ${detailOf(answer.json, answer.text)}`
}

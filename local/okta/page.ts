import { detailOf, isListResponse } from '../entra/answers.ts'
import type { Reading } from '../entra/answers.ts'
import { isRecord, toList } from '../entra/json.ts'
import { codeOfStatus, INCOMPATIBLE } from '../entra/ledger.ts'
import type { Answer } from '../entra/scim-client.ts'

interface Page {
  readonly total: number
  readonly resources: readonly { readonly id: string; readonly userName: string }[]
}

/** Reads one page of a list of users. Its counters have to be numbers, and every resource needs an id. */
export function readPage(answer: Answer): Reading<Page> {
  if (answer.outcome !== 'answered')
    return { ok: false, code: 'WebExceptionProtocolError', status: 0, detail: answer.reason }
  const { status, json, text } = answer
  if (status !== 200) return { ok: false, code: codeOfStatus(status), status, detail: detailOf(json, text) }
  if (!isRecord(json) || !isListResponse(json)) return incompatible('The answer is not a ListResponse.')
  const { totalResults, startIndex, itemsPerPage } = json
  if (typeof totalResults !== 'number') return incompatible('totalResults is not a number.')
  if (typeof startIndex !== 'number' || typeof itemsPerPage !== 'number')
    return incompatible('startIndex or itemsPerPage is not a number.')
  const resources = toList(json.Resources).flatMap((resource) =>
    isRecord(resource) && typeof resource.id === 'string'
      ? [{ id: resource.id, userName: String(resource.userName) }]
      : [],
  )
  if (resources.length !== toList(json.Resources).length) return incompatible('A resource has no id.')
  return { ok: true, value: { total: totalResults, resources } }
}

function incompatible(detail: string): Reading<Page> {
  return { ok: false, code: INCOMPATIBLE, status: 200, detail }
}

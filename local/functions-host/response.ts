import type { ServerResponse } from 'node:http'
import { toSetCookie } from './cookie.ts'
import type { RpcHttpResponse } from './core-api.ts'
import type { CustomHeader } from './host-json.ts'

const BODILESS = new Set([204, 205, 304])
const NOT_HEADER_TEXT = /[^\t\x20-\x7e]/

const isHeaderText = (value: string): boolean => !NOT_HEADER_TEXT.test(value)

/** Node takes names and values in one flat list, without a look at each. */
function toRawHeaders(answer: RpcHttpResponse, customHeaders: readonly CustomHeader[]): string[] {
  const raw: string[] = []
  for (const name in answer.headers) {
    const value = answer.headers[name]
    if (value !== undefined) raw.push(name, value)
  }
  for (const cookie of answer.cookies) raw.push('set-cookie', toSetCookie(cookie))
  for (const { name, lowerName, value } of customHeaders) {
    if (answer.headers[lowerName] === undefined) raw.push(name, value)
  }
  return raw
}

/** Answers without a body, with the custom headers only: the host's own 204, 400, 401, 404 and 500. */
export function writeEmpty(
  response: ServerResponse,
  status: number,
  customHeaders: readonly CustomHeader[],
): void {
  const raw = customHeaders.flatMap(({ name, value }) => [name, value])
  if (!BODILESS.has(status)) raw.push('content-length', '0')
  response.writeHead(status, raw).end()
}

/** Why Kestrel would refuse the headers of an answer, if it would. */
function problemOf(answer: RpcHttpResponse, raw: readonly string[], length: number): string | undefined {
  const declared = answer.headers['content-length']
  if (declared !== undefined && Number(declared) !== length) {
    return `the handler's Content-Length is ${declared}, its body has ${length} bytes`
  }
  return raw.every(isHeaderText) ? undefined : 'a response header has characters beyond ASCII'
}

/**
 * Writes a function's answer as Kestrel does: chunked where there is a body, no body on 204, 205 and 304.
 * Returns why it cannot be sent, and then has sent nothing: a header beyond ASCII or a Content-Length of the
 * handler's own that is wrong.
 */
export function writeAnswer(
  response: ServerResponse,
  answer: RpcHttpResponse,
  customHeaders: readonly CustomHeader[],
): string | undefined {
  const status = Number(answer.statusCode)
  const hasBody = !BODILESS.has(status)
  const length = (hasBody && answer.body?.bytes?.length) || 0
  const raw = toRawHeaders(answer, customHeaders)
  const problem = problemOf(answer, raw, length)
  if (problem !== undefined) return problem
  // Without a Content-Length Node sends a body chunked, and leaves it out where the method is HEAD.
  if (hasBody && length === 0 && answer.headers['content-length'] === undefined)
    raw.push('content-length', '0')
  response.writeHead(status, raw)
  response.end(length > 0 ? answer.body?.bytes : undefined)
  return undefined
}

import type { HttpRequest } from '@azure/functions'
import { fail } from '../kernel/failure.ts'
import { parseJson } from '../kernel/json.ts'
import type { Turns } from '../kernel/turns.ts'

/** Any JSON media type: Entra sends `application/scim+json; charset=utf-8`, others `application/json`, some nothing at all. */
const JSON_TYPE = /^(application\/(?:[\w.+-]+\+)?json|text\/json)\s*(?:;.*)?$/i

/**
 * The JSON body of a request, `undefined` where there is none. Everything that can be refused by a header is refused
 * before a byte is read: 411, 413, 415; a body that is no JSON is 400.
 */
export async function readJsonBody(
  request: HttpRequest,
  limitBytes: number,
  { turns, deadline }: { readonly turns: Turns; readonly deadline: number },
): Promise<unknown> {
  checkHeaders(request, limitBytes)
  const bytes = new Uint8Array(await request.arrayBuffer())
  if (bytes.length > limitBytes) refuseSize(limitBytes)
  return bytes.length === 0 ? undefined : turns.run(parseJson(bytes), deadline)
}

function checkHeaders(request: HttpRequest, limitBytes: number): void {
  const { headers } = request
  // The Functions host loses chunked bodies: an empty one would be taken for "no body".
  if (headers.has('transfer-encoding')) fail({ code: 'length_required' })
  if (Number(headers.get('content-length') ?? 0) > limitBytes) refuseSize(limitBytes)
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity')
    fail({
      code: 'unsupported_media_type',
      detail: 'Compressed bodies are not taken. Send the JSON as it is.',
    })
  checkType(headers.get('content-type'))
}

function checkType(type: string | null): void {
  if (type === null) return
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8'
  if (JSON_TYPE.test(type) && charset.toLowerCase() === 'utf-8') return
  const detail = 'Send the body as application/scim+json or application/json in UTF-8.'
  fail({ code: 'unsupported_media_type', detail })
}

function refuseSize(limitBytes: number): never {
  return fail({ code: 'too_large', detail: `The body is larger than ${limitBytes} bytes. Send it in parts.` })
}

import type { HttpRequest } from '@azure/functions'
import { fail } from '../kernel/failure.ts'

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;.*)?$/i
const LIMIT_BYTES = 65_536

/** The fields of an HTML form, repeated ones included. What a header tells is refused before a byte is read: 411, 413, 415. */
export async function readPageForm(request: HttpRequest): Promise<URLSearchParams> {
  const { headers } = request
  // The Functions host loses chunked bodies: an empty one would be taken for an empty form.
  if (headers.has('transfer-encoding')) fail({ code: 'length_required' })
  if (Number(headers.get('content-length') ?? 0) > LIMIT_BYTES) refuseSize()
  const isPlain = (headers.get('content-encoding') ?? 'identity').toLowerCase() === 'identity'
  if (!isPlain || !FORM_TYPE.test(headers.get('content-type') ?? ''))
    fail({ code: 'unsupported_media_type', detail: 'Send a form as application/x-www-form-urlencoded.' })
  const bytes = new Uint8Array(await request.arrayBuffer())
  if (bytes.length > LIMIT_BYTES) refuseSize()
  return new URLSearchParams(new TextDecoder().decode(bytes))
}

function refuseSize(): never {
  return fail({ code: 'too_large', detail: `A form has at most ${LIMIT_BYTES} bytes.` })
}

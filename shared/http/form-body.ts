import type { HttpRequest } from '@azure/functions'
import { fail } from '../kernel/failure.ts'
import { LIMITS } from '../kernel/limits.ts'

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/** Whether the body says that it is a form. */
export function isForm({ headers }: HttpRequest): boolean {
  return FORM_TYPE.test(headers.get('content-type') ?? '')
}

/**
 * The form that a request sends; a name may be there twice. What a header tells is refused before a byte is read: 411,
 * 413, 415.
 */
export async function readFormBody(request: HttpRequest): Promise<URLSearchParams> {
  const { headers } = request
  // The Functions host loses chunked bodies: an empty one would be taken for "no parameters".
  if (headers.has('transfer-encoding')) fail({ code: 'length_required' })
  if (Number(headers.get('content-length') ?? 0) > LIMITS.formBytes) refuseSize()
  const encoding = headers.get('content-encoding') ?? 'identity'
  if (!isForm(request) || encoding.toLowerCase() !== 'identity')
    fail({
      code: 'unsupported_media_type',
      detail: 'Send the parameters as application/x-www-form-urlencoded in UTF-8.',
    })
  const bytes = new Uint8Array(await request.arrayBuffer())
  if (bytes.length > LIMITS.formBytes) refuseSize()
  return new URLSearchParams(new TextDecoder().decode(bytes))
}

function refuseSize(): never {
  return fail({ code: 'too_large', detail: `The body is larger than ${LIMITS.formBytes} bytes.` })
}

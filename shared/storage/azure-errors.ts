import { isRestError } from '@azure/core-rest-pipeline'
import { AppError, fail } from '../kernel/failure.ts'
import { isRecord } from '../kernel/json.ts'

/** What Table Storage says about a refusal: its own code, and a message that a transaction prefixes with `{index}:`. */
export interface ServiceError {
  readonly code: string
  readonly message: string
}

const RETRY_AFTER_SECONDS = 5

/** The error in a JSON body, alone or inside a multipart answer; `undefined` where there is none. */
export function parseServiceError(text: string): ServiceError | undefined {
  const error = field(parsed(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)), 'odata.error')
  const [code, message] = [field(error, 'code'), field(field(error, 'message'), 'value')]
  return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined
}

/**
 * Whether a failed read says that this row does not exist. A table that is missing answers 404 too, but that is a
 * deployment that went wrong, and "not found" would make Entra create everybody anew.
 */
export function isMissingRow(error: unknown): boolean {
  if (!isRestError(error) || error.statusCode !== 404) return false
  const code = parseServiceError(error.response?.bodyAsText ?? '')?.code
  return code === 'ResourceNotFound' || code === 'EntityNotFound'
}

/** Throws for an answer that no caller can act on: 400 and 413 are faults of ours, anything else `storage_unavailable`. */
export function refuseStatus(status: number, cause: unknown): never {
  if (status === 400 || status === 413) throw new Error(`Table Storage answered ${status}`, { cause })
  fail({ code: 'storage_unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS }, cause)
}

/** Throws for whatever the client library threw, time-outs and missing credentials included, as `refuseStatus` does. */
export function refuseError(error: unknown): never {
  if (error instanceof AppError) throw error
  refuseStatus(isRestError(error) ? (error.statusCode ?? 0) : 0, error)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}

/** The `scimType` values of RFC 7644 §3.12 that we answer with. */
export type ScimType =
  'invalidFilter' | 'invalidPath' | 'invalidSyntax' | 'invalidValue' | 'mutability' | 'noTarget' | 'tooMany'

/** Everything that can go wrong on purpose. Each surface maps it exhaustively; `detail` is a sentence for the administrator. */
export type Failure =
  | { code: 'unauthenticated'; credentials: 'missing' | 'wrong' }
  | { code: 'connector_disabled' }
  | { code: 'plan_required'; contact: string }
  | { code: 'not_found'; detail: string }
  | { code: 'method_not_allowed'; allow: readonly string[] }
  | { code: 'not_implemented'; detail: string }
  | { code: 'bad_request'; scimType: ScimType; detail: string }
  | { code: 'not_unique'; detail: string; attributes: readonly string[] }
  | { code: 'conflict'; detail: string; clashes?: readonly unknown[] }
  /** A condition of the client itself (If-Match, If-None-Match) does not hold. */
  | { code: 'precondition_failed' }
  | { code: 'length_required' }
  | { code: 'too_large'; detail: string }
  | { code: 'unsupported_media_type'; detail: string }
  | { code: 'rate_limited'; retryAfterSeconds: number }
  | { code: 'storage_unavailable'; retryAfterSeconds: number }
  /** Microsoft's sign-in service does not answer, or not as it should. */
  | { code: 'entra_unavailable'; retryAfterSeconds: number }
  /** A setting is missing or wrong; `detail` names it and is for the log only. */
  | { code: 'misconfigured'; detail: string }

/** The only error that is thrown on purpose; anything else that is caught is a fault of ours. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly failure: Failure
  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.code, options)
    this.failure = failure
  }
}

export function fail(failure: Failure, cause?: unknown): never {
  throw new AppError(failure, { cause })
}

export function badRequest(scimType: ScimType, detail: string): never {
  fail({ code: 'bad_request', scimType, detail })
}

/** The failure of an error that was thrown by `fail`, or `undefined` for a fault of ours. */
export function failureOf(error: unknown): Failure | undefined {
  return error instanceof AppError ? error.failure : undefined
}

import type { ConnectorId, ResourceId } from './ids.ts'
import type { JsonObject } from './json.ts'

/** Errors of RFC 6749 §5.2, RFC 6750 §3.1 and RFC 7009 §2.2.1 that we answer with. */
type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'unsupported_token_type'
  | 'invalid_token'
  | 'insufficient_scope'

/** Whom a request turned out to be about: for the log line. */
interface OAuthSubject {
  readonly client?: string | undefined
  readonly connector?: ConnectorId | undefined
  readonly user?: ResourceId | undefined
}

/** What a client of the platform gets for a request that is good. */
export interface OAuthAnswer extends OAuthSubject {
  readonly kind: 'answered'
  readonly body: JsonObject | undefined
}

/** Little for the client, and for the log the reason. */
export interface OAuthRefusal extends OAuthSubject {
  readonly kind: 'refused'
  readonly error: OAuthError
  /** A sentence for the client's developer. */
  readonly sentence: string
  /** Such as `code-reused`; no text of the client's. */
  readonly reason: string
}

/** One value per name: who sends two is refused before. */
export type FormValues = ReadonlyMap<string, string>

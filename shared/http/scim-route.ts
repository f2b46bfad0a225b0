import type { HttpMethod } from '@azure/functions'
import type { JsonObject } from '../kernel/json.ts'
import type { ScimContext } from '../scim/context.ts'

/** All methods: the host answers an undeclared one with an empty 404, and 405 with `Allow` is ours to give. */
export const EVERY_METHOD: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** An authenticated request, parsed. */
export interface ScimRequest {
  readonly context: ScimContext
  /** Route parameters other than the connector. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
  /** What a reader has already, for 304. */
  readonly ifNoneMatch: string | undefined
}

/** Milestones of a connector that an administrator wants to see, as its row keeps them. */
export type ScimMark = 'testConnection' | 'firstUser' | 'firstGroup' | 'roles' | 'objectIds'

export interface ScimAnswer {
  readonly status: number
  readonly body?: JsonObject
  /** Absolute URL of the resource. */
  readonly location?: string
  readonly etag?: string
  /** The milestones that it shows, where request and status do not say them: one answer to many operations. */
  readonly marks?: readonly ScimMark[]
}

type ScimHandler = (request: ScimRequest) => Promise<ScimAnswer>

/** The methods of one address; others are 405. */
export type ScimMethods = Partial<Record<string, ScimHandler>>

export interface ScimRoute {
  /** For the log line: the template, never the path. */
  readonly template: string
  readonly bodyBytes?: number
  /** 404 and 501 are thrown. */
  readonly methods: (params: Readonly<Record<string, string>>) => ScimMethods
}

import { fail } from '../kernel/failure.ts'

/** The conditions that a client put on its request (RFC 7644 §3.14, RFC 9110 §13), header values as written. */
export interface Precondition {
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
}

export const NO_PRECONDITION: Precondition = { ifMatch: undefined, ifNoneMatch: undefined }

export function isConditional({ ifMatch, ifNoneMatch }: Precondition): boolean {
  return ifMatch !== undefined || ifNoneMatch !== undefined
}

/** `meta.version` and ETag: weak, since memberships of a user show in `groups` without a new version. */
export function toEtag(version: string): string {
  return `W/"${version}"`
}

/** 412 where the resource is not in the version that the client wants to change. Without a condition everything passes. */
export function requireMatch({ ifMatch, ifNoneMatch }: Precondition, version: string): void {
  if (ifMatch !== undefined && !names(ifMatch, toEtag(version))) refuse()
  if (ifNoneMatch !== undefined && names(ifNoneMatch, toEtag(version))) refuse()
}

/** Whether a reader has the resource already, so that 304 is the answer. */
export function isNotModified(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch !== undefined && names(ifNoneMatch, etag)
}

/** Weak comparison (RFC 9110 §8.8.3.2): the mark before the quotes does not count. */
function names(list: string, etag: string): boolean {
  return list.split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag))
}

function opaque(tag: string): string {
  return tag.trim().replace(/^W\//i, '')
}

function refuse(): never {
  return fail({ code: 'precondition_failed' })
}

import { sameText } from '../kernel/secrets.ts'

/** What a browser says about where a request comes from. */
export interface RequestOrigin {
  readonly origin: string | null
  readonly secFetchSite: string | null
}

/** Whether a page of ours sent the form. A browser that says neither is an old one: then SameSite and the token decide. */
export function isFromOurPages({ origin, secFetchSite }: RequestOrigin, publicBaseUrl: string): boolean {
  // Our own pages send no referrer, for which browsers write `Origin: null` even to the same origin.
  const isOurOrigin =
    origin === null || origin === publicBaseUrl || (origin === 'null' && isSame(secFetchSite))
  return isOurOrigin && (secFetchSite === null || isSame(secFetchSite))
}

const isSame = (site: string | null): boolean => site === 'same-origin'

/** Whether the form carries the session's own token; constant time. */
export function isCsrfToken(expected: string, given: string | null): boolean {
  return given !== null && sameText(expected, given)
}

/** A cookie to set or, with an empty value, to clear. Its name is without the prefix, which the edge adds. */
export interface CookieChange {
  readonly name: string
  readonly value: string
  /** Absent: until the browser is closed. */
  readonly maxAgeSeconds?: number
}

/** What keeps other hosts of the same site from setting it; plain http, in development, knows no such cookie. */
const PREFIX = '__Host-'
/** UTF-16 units: what the host lets through is less. */
const HEADER_LENGTH = 32_768

/** The name as the browser knows it. */
export function cookieName(name: string, isSecure: boolean): string {
  return isSecure ? PREFIX + name : name
}

/**
 * Our cookies by their names without the prefix. One that comes twice with different values is nobody's. The host
 * joins repeated headers by commas; a value of somebody else's cookie may hold commas too, so what stands between
 * semicolons counts first.
 */
export function readCookies(header: string | null, isSecure: boolean): ReadonlyMap<string, string> {
  const text = header === null || header.length > HEADER_LENGTH ? '' : header
  return new Map([...pairsOf(text, /[;,]/, isSecure), ...pairsOf(text, ';', isSecure)])
}

function pairsOf(header: string, separator: string | RegExp, isSecure: boolean): Map<string, string> {
  const found = new Map<string, string>()
  const twice = new Set<string>()
  for (const part of header.split(separator)) {
    const split = part.indexOf('=')
    const full = part.slice(0, Math.max(split, 0)).trim()
    if (full === '' || (isSecure && !full.startsWith(PREFIX))) continue
    const name = isSecure ? full.slice(PREFIX.length) : full
    const value = part.slice(split + 1).trim()
    // Between semicolons, a value with a comma is two headers joined; ours have none.
    if (separator === ';' && value.includes(',')) continue
    if (found.has(name) && found.get(name) !== value) twice.add(name)
    found.set(name, value)
  }
  for (const name of twice) found.delete(name)
  return found
}

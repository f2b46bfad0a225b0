import type { RpcHttpCookie } from './core-api.ts'

/** .NET's Uri.EscapeDataString: everything but RFC 3986's unreserved characters. */
const escapeData = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

const SAME_SITE = {
  none: '',
  lax: '; samesite=lax',
  strict: '; samesite=strict',
  explicitNone: '; samesite=none',
} as const

/** The Set-Cookie line of one entry of `cookies`, as ASP.NET Core writes it: value escaped, `path=/` by default. */
export function toSetCookie(cookie: RpcHttpCookie): string {
  let line = `${cookie.name}=${escapeData(cookie.value)}`
  if (cookie.expires) line += `; expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`
  if (cookie.maxAge) line += `; max-age=${Math.trunc(cookie.maxAge.value)}`
  if (cookie.domain) line += `; domain=${cookie.domain.value}`
  line += `; path=${cookie.path?.value ?? '/'}`
  if (cookie.secure?.value) line += '; secure'
  line += SAME_SITE[cookie.sameSite ?? 'none']
  if (cookie.httpOnly?.value) line += '; httponly'
  return line
}

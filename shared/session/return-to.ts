const LENGTH = 1_000

/**
 * An absolute URL of ours from what a query says where to go next; the home page for everything else. A parser turns
 * `/..//evil.example` into `//evil.example`, so the path is looked at after parsing, and what is sent is what was parsed.
 */
export function toReturnUrl(publicBaseUrl: string, text: string | null): string {
  const home = `${publicBaseUrl}/`
  if (text === null || text.length > LENGTH || !text.startsWith('/') || !isPlain(text)) return home
  if (!URL.canParse(text, publicBaseUrl)) return home
  const url = new URL(text, publicBaseUrl)
  // Signing in, or out, is nothing to come back to: it would begin again.
  const isOurs = url.origin === publicBaseUrl && !url.pathname.startsWith('//')
  return isOurs && !/^\/(?:auth|signin)(?:\/|$)/i.test(url.pathname) ? url.href : home
}

/** No control characters, backslashes or encoded slashes: programs disagree about what those mean. */
function isPlain(text: string): boolean {
  return /^[\x21-\x7e]*$/.test(text) && !/\\|%2f|%5c/i.test(text)
}

/** A decoded path, cut at its slashes; one trailing slash is set aside, as ASP.NET Core does. */
export type RequestPath = {
  readonly segments: readonly string[]
  readonly lowerSegments: readonly string[]
  readonly hasTrailingSlash: boolean
}

/** What stands in the request line. */
export type RequestTarget = {
  readonly path: RequestPath
  /** The path as the app sees it in `request.url`: decoded, normalised and encoded again. */
  readonly encodedPath: string
  /** Exactly as sent, with its question mark; empty without a query. */
  readonly query: string
}

const ESCAPES_BUT_SLASH = /(?:%(?!2f)[\da-f]{2})+/gi
const BAD_ESCAPE = /%(?![\da-f]{2})|%00/i
const NOT_PRINTABLE_ASCII = /[^\x21-\x7e]/

const ESCAPE_LENGTH = 3
const MAX_UTF8_BYTES = 4

function tryDecode(escapes: string): string | undefined {
  try {
    return decodeURIComponent(escapes)
  } catch {
    return undefined
  }
}

/** Decodes a run of escapes; bytes that are no UTF-8 stay escaped. */
function decodeEscapes(escapes: string): string {
  const whole = tryDecode(escapes)
  if (whole !== undefined) return whole
  let decoded = ''
  for (let start = 0; start < escapes.length;) {
    let end = start
    let character: string | undefined
    for (let bytes = 1; bytes <= MAX_UTF8_BYTES && character === undefined; bytes++) {
      end = start + bytes * ESCAPE_LENGTH
      character = end <= escapes.length ? tryDecode(escapes.slice(start, end)) : undefined
    }
    if (character === undefined) end = start + ESCAPE_LENGTH
    decoded += character ?? escapes.slice(start, end)
    start = end
  }
  return decoded
}

/** Kestrel decodes a path once and leaves `%2F` as it is, so `%252F` and `%2F` come out the same. */
const decodePath = (path: string): string => path.replaceAll(ESCAPES_BUT_SLASH, decodeEscapes)

/** RFC 3986 section 5.2.4, after decoding, so that `%2e%2e` climbs as well. */
function removeDotSegments(path: string): string {
  const kept: string[] = []
  const segments = path.slice(1).split('/')
  for (const [index, segment] of segments.entries()) {
    if (segment === '..') kept.pop()
    if (segment !== '.' && segment !== '..') kept.push(segment)
    else if (index === segments.length - 1) kept.push('')
  }
  return `/${kept.join('/')}`
}

const encodePath = (path: string): string =>
  path.replaceAll(/%(?![\da-f]{2})|[^\w\-.~!$&'()*+,;=:@/%]+/gi, encodeURIComponent)

function splitPath(path: string): RequestPath {
  const lower = path.toLowerCase()
  const hasTrailingSlash = path.endsWith('/')
  const segments = path.slice(1).split('/')
  const lowerSegments = lower === path ? segments : lower.slice(1).split('/')
  if (hasTrailingSlash) {
    segments.pop()
    if (lowerSegments !== segments) lowerSegments.pop()
  }
  return { segments, lowerSegments, hasTrailingSlash }
}

/** The origin form of a target that names scheme and authority too (RFC 9112 section 3.2.2). */
const toOriginForm = (target: string): string => {
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '')
  return rest.startsWith('?') || rest === '' ? `/${rest}` : rest
}

/** Reads the target of a request line, or returns undefined for one that Kestrel answers with 400. */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  const local = target.startsWith('/') ? target : toOriginForm(target)
  const mark = local.indexOf('?')
  const rawPath = mark === -1 ? local : local.slice(0, mark)
  const query = mark === -1 ? '' : local.slice(mark)
  if (!rawPath.startsWith('/') || NOT_PRINTABLE_ASCII.test(local)) return undefined
  if (!rawPath.includes('%') && !rawPath.includes('/.')) {
    return { path: splitPath(rawPath), encodedPath: rawPath, query }
  }
  if (BAD_ESCAPE.test(rawPath)) return undefined
  const path = removeDotSegments(decodePath(rawPath))
  return { path: splitPath(path), encodedPath: encodePath(path), query }
}

import type { Input } from './inputs.ts'

export interface Answer {
  readonly status: number
  /** As on the wire: repeated lines are joined by a comma. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

const ERROR = '["urn:ietf:params:scim:api:messages:2.0:Error"]'
const EXPECTED = new Set([200, 201, 204, 304, 400, 401, 404, 405, 409, 411, 412, 413, 415, 501])
const TYPES: ReadonlySet<unknown> = new Set(
  'invalidFilter invalidPath invalidSyntax invalidValue mutability noTarget tooMany uniqueness'.split(' '),
)
/** Parts of a stack trace. */
const INSIDES = /\bat \S+ \(|node_modules|\.mjs|\.ts:\d|\[object Object\]/
const RESOURCE = /^urn:ietf:params:scim:schemas:core:2\.0:(User|Group)$/

type Body = Readonly<Record<string, unknown>>

/** What is wrong with an answer, in words; `undefined` where a client of SCIM may see it. */
export function faultOf(input: Input, answer: Answer): string | undefined {
  const { method } = input
  const { status, headers, text } = answer
  if (isElsewhere(input, status) || isThrottled(input, status) || isTooLong(input, status)) return undefined
  if (!EXPECTED.has(status)) return `status ${status}`
  if (method === 'HEAD' || status === 204 || status === 304)
    return text === '' ? undefined : `a body with ${method} ${status}`
  const type = headers['content-type']
  if (text === '' && type === undefined) return faultOfHost(status)
  return type === 'application/scim+json' ? faultOfBody(answer) : `content type ${type}`
}

/** After 600 wrong secrets in a minute further ones are put off. */
function isThrottled({ headers }: Input, status: number): boolean {
  return status === 429 && headers['authorization'] !== undefined
}

/** Node's server refuses an address and headers of over 16 KiB by itself; the check leaves room for the headers. */
function isTooLong({ path }: Input, status: number): boolean {
  return status === 431 && path.length > 15_000
}

/** Enough dots lead out of the SCIM URL, to the home page of the host for one. */
function isElsewhere({ path }: Input, status: number): boolean {
  const url = URL.parse(`/scim/v2/connector${path}`, 'http://localhost')
  return status < 500 && url !== null && !url.pathname.startsWith('/scim/')
}

/** What the host refuses before any code of ours runs has neither body nor type. */
function faultOfHost(status: number): string | undefined {
  return status === 400 || status === 404 ? undefined : `${status} without a body`
}

function faultOfBody({ status, headers, text }: Answer): string | undefined {
  const body = parse(text)
  if (body === undefined) return 'a body that is no JSON object'
  return status >= 400 ? faultOfError(status, headers, body) : faultOfSuccess(status, headers, body)
}

function parse(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function faultOfError(status: number, headers: Answer['headers'], body: Body): string | undefined {
  if (status === 401 && headers['www-authenticate'] === undefined) return '401 without a challenge'
  if (status === 405 && headers['allow'] === undefined) return '405 without Allow'
  return isError(status, body) ? undefined : 'not the error form of SCIM'
}

function isError(status: number, { schemas, status: written, scimType, detail, ...more }: Body): boolean {
  const isForm = JSON.stringify(schemas) === ERROR && written === String(status)
  const isKnown = (scimType === undefined || TYPES.has(scimType)) && Object.keys(more).length === 0
  return isForm && isKnown && typeof detail === 'string' && isSentence(detail)
}

function isSentence(detail: string): boolean {
  return detail !== '' && detail.length < 4_000 && !INSIDES.test(detail)
}

function faultOfSuccess(status: number, headers: Answer['headers'], body: Body): string | undefined {
  if (status === 201 && (headers['location'] === undefined || headers['etag'] === undefined))
    return '201 without Location or ETag'
  const { schemas, Resources: resources, Operations: operations, itemsPerPage } = body
  if (!Array.isArray(schemas)) return 'no schemas'
  if (Array.isArray(operations)) return faultOfBulk(operations)
  if (!Array.isArray(resources)) return faultOfResource(body)
  if (itemsPerPage !== resources.length) return 'a wrong itemsPerPage'
  return resources.map(faultOfResource).find((fault) => fault !== undefined)
}

function faultOfBulk(operations: readonly unknown[]): string | undefined {
  for (const result of operations as readonly Body[]) {
    const status = Number(result['status'])
    if (!EXPECTED.has(status)) return `a bulk operation with status ${String(result['status'])}`
    const response = result['response'] as Body | undefined
    if (status >= 400 && (response === undefined || !isError(status, response)))
      return 'a bulk error of another form'
  }
  return undefined
}

/** A user or group has an id, and no attribute that says nothing. Other things are what discovery tells. */
function faultOfResource(value: unknown): string | undefined {
  const { schemas, id } = value as Body
  if (!Array.isArray(schemas) || !RESOURCE.test(String(schemas[0]))) return undefined
  if (typeof id !== 'string') return 'a resource without an id'
  return hasEmpty(value) ? 'a resource with an empty value' : undefined
}

/** null, "" and [] are what absent attributes are not stored as. */
function hasEmpty(value: unknown): boolean {
  if (value === null || value === '') return true
  if (Array.isArray(value)) return value.length === 0 || value.some(hasEmpty)
  return typeof value === 'object' && Object.values(value).some(hasEmpty)
}

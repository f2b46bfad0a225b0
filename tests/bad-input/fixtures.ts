import { send as sendRaw, type Answer as RawAnswer, type Call } from '../support/function-app/client.ts'
import type { Answer, Gatehouse, TestConnector } from '../support/gatehouse.ts'

/** Sends a request with the connector's secret, its path and headers exactly as given. */
export function sendAsIs(
  gatehouse: Gatehouse,
  connector: TestConnector,
  path: string,
  call: Call = {},
): Promise<RawAnswer> {
  const headers = ['authorization', `Bearer ${connector.password}`, ...(call.headers ?? [])]
  return sendRaw(hostOf(gatehouse), `/scim/v2/${connector.id}${path}`, { ...call, headers })
}

export function hostOf(gatehouse: Gatehouse): { readonly port: number } {
  return { port: Number(new URL(gatehouse.url).port) }
}

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
/** What an error body of RFC 7644 §3.12 has; strict clients refuse any other member. */
const ERROR_MEMBERS = new Set(['schemas', 'status', 'scimType', 'detail'])
/** Parts of a stack trace. */
const INSIDES = /\bat \S+ \(|node_modules|\.mjs|\.ts:\d/

/** Status and `scimType` of a refusal, such as "400 invalidValue". Throws unless the answer has SCIM's error form exactly. */
export function refusal({ status, headers, text, json }: Answer): string {
  const type = headers.get('content-type')
  const isError =
    status >= 400 &&
    type === 'application/scim+json' &&
    Object.keys(json).every((name) => ERROR_MEMBERS.has(name)) &&
    JSON.stringify(json.schemas) === JSON.stringify([ERROR]) &&
    json.status === String(status) &&
    typeof json.detail === 'string' &&
    json.detail !== '' &&
    !INSIDES.test(text)
  if (!isError) throw new Error(`not a SCIM error: ${status} ${type} ${text.slice(0, 500)}`)
  return json.scimType === undefined ? `${status}` : `${status} ${json.scimType}`
}

/** The same for an answer that was read from the wire. */
export function rawRefusal({ status, lines, body }: RawAnswer): string {
  const headers = new Headers({ 'content-type': lines('content-type').join(', ') })
  const json: unknown = body === '' ? {} : JSON.parse(body)
  return refusal({ status, headers, text: body, json })
}

/** A user of the core schema alone, with everything that a new connector requires. */
export function plainUser(userName: string, overrides: Record<string, unknown> = {}) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName,
    name: { givenName: 'Mira', familyName: 'Holt' },
    emails: [{ type: 'work', value: `${crypto.randomUUID()}@fjordworks.example` }],
    ...overrides,
  }
}

export const filterQuery = (filter: string): string => `/Users?filter=${encodeURIComponent(filter)}`

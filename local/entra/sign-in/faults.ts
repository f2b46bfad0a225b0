import { isRecord, type JsonObject } from '../json.ts'
import { ID_TOKEN_FAULTS, type IdTokenFault } from './id-token-faults.ts'
import { REFUSAL_CODES } from './refusals.ts'

/** What can be wrong with any endpoint. */
const OUTAGES = ['error', 'unavailable', 'hang', 'html', 'redirect', 'too-large'] as const
const DISCOVERY = [
  'wrong-issuer',
  'foreign-token-endpoint',
  'foreign-keys',
  'foreign-authorize',
  'no-keys',
] as const
const KEYS = ['empty', 'rotated-away', 'duplicate-kid', 'no-kid', 'rsa1024'] as const
const TOKEN = ['no-id-token'] as const
const CALLBACK = [
  'wrong-state',
  'no-state',
  'doubled-state',
  'doubled-code',
  'wrong-code',
  'no-code',
  'access-denied',
  'own-iss',
  'foreign-iss',
] as const
const LOGOUT = ['with-iss', 'no-sid'] as const

export type Outage = (typeof OUTAGES)[number]

/** The switch for tests: each part breaks one thing, and stays until it is cleared. */
export interface Faults {
  readonly discovery?: Outage | (typeof DISCOVERY)[number]
  readonly keys?: Outage | (typeof KEYS)[number]
  /** A number is that AADSTS error. */
  readonly token?: Outage | (typeof TOKEN)[number] | number
  /** Or claims and header fields to set; null takes one away. */
  readonly idToken?: IdTokenFault | { readonly claims?: JsonObject; readonly header?: JsonObject }
  /** A number is that AADSTS error, sent to the redirect URI. */
  readonly callback?: (typeof CALLBACK)[number] | number
  /** Entra itself sends `sid` alone. */
  readonly logout?: (typeof LOGOUT)[number]
}

/** Faults that cannot be set. The message says what can. */
export class FaultsError extends Error {
  override readonly name = 'FaultsError'
}

/** Reads faults that came over the wire; an unknown one is refused, as a test would pass without it. */
export function parseFaults(value: unknown): Faults {
  if (!isRecord(value)) throw new FaultsError('Faults are a JSON object.')
  const unknown = Object.keys(value).find((name) => !PARTS.some((part) => part === name))
  if (unknown !== undefined) throw new FaultsError(`${unknown} is none of ${PARTS.join(', ')}.`)
  const { discovery, keys, token, idToken, callback, logout } = value
  return {
    ...(discovery === undefined ? {} : { discovery: oneOf([...OUTAGES, ...DISCOVERY], discovery) }),
    ...(keys === undefined ? {} : { keys: oneOf([...OUTAGES, ...KEYS], keys) }),
    ...(token === undefined ? {} : { token: codeOr([...OUTAGES, ...TOKEN], token) }),
    ...(idToken === undefined ? {} : { idToken: parseIdTokenFault(idToken) }),
    ...(callback === undefined ? {} : { callback: codeOr(CALLBACK, callback) }),
    ...(logout === undefined ? {} : { logout: oneOf(LOGOUT, logout) }),
  }
}

const PARTS = ['discovery', 'keys', 'token', 'idToken', 'callback', 'logout'] as const

/** Tells whether a fault is one that any endpoint can have. */
export function isOutage(fault: unknown): fault is Outage {
  return OUTAGES.some((outage) => outage === fault)
}

function parseIdTokenFault(value: unknown): NonNullable<Faults['idToken']> {
  if (!isRecord(value)) return oneOf(ID_TOKEN_FAULTS, value)
  const { claims, header } = value
  return { ...(isRecord(claims) ? { claims } : {}), ...(isRecord(header) ? { header } : {}) }
}

function oneOf<T extends string>(names: readonly T[], value: unknown): T {
  const found = names.find((name) => name === value)
  if (found === undefined) throw new FaultsError(`${JSON.stringify(value)} is none of ${names.join(', ')}.`)
  return found
}

function codeOr<T extends string>(names: readonly T[], value: unknown): T | number {
  if (typeof value !== 'number') return oneOf(names, value)
  if (!REFUSAL_CODES.includes(value)) throw new FaultsError(`This tenant knows no AADSTS${value}.`)
  return value
}

import { createHash } from 'node:crypto'
import { parseConnectorId, type ConnectorId } from '../kernel/ids.ts'
import { isRecord, type JsonObject, textOf } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { sameText } from '../kernel/secrets.ts'
import type { SignInPlatform } from '../storage/config-oidc.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { CookieChange } from './cookies.ts'

/** Where a sign-in ends: in our own pages, at a client of the platform, or in the result of a test. */
export type LoginTarget =
  | { readonly kind: 'portal'; readonly returnTo: string }
  | {
      readonly kind: 'client'
      readonly clientId: string
      readonly redirectUri: string
      readonly state: string | undefined
      readonly nonce: string | undefined
      readonly codeChallenge: string
      readonly scope: string
    }
  | { readonly kind: 'test'; readonly ticket: string; readonly fingerprint: string }

/** A sign-in that a browser has begun. It is kept in that browser only, sealed: to begin one writes nothing. */
export interface LoginState {
  readonly connector: ConnectorId
  readonly platform: SignInPlatform
  readonly state: string
  readonly nonce: string
  /** PKCE, RFC 7636. */
  readonly verifier: string
  /** Completes once. */
  readonly loginId: string
  /** ISO. */
  readonly startedAt: string
  readonly target: LoginTarget
}

/** Live ones of one browser: each costs room in every request's header. */
const LIVE_LOGINS = 5
const PREFIX = 'login-'
const PURPOSE = 'cookie:login'
/** A clock that another instance has set. */
const SKEW_MS = 60_000

/** The cookie of a sign-in: its name follows from the state, so that several tabs can sign in at a time. */
export async function sealLogin(sealer: Sealer, login: LoginState): Promise<{ name: string; value: string }> {
  return { name: nameOf(login.state), value: await sealer.seal(PURPOSE, JSON.stringify(login)) }
}

/** The sign-in that this browser began with this state; `undefined` for any other one, and after ten minutes. */
export async function openLogin(
  sealer: Sealer,
  cookies: ReadonlyMap<string, string>,
  state: string,
  now: Date,
): Promise<LoginState | undefined> {
  const sealed = cookies.get(nameOf(state))
  const login = sealed === undefined ? undefined : await openSealed(sealer, sealed)
  if (login === undefined || !isLive(login, now)) return undefined
  return sameText(login.state, state) ? login : undefined
}

/** Clears the cookie of a sign-in that is over. */
export function clearedLogin(state: string): CookieChange {
  return { name: nameOf(state), value: '', maxAgeSeconds: 0 }
}

/** Makes room for one more: clears the oldest of too many, and those that open no more. */
export async function clearedForAnother(
  sealer: Sealer,
  cookies: ReadonlyMap<string, string>,
  now: Date,
): Promise<readonly CookieChange[]> {
  const named = [...cookies].filter(([name]) => name.startsWith(PREFIX))
  if (named.length < LIVE_LOGINS) return []
  const opened = await Promise.all(
    named.map(async ([name, sealed]) => {
      const login = await openSealed(sealer, sealed)
      return { name, startedAt: login && isLive(login, now) ? login.startedAt : '' }
    }),
  )
  return opened
    .toSorted((left, right) => left.startedAt.localeCompare(right.startedAt))
    .slice(0, named.length - LIVE_LOGINS + 1)
    .map(({ name }) => ({ name, value: '', maxAgeSeconds: 0 }))
}

const hashOf = (state: string): string => createHash('sha256').update(state).digest('base64url')
const nameOf = (state: string): string => PREFIX + hashOf(state).slice(0, 8)

/** Whether a sign-in may still come back. */
export function isLive({ startedAt }: LoginState, now: Date): boolean {
  const age = now.getTime() - Date.parse(startedAt)
  return age >= -SKEW_MS && age < LIMITS.loginMs
}

async function openSealed(sealer: Sealer, sealed: string): Promise<LoginState | undefined> {
  const parsed: unknown = JSON.parse((await sealer.open(PURPOSE, sealed)) ?? 'null')
  return isRecord(parsed) ? toLogin(parsed) : undefined
}

function toLogin(parsed: JsonObject): LoginState | undefined {
  const connector = parseConnectorId(String(parsed['connector']))
  const target = isRecord(parsed['target']) ? toTarget(parsed['target']) : undefined
  if (connector === undefined || target === undefined) return undefined
  return {
    connector,
    platform: parsed['platform'] === 'app' ? 'app' : 'web',
    state: String(parsed['state']),
    nonce: String(parsed['nonce']),
    verifier: String(parsed['verifier']),
    loginId: String(parsed['loginId']),
    startedAt: String(parsed['startedAt']),
    target,
  }
}

/** Sealed by us, perhaps by an earlier version of us: a kind that is not known any more ends the sign-in. */
function toTarget(parsed: JsonObject): LoginTarget | undefined {
  switch (parsed['kind']) {
    case 'portal':
      return { kind: 'portal', returnTo: String(parsed['returnTo']) }
    case 'test':
      return {
        kind: 'test',
        ticket: String(parsed['ticket']),
        fingerprint: String(parsed['fingerprint']),
      }
    case 'client':
      return {
        kind: 'client',
        clientId: String(parsed['clientId']),
        redirectUri: String(parsed['redirectUri']),
        state: textOf(parsed['state']),
        nonce: textOf(parsed['nonce']),
        codeChallenge: String(parsed['codeChallenge']),
        scope: String(parsed['scope']),
      }
    default:
      return undefined
  }
}

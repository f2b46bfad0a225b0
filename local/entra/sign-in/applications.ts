import { randomBytes, randomUUID } from 'node:crypto'
import { isRecord, toList } from '../json.ts'
import { refusal, type Refusal } from './refusals.ts'

/** Which kind of client redeems the codes sent to a redirect URI. The URI decides, not the application. */
export type Platform = 'web' | 'publicClient' | 'spa'

interface Secret {
  readonly id: string
  readonly value: string
  readonly expiresAt: string | undefined
}

/** An app registration. */
export interface Application {
  readonly clientId: string
  readonly displayName: string
  readonly secrets: readonly Secret[]
  readonly redirectUris: Readonly<Record<Platform, readonly string[]>>
  readonly frontchannelLogoutUri: string | undefined
  /** `required`: everybody is asked once; `administrator`: only an administrator could, and nobody has. */
  readonly consent: 'granted' | 'required' | 'administrator'
  readonly optionalClaims: readonly string[]
}

export interface Applications {
  readonly find: (clientId: string) => Application | undefined
  readonly all: () => readonly Application[]
  readonly register: (input: unknown) => Application
  readonly remove: (clientId: string) => void
  /** The people who have consented since the application was registered. */
  readonly consents: (clientId: string) => Set<string>
}

/** An app registration that cannot be. The message says why. */
export class ApplicationError extends Error {
  override readonly name = 'ApplicationError'
}

const PLATFORMS = ['web', 'publicClient', 'spa'] as const
const CONSENTS = ['granted', 'required', 'administrator'] as const
const OPTIONAL_CLAIMS = ['sid', 'login_hint', 'acct']

/** The tenant's app registrations; registering one again replaces it. */
export function createApplications(): Applications {
  const applications = new Map<string, Application>()
  const consents = new Map<string, Set<string>>()
  return {
    find: (clientId) => applications.get(clientId),
    all: () => [...applications.values()],
    register: (input) => {
      const application = parseApplication(input)
      applications.set(application.clientId, application)
      consents.set(application.clientId, new Set())
      return application
    },
    remove: (clientId) => void applications.delete(clientId),
    consents: (clientId) => consents.get(clientId) ?? new Set(),
  }
}

/** The platform that a redirect URI is registered under. URIs are compared as they stand, letter case included. */
export function platformOf(application: Application, uri: string): Platform | undefined {
  return PLATFORMS.find((platform) => application.redirectUris[platform].includes(uri))
}

/** Every redirect URI of an application. */
export function redirectUrisOf({ redirectUris }: Application): readonly string[] {
  return PLATFORMS.flatMap((platform) => redirectUris[platform])
}

/** What is wrong with a secret that was sent, if anything is. */
export function refusalOfSecret(application: Application, sent: string): Refusal | undefined {
  const words = { application: application.clientId }
  const secret = application.secrets.find(({ value }) => value === sent)
  if (secret === undefined) return refusal(7000215, words)
  const isExpired = secret.expiresAt !== undefined && Date.parse(secret.expiresAt) <= Date.now()
  return isExpired ? refusal(7000222, words) : undefined
}

function parseApplication(input: unknown): Application {
  if (!isRecord(input)) throw new ApplicationError('An application is a JSON object.')
  const redirects = isRecord(input.redirectUris) ? input.redirectUris : {}
  const [web, publicClient, spa] = PLATFORMS.map((platform) => parseUris(redirects[platform]))
  return {
    clientId: text(input.clientId) ?? randomUUID(),
    displayName: text(input.displayName) ?? 'Gatehouse',
    secrets: parseSecrets(input),
    redirectUris: { web: web ?? [], publicClient: publicClient ?? [], spa: spa ?? [] },
    frontchannelLogoutUri: parseUris(input.frontchannelLogoutUri)[0],
    consent: CONSENTS.find((consent) => consent === input.consent) ?? 'granted',
    optionalClaims: input.optionalClaims === undefined ? OPTIONAL_CLAIMS : texts(input.optionalClaims),
  }
}

/** `secret` for the usual single one (made here when absent), `secrets` for several. */
function parseSecrets({ secret, secretExpiresAt, secrets }: Record<string, unknown>): readonly Secret[] {
  const several = toList(secrets).filter(isRecord)
  const given = several.length === 0 ? [{ value: secret, expiresAt: secretExpiresAt }] : several
  return given.map(({ id, value, expiresAt }) => ({
    id: text(id) ?? randomUUID(),
    value: text(value) ?? randomBytes(30).toString('base64url'),
    expiresAt: text(expiresAt),
  }))
}

function parseUris(value: unknown): readonly string[] {
  const uris = texts(value)
  const bad = uris.find((uri) => !/^https?:$/.test(URL.parse(uri)?.protocol ?? '') || uri.includes('#'))
  if (bad !== undefined) throw new ApplicationError(`${bad} is no web address that could be registered.`)
  return uris
}

function texts(value: unknown): readonly string[] {
  return (typeof value === 'string' ? [value] : toList(value)).filter((item) => typeof item === 'string')
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

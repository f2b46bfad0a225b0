import { randomBytes } from 'node:crypto'
import { parsePlatformClients, PlatformClientsError, type PlatformClient } from './platform-client.ts'

/** Where one storage account is: an URL (managed identity), an emulator's connection string, or this process' memory. */
export type AccountLocation =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  | { readonly kind: 'memory' }

/** What protects the keys that encrypt secrets and cookies: a key of Key Vault that never leaves it, or a fixed one. */
export type WrappingKey =
  { readonly kind: 'vault'; readonly keyId: string } | { readonly kind: 'fixed'; readonly key: Uint8Array }

export interface Settings {
  readonly mode: 'development' | 'production'
  /** Without a trailing slash. Every URL that we hand out begins with it. */
  readonly publicBaseUrl: string
  /** The first account also holds the organizations and their connectors. */
  readonly accounts: ReadonlyMap<string, AccountLocation>
  readonly salesContact: string
  /** Valid SCIM requests per connector and second; 0 means no limit. */
  readonly scimMaxRps: number
  /** Client id of the user-assigned identity; absent: the system-assigned one. */
  readonly managedIdentityClientId: string | undefined
  readonly wrappingKey: WrappingKey
  readonly platformClients: ReadonlyMap<string, PlatformClient>
  /** Origins that are taken for Entra's sign-in service beside Microsoft's own: the tenant of this machine. */
  readonly extraIssuers: readonly string[]
}

/** Every setting that is read here, and no other one can be; docs/settings.md explains them. */
export const SETTING_NAMES = [
  'GATEHOUSE_MODE',
  'PUBLIC_BASE_URL',
  'TABLES_ACCOUNTS',
  'SALES_CONTACT',
  'SCIM_MAX_RPS',
  'AZURE_CLIENT_ID',
  'KEY_VAULT_KEY_ID',
  'DEVELOPMENT_KEY',
  'PLATFORM_CLIENTS',
  'OIDC_EXTRA_ISSUERS',
] as const
type SettingName = (typeof SETTING_NAMES)[number]

type Environment = { readonly [Name in SettingName]?: string | undefined }

/** A setting that is missing or not allowed. The message names the setting and what it takes. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** Reads and checks all settings (docs/settings.md); an empty one counts as absent. Anything but `GATEHOUSE_MODE=development` is production and refuses development features. */
export function readSettings(env: Environment): Settings {
  const mode = env['GATEHOUSE_MODE'] === 'development' ? 'development' : 'production'
  // A fixed key in production would be one that the operator takes for protection.
  if (mode !== 'development' && env['DEVELOPMENT_KEY'])
    refuse('DEVELOPMENT_KEY', 'is for development only; production needs KEY_VAULT_KEY_ID.')
  return {
    mode,
    publicBaseUrl: readBaseUrl(env, mode),
    accounts: readAccounts(env, mode),
    salesContact: env['SALES_CONTACT'] || 'your account manager',
    scimMaxRps: readNumber(env, 'SCIM_MAX_RPS', 500),
    managedIdentityClientId: env['AZURE_CLIENT_ID'] || undefined,
    wrappingKey: readWrappingKey(env, mode),
    platformClients: readPlatformClients(env, mode),
    extraIssuers: readExtraIssuers(env, mode),
  }
}

function refuse(name: SettingName, sentence: string): never {
  throw new SettingsError(`${name}: ${sentence}`)
}

function readBaseUrl(env: Environment, mode: Settings['mode']): string {
  const text = env['PUBLIC_BASE_URL'] ?? ''
  const url = URL.canParse(text)
    ? new URL(text)
    : refuse('PUBLIC_BASE_URL', 'give the public URL, such as https://id.example.com.')
  if (url.protocol !== 'https:' && !(mode === 'development' && url.protocol === 'http:'))
    refuse('PUBLIC_BASE_URL', 'must begin with https:// (plain http needs GATEHOUSE_MODE=development).')
  if (url.pathname !== '/' || url.search || url.hash || url.username)
    refuse('PUBLIC_BASE_URL', 'must be an origin without path, query or user.')
  return url.origin
}

function readAccounts(env: Environment, mode: Settings['mode']): Settings['accounts'] {
  const entries = (env['TABLES_ACCOUNTS'] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
  if (entries.length === 0)
    refuse(
      'TABLES_ACCOUNTS',
      'give at least one account, such as main=https://ACCOUNT.table.core.windows.net.',
    )
  const accounts = new Map<string, AccountLocation>()
  for (const entry of entries) {
    const split = entry.indexOf('=')
    const name = entry.slice(0, Math.max(split, 0))
    if (!/^[a-z][a-z0-9]{0,19}$/.test(name))
      refuse('TABLES_ACCOUNTS', 'write each account as name=location; a name is 1 to 20 of a-z0-9.')
    if (accounts.has(name)) refuse('TABLES_ACCOUNTS', `names the account ${name} twice.`)
    accounts.set(name, readLocation(entry.slice(split + 1), mode))
  }
  return accounts
}

function readLocation(text: string, mode: Settings['mode']): AccountLocation {
  if (/^https:\/\/[^/?#]+\/?$/.test(text)) return { kind: 'url', url: text.replace(/\/$/, '') }
  if (mode !== 'development')
    refuse(
      'TABLES_ACCOUNTS',
      'takes https URLs only (memory and connection strings need GATEHOUSE_MODE=development).',
    )
  return text === 'memory' ? { kind: 'memory' } : { kind: 'connectionString', connectionString: text }
}

function readNumber(env: Environment, name: SettingName, fallback: number): number {
  const text = env[name] || String(fallback)
  return /^\d{1,6}$/.test(text) ? Number(text) : refuse(name, 'must be a whole number from 0 to 999999.')
}

/** 256 bits in base64url: 43 characters. */
const FIXED_KEY = /^[\w-]{43}$/

function readWrappingKey(env: Environment, mode: Settings['mode']): WrappingKey {
  const keyId = env['KEY_VAULT_KEY_ID']
  if (keyId) {
    if (!/^https:\/\/[^/?#@\s]+\/keys\/[0-9A-Za-z-]{1,127}$/.test(keyId))
      refuse(
        'KEY_VAULT_KEY_ID',
        'give the URL of a key without its version, such as https://VAULT.vault.azure.net/keys/NAME.',
      )
    return { kind: 'vault', keyId }
  }
  if (mode !== 'development')
    refuse('KEY_VAULT_KEY_ID', 'give the URL of the Key Vault key that wraps our keys.')
  const text = env['DEVELOPMENT_KEY']
  if (!text) return { kind: 'fixed', key: randomBytes(32) }
  if (!FIXED_KEY.test(text)) refuse('DEVELOPMENT_KEY', 'give 32 random bytes in base64url, without padding.')
  return { kind: 'fixed', key: Buffer.from(text, 'base64url') }
}

function readPlatformClients(env: Environment, mode: Settings['mode']): Settings['platformClients'] {
  try {
    return parsePlatformClients(env['PLATFORM_CLIENTS'] || '[]', mode === 'development')
  } catch (error) {
    if (error instanceof PlatformClientsError) return refuse('PLATFORM_CLIENTS', error.message)
    throw error
  }
}

function readExtraIssuers(env: Environment, mode: Settings['mode']): readonly string[] {
  const origins = (env['OIDC_EXTRA_ISSUERS'] ?? '').split(',').filter(Boolean)
  if (origins.length > 0 && mode !== 'development')
    refuse('OIDC_EXTRA_ISSUERS', 'is for development only: in production Microsoft signs people in.')
  const wrong = origins.find((text) => !URL.canParse(text) || new URL(text).origin !== text)
  if (wrong !== undefined) refuse('OIDC_EXTRA_ISSUERS', 'give origins, such as http://127.0.0.1:7072.')
  return origins
}

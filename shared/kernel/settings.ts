/** Where one storage account is: an URL (managed identity), an emulator's connection string, or this process' memory. */
export type AccountLocation =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  | { readonly kind: 'memory' }

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
}

/** Every setting that is read here, and no other one can be; docs/settings.md explains them. */
export const SETTING_NAMES = [
  'GATEHOUSE_MODE',
  'PUBLIC_BASE_URL',
  'TABLES_ACCOUNTS',
  'SALES_CONTACT',
  'SCIM_MAX_RPS',
  'AZURE_CLIENT_ID',
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
  return {
    mode,
    publicBaseUrl: readBaseUrl(env, mode),
    accounts: readAccounts(env, mode),
    salesContact: env['SALES_CONTACT'] || 'your account manager',
    scimMaxRps: readNumber(env, 'SCIM_MAX_RPS', 500),
    managedIdentityClientId: env['AZURE_CLIENT_ID'] || undefined,
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

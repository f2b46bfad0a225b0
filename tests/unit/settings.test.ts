import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { readSettings, SETTING_NAMES, SettingsError } from '../../shared/kernel/settings.ts'

const VALID = {
  PUBLIC_BASE_URL: 'https://id.example.com',
  TABLES_ACCOUNTS: 'main=https://a.example',
  KEY_VAULT_KEY_ID: 'https://vault.example/keys/wrapping',
}
const DEVELOPMENT = { ...VALID, GATEHOUSE_MODE: 'development', KEY_VAULT_KEY_ID: '' }

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** First column of each table under a heading of docs/settings.md, and its cells. */
function documented(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = read('docs/settings.md').split(`## ${heading}\n`)
  return (section.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
}

const namesOf = (rows: readonly (readonly string[])[]): readonly string[] =>
  rows.map(([name = '']) => name.replaceAll('`', ''))

const example: { Values: Record<string, string> } = JSON.parse(read('local.settings.example.json'))

describe('settings are told in three places:', () => {
  it('the code reads what docs/settings.md explains, in the same order', () => {
    expect(namesOf(documented('Of Gatehouse'))).toEqual(SETTING_NAMES)
  })

  it('each row of docs/settings.md has a meaning, a default, whether it is secret, and where it belongs', () => {
    const rows = [...documented('Of Gatehouse'), ...documented('Of the Functions host')]

    expect(rows.map((cells) => [cells[0], cells.length])).toEqual(rows.map((cells) => [cells[0], 5]))
    expect(rows.flat().filter((cell) => cell === '')).toEqual([])
  })

  it('the example has all of them and no other one', () => {
    const names = [...namesOf(documented('Of the Functions host')), ...SETTING_NAMES]

    expect(Object.keys(example.Values).toSorted()).toEqual(names.toSorted())
  })

  it('the example is valid, for development and nowhere else', () => {
    expect(readSettings(example.Values)).toMatchObject({ mode: 'development', scimMaxRps: 0 })
    expect(() => readSettings({ ...example.Values, GATEHOUSE_MODE: '' })).toThrow(SettingsError)
  })

  it('the host lets bodies through that are larger than our own limit, so that we answer', () => {
    const limit = Number(example.Values['FUNCTIONS_REQUEST_BODY_SIZE_LIMIT'])

    expect(limit).toBeGreaterThan(LIMITS.largeBodyBytes)
    expect(read('docs/settings.md')).toContain(`\`${limit}\``)
  })

  it('the defaults that docs/settings.md names are the ones that hold', () => {
    const [, , , contact, rate] = documented('Of Gatehouse').map((cells) => cells[2])
    const { salesContact, scimMaxRps, mode, managedIdentityClientId } = readSettings(VALID)

    expect([`\`${salesContact}\``, `\`${scimMaxRps}\``]).toEqual([contact, rate])
    expect([mode, managedIdentityClientId]).toEqual(['production', undefined])
  })
})

describe('a setting that is empty', () => {
  it.each(['SALES_CONTACT', 'SCIM_MAX_RPS', 'AZURE_CLIENT_ID', 'GATEHOUSE_MODE'])(
    'counts as absent: %s',
    (name) => {
      expect(readSettings({ ...VALID, [name]: '' })).toEqual(readSettings(VALID))
    },
  )
})

describe('a setting is read:', () => {
  it.each([
    ['https://id.example.com', 'https://id.example.com'],
    ['https://id.example.com/', 'https://id.example.com'],
    ['https://ID.example.com:443', 'https://id.example.com'],
    ['https://id.example.com:8443', 'https://id.example.com:8443'],
  ])('PUBLIC_BASE_URL=%s', (text, origin) => {
    expect(readSettings({ ...VALID, PUBLIC_BASE_URL: text }).publicBaseUrl).toBe(origin)
  })

  it('TABLES_ACCOUNTS, the first one first', () => {
    const accounts = 'main=https://a.table.core.windows.net/, eu2=https://b.example ,'

    expect([...readSettings({ ...VALID, TABLES_ACCOUNTS: accounts }).accounts]).toEqual([
      ['main', { kind: 'url', url: 'https://a.table.core.windows.net' }],
      ['eu2', { kind: 'url', url: 'https://b.example' }],
    ])
  })

  it('TABLES_ACCOUNTS of development: memory and a connection string, whose "=" are its own', () => {
    const text = 'main=memory,b=AccountName=a;AccountKey=xyz=='

    expect([...readSettings({ ...DEVELOPMENT, TABLES_ACCOUNTS: text }).accounts]).toEqual([
      ['main', { kind: 'memory' }],
      ['b', { kind: 'connectionString', connectionString: 'AccountName=a;AccountKey=xyz==' }],
    ])
  })

  it.each(['0', '25', '999999'])('SCIM_MAX_RPS=%s', (text) => {
    expect(readSettings({ ...VALID, SCIM_MAX_RPS: text }).scimMaxRps).toBe(Number(text))
  })
})

describe('a setting is refused by its name:', () => {
  it.each([
    ['PUBLIC_BASE_URL', '', 'such as https://'],
    ['PUBLIC_BASE_URL', 'id.example.com', 'such as https://'],
    ['PUBLIC_BASE_URL', 'http://id.example.com', 'GATEHOUSE_MODE=development'],
    ['PUBLIC_BASE_URL', 'ftp://id.example.com', 'https://'],
    ['PUBLIC_BASE_URL', 'javascript:alert(1)', 'https://'],
    ['PUBLIC_BASE_URL', 'https://id.example.com/x', 'without path'],
    ['PUBLIC_BASE_URL', 'https://id.example.com/?x', 'without path'],
    ['PUBLIC_BASE_URL', 'https://id.example.com/#x', 'without path'],
    ['PUBLIC_BASE_URL', 'https://me@id.example.com', 'without path'],
    ['TABLES_ACCOUNTS', '', 'at least one'],
    ['TABLES_ACCOUNTS', ' , ', 'at least one'],
    ['TABLES_ACCOUNTS', 'https://a.example', 'name=location'],
    ['TABLES_ACCOUNTS', 'Main=https://a.example', 'name=location'],
    ['TABLES_ACCOUNTS', '=https://a.example', 'name=location'],
    ['TABLES_ACCOUNTS', `${'a'.repeat(21)}=https://a.example`, 'name=location'],
    ['TABLES_ACCOUNTS', 'a=https://a.example,a=https://b.example', 'twice'],
    ['TABLES_ACCOUNTS', 'a=memory', 'GATEHOUSE_MODE=development'],
    ['TABLES_ACCOUNTS', 'a=UseDevelopmentStorage=true', 'GATEHOUSE_MODE=development'],
    ['TABLES_ACCOUNTS', 'a=https://a.example/?sig=x', 'https URLs only'],
    ['TABLES_ACCOUNTS', 'a=http://a.example', 'https URLs only'],
    ['SCIM_MAX_RPS', '-1', 'whole number'],
    ['SCIM_MAX_RPS', '1.5', 'whole number'],
    ['SCIM_MAX_RPS', '1000000', 'whole number'],
    ['SCIM_MAX_RPS', 'none', 'whole number'],
  ])('%s=%s', (name, value, words) => {
    const refused = () => readSettings({ ...VALID, [name]: value })

    expect(refused).toThrow(SettingsError)
    expect(refused).toThrow(new RegExp(`^${name}: .*${words}`))
  })

  it('without a word of what was in it', () => {
    for (const value of ['main=AccountKey=S3CR3T', 'S3CR3T', 'main=https://S3CR3T@x.example/a'])
      expect(() => readSettings({ ...VALID, TABLES_ACCOUNTS: value })).toThrow(/^(?!.*S3CR3T)/)
  })

  it.each(['Development', 'DEVELOPMENT', 'dev', ' development', 'test', 'true', '1'])(
    'GATEHOUSE_MODE=%s is production',
    (mode) => {
      expect(readSettings({ ...VALID, GATEHOUSE_MODE: mode }).mode).toBe('production')
    },
  )
})

const wrappingKey = (text: string) => readSettings({ ...DEVELOPMENT, DEVELOPMENT_KEY: text }).wrappingKey

describe('the key that wraps ours', () => {
  it.each([
    'http://vault.example/keys/wrapping',
    'https://vault.example/keys/wrapping/0123456789abcdef',
    'https://vault.example/secrets/wrapping',
    'https://user@vault.example/keys/wrapping',
    'wrapping',
  ])('is the URL of a key without its version: %s is refused', (keyId) => {
    expect(() => readSettings({ ...VALID, KEY_VAULT_KEY_ID: keyId })).toThrow(/^KEY_VAULT_KEY_ID: /)
  })

  it('is a fixed one in development only, and a new one at each start where none is given', () => {
    const key = randomBytes(32)

    expect(wrappingKey(key.toString('base64url'))).toEqual({ kind: 'fixed', key })
    expect(wrappingKey('')).not.toEqual(wrappingKey(''))
    expect(() => wrappingKey('c2hvcnQ')).toThrow(/^DEVELOPMENT_KEY: /)
    expect(() => readSettings({ ...VALID, DEVELOPMENT_KEY: key.toString('base64url') })).toThrow(
      /^DEVELOPMENT_KEY: /,
    )
  })
})

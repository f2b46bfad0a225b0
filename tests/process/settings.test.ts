import { randomBytes } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { newSecret } from '../../shared/kernel/secrets.ts'
import { send } from '../support/gatehouse.ts'
import { startInstance } from './instance.ts'

const VALID = {
  PUBLIC_BASE_URL: 'https://gatehouse.example',
  TABLES_ACCOUNTS: 'main=https://account.table.core.windows.net',
  KEY_VAULT_KEY_ID: 'https://vault.example/keys/wrapping',
}
const KEY = Buffer.from('an account key that must not be told').toString('base64')
const CONNECTION = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${KEY};TableEndpoint=http://127.0.0.1:1/a`

const REFUSED: readonly [string, string, Record<string, string>][] = [
  ['a public URL without TLS', 'PUBLIC_BASE_URL', { ...VALID, PUBLIC_BASE_URL: 'http://gatehouse.example' }],
  ['no public URL', 'PUBLIC_BASE_URL', { ...VALID, PUBLIC_BASE_URL: '' }],
  ['a public URL with a path', 'PUBLIC_BASE_URL', { ...VALID, PUBLIC_BASE_URL: 'https://a.example/x' }],
  ['storage in memory', 'TABLES_ACCOUNTS', { ...VALID, TABLES_ACCOUNTS: 'main=memory' }],
  ['a connection string', 'TABLES_ACCOUNTS', { ...VALID, TABLES_ACCOUNTS: `main=${CONNECTION}` }],
  ['a storage URL without TLS', 'TABLES_ACCOUNTS', { ...VALID, TABLES_ACCOUNTS: 'main=http://a.example' }],
  ['no storage', 'TABLES_ACCOUNTS', { ...VALID, TABLES_ACCOUNTS: '' }],
  ['no vault', 'KEY_VAULT_KEY_ID', { ...VALID, KEY_VAULT_KEY_ID: '' }],
  ['a fixed key', 'DEVELOPMENT_KEY', { ...VALID, DEVELOPMENT_KEY: randomBytes(32).toString('base64url') }],
  [
    'a tenant that is not Microsoft’s',
    'OIDC_EXTRA_ISSUERS',
    { ...VALID, OIDC_EXTRA_ISSUERS: 'http://127.0.0.1:1' },
  ],
  ['clients that are no list', 'PLATFORM_CLIENTS', { ...VALID, PLATFORM_CLIENTS: '{' }],
  ['a rate that is no number', 'SCIM_MAX_RPS', { ...VALID, SCIM_MAX_RPS: 'many' }],
  ['nothing at all', 'PUBLIC_BASE_URL', {}],
  [
    'a mode of another spelling',
    'TABLES_ACCOUNTS',
    { ...VALID, GATEHOUSE_MODE: 'Development', TABLES_ACCOUNTS: 'main=memory' },
  ],
]

describe('in production', () => {
  it.each(REFUSED)(
    '%s is refused: %s is named in the log, and everything answers 503',
    async (_, name, settings) => {
      const instance = await startInstance(settings)
      try {
        const secret = newSecret('scim')
        const authorization = `Bearer ${secret}`
        const scim = `${instance.url}/scim/v2/0123456789abcdef-1`
        const answers = await Promise.all([
          send(`${instance.url}/health`, { method: 'GET' }),
          send(`${scim}/Users`, { method: 'GET', headers: { authorization } }),
          send(`${scim}/Users`, { method: 'POST', headers: { authorization }, body: { userName: 'mira' } }),
          send(`${scim}/Users`, { method: 'GET' }),
          send(`${scim}/nowhere`, { method: 'DELETE', headers: { authorization } }),
          send(`${instance.url}/management/organizations/0123456789abcdef`, { method: 'GET' }),
        ])

        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
        expect(answers.map(({ headers }) => Number(headers.get('retry-after')) > 0)).toEqual(
          answers.map(() => true),
        )
        const told = answers.map(({ text }) => text).join('\n')
        expect(told).not.toMatch(/[A-Z]+(?:_[A-Z]+)+|\bat \S+ \(/)
        await vi.waitFor(() => {
          expect(instance.output().match(new RegExp(`"error":"${name}: `, 'g'))).toHaveLength(answers.length)
        })
        expect(instance.output()).not.toMatch(/\bat \S+ \(|\.mjs:/)
        for (const hidden of [KEY, secret]) expect(told + instance.output()).not.toContain(hidden)
      } finally {
        await instance.kill()
      }
    },
  )
})

describe('in development', () => {
  it('a connection string that cannot be read answers 503 and is not told', async () => {
    const settings = { ...VALID, GATEHOUSE_MODE: 'development', TABLES_ACCOUNTS: `main=AccountKey=${KEY}` }
    const instance = await startInstance(settings)
    try {
      const health = await send(`${instance.url}/health`, { method: 'GET' })
      const scim = await send(`${instance.url}/scim/v2/0123456789abcdef-1/Users`, { method: 'GET' })

      expect([health.status, scim.status]).toEqual([503, 503])
      await vi.waitFor(() => expect(instance.output()).toContain('"error":"TABLES_ACCOUNTS: '))
      expect(health.text + scim.text + instance.output()).not.toContain(KEY)
    } finally {
      await instance.kill()
    }
  })

  it('plain http and storage in memory are taken', async () => {
    const instance = await startInstance({
      GATEHOUSE_MODE: 'development',
      PUBLIC_BASE_URL: 'http://localhost:7071',
      TABLES_ACCOUNTS: 'main=memory',
    })
    try {
      expect((await send(`${instance.url}/health`, { method: 'GET' })).status).toBe(200)
      const scim = await send(`${instance.url}/scim/v2/0123456789abcdef-1/Users`, { method: 'GET' })
      expect(scim.status).toBe(401)
    } finally {
      await instance.kill()
    }
  })
})

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { isWellFormedSecret } from '../../shared/kernel/secrets.ts'
import { openApi, type Api } from './fixtures.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('a setup link of the management API', () => {
  it.each(['enterprise', 'standard'])('is made on the %s plan, for 24 hours', async (plan) => {
    const organization = await api.manage('POST', 'organizations', { name: 'Contoso', plan })
    const path = `organizations/${String(organization.json.id)}/setup-links`
    const { status, headers, json } = await api.manage('POST', path)

    const [address, secret = ''] = String(json.url).split('#')
    expect(status).toBe(201)
    expect(address).toBe('https://id.example.com/setup')
    expect(isWellFormedSecret('setup', secret)).toBe(true)
    expect(Date.parse(json.expiresAt) - Date.now()).toBeGreaterThan(86_390_000)
    expect(headers['Cache-Control']).toBe('no-store')
    expect(JSON.stringify(api.lines)).not.toContain(secret)
  })

  it('is 404 without the organization, and 400 where something is sent that it does not take', async () => {
    const organization = await api.manage('POST', 'organizations', { name: 'Contoso', plan: 'standard' })
    const known = `organizations/${String(organization.json.id)}/setup-links`

    expect((await api.manage('POST', 'organizations/0123456789abcdef/setup-links')).status).toBe(404)
    expect((await api.manage('POST', known, { hours: 48 })).status).toBe(400)
  })
})

import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openApi, type Api } from './fixtures.ts'

let api: Api
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

async function newConnector(): Promise<string> {
  const organization = await api.manage('POST', 'organizations', { name: 'Contoso', plan: 'enterprise' })
  const path = `organizations/${String(organization.json.id)}/connectors`
  const { json } = await api.manage('POST', path, { type: 'entra' })
  return `${path}/${String(json.id)}`
}

const newSettings = () => ({
  authority: `https://login.microsoftonline.com/${randomUUID()}`,
  clientId: randomUUID(),
  clientSecret: randomBytes(24).toString('base64url'),
  clientSecretExpiresAt: '2099-01-31',
})

describe('sign-in of a connector', () => {
  it('is set as a draft, and its secret is never told again', async () => {
    const path = await newConnector()
    const { clientSecret, ...settings } = newSettings()
    const changed = await api.manage('PATCH', path, { oidc: { ...settings, clientSecret } })
    const read = await api.manage('GET', path)
    const activity = await api.manage('GET', `${path}/activity`)

    expect(changed.status).toBe(200)
    expect(read.json.oidc).toMatchObject({
      active: null,
      draft: {
        authority: `${settings.authority}/v2.0`,
        clientId: settings.clientId,
        hasClientSecret: true,
        clientSecretExpiresAt: '2099-01-31T00:00:00.000Z',
        linkByUserName: true,
      },
      lastTest: null,
    })
    for (const { text } of [changed, read, activity]) expect(text).not.toContain(clientSecret)
    expect(JSON.stringify(api.lines)).not.toContain(clientSecret)
  })

  it('is tested by a link for ten minutes, once there is something to test', async () => {
    const path = await newConnector()
    const nothing = await api.manage('POST', `${path}/test-sign-in`, { platform: 'web' })
    await api.manage('PATCH', path, { oidc: newSettings() })
    const { status, json } = await api.manage('POST', `${path}/test-sign-in`, { platform: 'app' })
    const odd = await api.manage('POST', `${path}/test-sign-in`, { platform: 'desktop' })

    expect([nothing.status, status, odd.status]).toEqual([409, 201, 400])
    const id = path.split('/').at(-1)
    expect(json.url).toMatch(new RegExp(`^https://id\\.example\\.com/auth/${id}/test\\?ticket=.{50}`))
    expect(Date.parse(json.expiresAt) - Date.now()).toBeGreaterThan(500_000)
  })

  it('may lose its secret, and is refused in words where a value cannot be right', async () => {
    const path = await newConnector()
    await api.manage('PATCH', path, { oidc: newSettings() })
    const cleared = await api.manage('PATCH', path, { oidc: { clientSecret: null } })
    const refused = await api.manage('PATCH', path, { oidc: { authority: 'https://evil.example/x' } })

    expect(cleared.json.oidc.draft).toMatchObject({ hasClientSecret: false })
    expect(refused).toMatchObject({
      status: 400,
      json: { detail: expect.stringContaining('not a sign-in address') },
    })
  })
})

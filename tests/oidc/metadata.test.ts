import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../shared/kernel/json.ts'
import type { EntraAnswer } from '../../shared/oidc/entra-fetch.ts'
import { fail } from '../../shared/kernel/failure.ts'
import { createMetadataCache, createTenantResolver } from '../../shared/oidc/metadata.ts'
import type { OidcSettings } from '../../shared/storage/config-oidc.ts'
import { failureFrom, newClock } from '../connectors/fixtures.ts'
import { join } from './fixtures.ts'

const TENANT = '11111111-2222-3333-4444-555555555555'
const HOUR_MS = 3_600_000

function settingsAt(origin: string, clientId = 'client'): OidcSettings {
  return {
    authority: { origin, tenantId: TENANT },
    clientId,
    clientSecret: undefined,
    clientSecretExpiresAt: undefined,
    linkByUserName: true,
  }
}

function documentAt(origin: string, changes: JsonObject = {}): JsonObject {
  return {
    issuer: `${origin}/${TENANT}/v2.0`,
    authorization_endpoint: `${origin}/${TENANT}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${TENANT}/oauth2/v2.0/token`,
    jwks_uri: `${origin}/${TENANT}/discovery/v2.0/keys`,
    end_session_endpoint: `${origin}/${TENANT}/oauth2/v2.0/logout`,
    ...changes,
  }
}

const MICROSOFT = 'https://login.microsoftonline.com'

/** A cache over a network that answers as told and counts. */
function newScene(answer: (url: string) => EntraAnswer) {
  const clock = newClock()
  const asked: string[] = []
  const network = { answer }
  const cache = createMetadataCache(async (url) => {
    asked.push(url)
    await Promise.resolve()
    return network.answer(url)
  }, clock.now)
  return { clock, asked, network, find: (clientId?: string) => cache.find(settingsAt(MICROSOFT, clientId)) }
}

const found = (changes: JsonObject = {}): EntraAnswer => ({
  status: 200,
  body: documentAt(MICROSOFT, changes),
})
const down = (): EntraAnswer => fail({ code: 'entra_unavailable', retryAfterSeconds: 30 })

describe('the metadata of a tenant', () => {
  it.each([
    'https://login.microsoftonline.com',
    'https://login.microsoftonline.us',
    'https://login.partner.microsoftonline.cn',
  ])('is asked of its own cloud: %s', async (origin) => {
    const asked: string[] = []
    const cache = createMetadataCache(async (url) => {
      asked.push(url)
      return { status: 200, body: documentAt(origin) }
    }, newClock().now)

    expect(await cache.find(settingsAt(origin))).toMatchObject({
      issuer: `${origin}/${TENANT}/v2.0`,
      tokenEndpoint: `${origin}/${TENANT}/oauth2/v2.0/token`,
    })
    expect(asked).toEqual([`${origin}/${TENANT}/v2.0/.well-known/openid-configuration?appid=client`])
  })

  it('is that of the application, which may have keys of its own', async () => {
    const { asked, find } = newScene(() => found())
    await find('one')
    await find('two')
    await find('one')

    expect(asked.map((url) => new URL(url).search)).toEqual(['?appid=one', '?appid=two'])
  })

  it('is asked for without the application where Entra does not take it', async () => {
    const { asked, find } = newScene((url) =>
      url.includes('appid') ? { status: 400, body: { error: 'invalid_request' } } : found(),
    )

    expect(await find()).toMatchObject({ issuer: `${MICROSOFT}/${TENANT}/v2.0` })
    expect(asked).toHaveLength(2)
  })

  it('is asked for once by fifty sign-ins at a time, and kept for a day of outage', async () => {
    const { asked, network, clock, find } = newScene(() => found())
    await Promise.all(Array.from({ length: 50 }, () => find()))
    expect(asked).toHaveLength(1)
    network.answer = down
    for (let hour = 1; hour < 24; hour++) {
      clock.advance(HOUR_MS)
      expect(await find()).toMatchObject({ issuer: `${MICROSOFT}/${TENANT}/v2.0` })
    }
    clock.advance(HOUR_MS)
    expect((await failureFrom(find())).code).toBe('entra_unavailable')
  })

  it('is renewed behind a sign-in that finds it older than an hour', async () => {
    const { asked, network, clock, find } = newScene(() => found())
    await find()
    network.answer = () => found({ token_endpoint: `${MICROSOFT}/${TENANT}/new/token` })
    clock.advance(HOUR_MS)
    const before = await find()
    await new Promise((resolve) => setImmediate(resolve))

    expect(before).toMatchObject({ tokenEndpoint: `${MICROSOFT}/${TENANT}/oauth2/v2.0/token` })
    expect(await find()).toMatchObject({ tokenEndpoint: `${MICROSOFT}/${TENANT}/new/token` })
    expect(asked).toHaveLength(2)
  })

  it.each([
    ['names another issuer', { issuer: `${MICROSOFT}/${TENANT}/` }],
    ['names the issuer of every tenant', { issuer: `${MICROSOFT}/{tenantid}/v2.0` }],
    ['has no issuer', { issuer: undefined }],
    ['has a foreign sign-in page', { authorization_endpoint: 'https://attacker.example/authorize' }],
    ['has a foreign token endpoint', { token_endpoint: 'https://attacker.example/token' }],
    ['has a foreign key set', { jwks_uri: 'https://attacker.example/keys' }],
    ['has one on another port', { token_endpoint: 'https://login.microsoftonline.com:8443/token' }],
    ['has one without TLS', { token_endpoint: 'http://login.microsoftonline.com/token' }],
    [
      'has one whose user looks like Microsoft',
      { token_endpoint: 'https://login.microsoftonline.com@attacker.example/' },
    ],
    [
      'has one whose host begins like Microsoft',
      { token_endpoint: 'https://login.microsoftonline.com.attacker.example/' },
    ],
    ['has an endpoint that is no text', { jwks_uri: ['https://login.microsoftonline.com/keys'] }],
    ['has no key set', { jwks_uri: undefined }],
  ])('is not believed where it %s', async (_, changes) => {
    const { find } = newScene(() => found(changes))
    expect(await find()).toMatchObject({ kind: 'refused', reason: 'metadata-invalid', status: 503 })
  })

  it('that is wrong is asked for again after five seconds', async () => {
    const { asked, network, clock, find } = newScene(() => found({ issuer: 'wrong' }))
    await find()
    network.answer = () => found()
    expect(await find()).toMatchObject({ reason: 'metadata-invalid' })
    clock.advance(5_000)

    expect(await find()).toMatchObject({ issuer: `${MICROSOFT}/${TENANT}/v2.0` })
    expect(asked).toHaveLength(2)
  })

  it.each([
    [503, 'an outage'],
    [429, 'an outage'],
    [500, 'an outage'],
  ])('that answers %i is %s, not a tenant that is not there', async (status) => {
    const { find } = newScene(() => ({ status, body: { error: 'invalid_tenant' } }))
    expect((await failureFrom(find())).code).toBe('entra_unavailable')
  })
})

const resolverOf = (origin: string) => createTenantResolver({ extraIssuers: [origin] })

describe('the tenant of a domain', () => {
  it('is the one that the issuer of its metadata names', async () => {
    const { scene } = await join()
    const { origin, tenantId } = scene.tenant
    expect(await resolverOf(origin)(origin, scene.directory.domain)).toEqual({ origin, tenantId })
  })

  it('is none where Entra knows none', async () => {
    const { origin } = (await join()).scene.tenant
    expect(await resolverOf(origin)(origin, 'nobody.example')).toBeUndefined()
  })

  it.each(['unavailable', 'html', 'redirect', 'too-large'] as const)(
    'is not known in an outage: %s',
    async (discovery) => {
      const { scene } = await join()
      const { origin, setFaults } = scene.tenant
      setFaults({ discovery })
      const resolving = resolverOf(origin)(origin, scene.directory.domain)
      expect((await failureFrom(resolving)).code).toBe('entra_unavailable')
    },
  )

  it('is not asked for over plain http but of a tenant of this machine', async () => {
    const { scene } = await join()
    const resolving = createTenantResolver({ extraIssuers: [] })(scene.tenant.origin, 'contoso.example')
    expect((await failureFrom(resolving)).code).toBe('entra_unavailable')
    expect(scene.tenant.requests().discovery).toBe(0)
  })
})

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { BeginInput } from '../../shared/oidc/relying-party.ts'
import { BASE_URL, join, PORTAL, type Joined } from './fixtures.ts'

async function begin({ party, connector, settings }: Joined, changes: Partial<BeginInput> = {}) {
  const begun = await party.begin({ connector, settings, platform: 'web', target: PORTAL, ...changes })
  if (begun.kind === 'refused') throw new Error(begun.reason)
  return { ...begun, url: new URL(begun.url), query: new URL(begun.url).searchParams }
}

describe('the beginning of a sign-in', () => {
  it.each(['web', 'app'] as const)('asks Entra for a code for the %s redirect URI', async (platform) => {
    const joined = await join()
    const { url, query, login } = await begin(joined, { platform })

    expect(url.href).toMatch(new RegExp(`^${joined.scene.tenant.origin}/[0-9a-f-]{36}/oauth2/v2.0/authorize`))
    expect(Object.fromEntries(query)).toEqual({
      client_id: joined.settings.clientId,
      response_type: 'code',
      response_mode: 'query',
      redirect_uri: `${BASE_URL}/auth/${joined.connector.id}/${platform}/callback`,
      scope: 'openid profile',
      state: login.state,
      nonce: login.nonce,
      code_challenge: createHash('sha256').update(login.verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    expect(login).toMatchObject({ connector: joined.connector.id, platform, target: PORTAL })
  })

  it('has a redirect URI that Entra can register: at most 256 characters, none that it refuses', async () => {
    const { query } = await begin(await join())
    expect(query.get('redirect_uri')).toMatch(/^[^!$'(),;*?#]{1,200}$/)
  })

  it('guesses nothing twice', async () => {
    const joined = await join()
    const logins = [(await begin(joined)).login, (await begin(joined)).login]
    const values = logins.flatMap(({ state, nonce, verifier, loginId }) => [state, nonce, verifier, loginId])

    expect(new Set(values).size).toBe(8)
    for (const value of values) expect(value).toMatch(/^[\w-]{43}$/)
  })

  it('writes nothing and asks Entra for nothing that it knows', async () => {
    const joined = await join()
    await begin(joined)
    const requests = await joined.directory.counted(() => begin(joined))

    expect(requests).toBe(0)
    expect(joined.scene.tenant.requests()).toMatchObject({ discovery: 1, keys: 0 })
  })

  it.each<[Partial<BeginInput>, Record<string, string | null>]>([
    [{ loginHint: 'ada@contoso.com' }, { login_hint: 'ada@contoso.com' }],
    [{ loginHint: 'a&prompt=none#' }, { login_hint: 'a&prompt=none#', prompt: null }],
    [{ loginHint: 'x'.repeat(1_001) }, { login_hint: null }],
    [{ prompt: 'login' }, { prompt: 'login' }],
    [{ prompt: 'select_account' }, { prompt: 'select_account' }],
    [{ prompt: 'anything' }, { prompt: null }],
  ])('passes on what is a hint: %j', async (changes, expected) => {
    const { query } = await begin(await join(), changes)
    for (const [name, value] of Object.entries(expected)) expect(query.get(name)).toBe(value)
  })

  it('takes the ticket of a test for the login that completes once', async () => {
    const target = { kind: 'test', ticket: 'ticket-1', fingerprint: 'f' } as const
    expect((await begin(await join(), { target })).login).toMatchObject({ loginId: 'ticket-1', target })
  })
})

describe('signing out of Entra', () => {
  it('is at the address that the tenant names', async () => {
    const { party, settings, scene } = await join()
    const returnTo = `${BASE_URL}/signed-out`
    const url = await party.signOutUrl({ settings, logoutHint: 'O.hint', returnTo, state: 's' })

    const { origin, tenantId } = scene.tenant
    expect(url).toBe(
      `${origin}/${tenantId}/oauth2/v2.0/logout?${new URLSearchParams({ logout_hint: 'O.hint', post_logout_redirect_uri: returnTo, state: 's' })}`,
    )
  })

  it.each(['unavailable', 'wrong-issuer'] as const)(
    'is not offered while metadata is %s',
    async (discovery) => {
      const { party, settings, scene } = await join()
      scene.tenant.setFaults({ discovery })
      expect(await party.signOutUrl({ settings })).toBeUndefined()
    },
  )
})

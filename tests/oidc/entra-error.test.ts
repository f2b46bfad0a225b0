import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { REFUSAL_CODES, refusal, toErrorBody } from '../../local/entra/sign-in/refusals.ts'
import { refusalOfEntra } from '../../shared/oidc/entra-error.ts'
import { app, run } from './cases.ts'
import { BASE_URL, type Joined } from './fixtures.ts'

const description = (code: number): string => `AADSTS${code}: Words that may change. Timestamp: 2026`

describe('an error of Entra’s', () => {
  it.each([
    [65004, 'declined'],
    [65001, 'consent-required'],
    [90094, 'consent-required'],
    [90095, 'consent-required'],
    [50105, 'not-assigned'],
    [50011, 'redirect-uri-unknown'],
    [700016, 'client-unknown'],
    [90002, 'tenant-unknown'],
    [7000215, 'secret-wrong'],
    [7000222, 'secret-expired'],
    [7000218, 'redirect-platform-mismatch'],
    [700025, 'redirect-platform-mismatch'],
    [9002327, 'redirect-platform-mismatch'],
    [54005, 'code-refused'],
    [70008, 'code-refused'],
    [50089, 'code-refused'],
    [501481, 'code-refused'],
    [700005, 'code-refused'],
    [53003, 'interaction-required'],
    [53000, 'interaction-required'],
    [50076, 'interaction-required'],
    [50079, 'interaction-required'],
    [50158, 'interaction-required'],
    [90033, 'entra-unavailable'],
    [50033, 'entra-unavailable'],
    [90006, 'entra-unavailable'],
    [90024, 'entra-unavailable'],
    [50020, 'wrong-account'],
    [16000, 'wrong-account'],
    [50034, 'wrong-account'],
    [51004, 'wrong-account'],
    [50057, 'account-disabled'],
    [50058, 'login-required'],
  ])('AADSTS%i means %s', (code, reason) => {
    const refused = refusalOfEntra({ error: 'whatever', error_description: description(code) }, 'redemption')
    expect(refused).toMatchObject({ reason, aadsts: code, step: 'redemption' })
  })

  it.each([
    ['access_denied', 'declined', 'access_denied'],
    ['login_required', 'login-required', 'login_required'],
    ['interaction_required', 'interaction-required', 'login_required'],
    ['consent_required', 'consent-required', 'access_denied'],
    ['invalid_grant', 'code-refused', 'server_error'],
    ['invalid_client', 'secret-wrong', 'server_error'],
    ['unauthorized_client', 'client-unknown', 'server_error'],
    ['server_error', 'entra-unavailable', 'temporarily_unavailable'],
    ['temporarily_unavailable', 'entra-unavailable', 'temporarily_unavailable'],
    ['something_new', 'entra-refused', 'server_error'],
    [undefined, 'entra-refused', 'server_error'],
  ])('with a number that nobody knows is told by its name: %s', (error, reason, errorForClient) => {
    const refused = refusalOfEntra({ error, error_description: description(12345) }, 'callback')
    expect(refused).toMatchObject({ reason, errorForClient, aadsts: 12345 })
  })

  it.each(REFUSAL_CODES)('as the tenant words it brings the ids for support: AADSTS%i', (code) => {
    const body = toErrorBody(refusal(code, { user: 'ada@contoso.com' }))
    const refused = refusalOfEntra(body, 'redemption')

    expect(refused).toMatchObject({
      aadsts: code,
      traceId: body['trace_id'],
      correlationId: body['correlation_id'],
    })
    expect(JSON.stringify(refused)).not.toContain('ada@contoso.com')
  })

  it.each([
    ['markup', `<script>alert(1)</script> Trace ID: <b> Correlation ID: javascript:1`],
    ['a megabyte', 'x'.repeat(1_000_000) + ` Trace ID: ${randomUUID()}`],
    ['no text', 7],
    ['a number in the middle', 'see AADSTS7000222'],
  ])('whose description is %s tells nothing but what we have words for', (_, text) => {
    const refused = refusalOfEntra({ error: 'access_denied', error_description: text }, 'callback')
    const { sentence } = refusalOfEntra({ error: 'access_denied' }, 'callback')

    expect(refused).toEqual({
      kind: 'refused',
      reason: 'declined',
      sentence,
      status: 403,
      step: 'callback',
      errorForClient: 'access_denied',
    })
  })
})

/** Both redirect URIs are registered, each under the platform of the other. */
async function withSwappedUris(joined: Joined): Promise<Joined> {
  const { application, tenant } = joined.scene
  const uri = (platform: string) => `${BASE_URL}/auth/${joined.connector.id}/${platform}/callback`
  tenant.register({ ...application, redirectUris: { web: [uri('app')], publicClient: [uri('web')] } })
  return joined
}

async function atAnotherTenant(joined: Joined): Promise<Joined> {
  const authority = { ...joined.settings.authority, tenantId: randomUUID() }
  return { ...joined, settings: { ...joined.settings, authority } }
}

async function withUnreadableSecret(joined: Joined): Promise<Joined> {
  const clientSecret = await joined.sealer.seal('connector:another:clientSecret', 'secret')
  return { ...joined, settings: { ...joined.settings, clientSecret } }
}

describe('a sign-in explains', () => {
  it.each([
    ['a web redirect URI that stands under public clients', {}],
    ['an app redirect URI that stands under web', { trip: app }],
  ])('%s', async (_, given) => {
    expect((await run({ ...given, before: withSwappedUris })).outcome).toBe('redirect-platform-mismatch')
  })

  it('a client secret that is past its date', async () => {
    const registration = { secretExpiresAt: '2026-01-01T00:00:00.000Z' }
    expect((await run({ options: { registration } })).outcome).toBe('secret-expired')
  })

  it('a client secret that nobody entered, before anybody is sent away', async () => {
    expect(await run({ options: { settings: { clientSecret: undefined } } })).toMatchObject({
      outcome: 'secret-missing',
      redemptions: 0,
    })
  })

  it('a client secret that cannot be read any more', async () => {
    expect(await run({ before: withUnreadableSecret })).toMatchObject({
      outcome: 'secret-missing',
      redemptions: 0,
    })
  })

  it('an authority that is no tenant', async () => {
    expect((await run({ before: atAnotherTenant })).outcome).toBe('tenant-unknown')
  })

  it.each([50076, 53003, 50105, 65001])('what Entra says in the browser: AADSTS%i', async (code) => {
    const { reason } = refusalOfEntra({ error_description: description(code) }, 'callback')
    expect((await run({ faults: { callback: code } })).outcome).toBe(reason)
  })
})

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parsePlatformClients } from '../../shared/kernel/platform-client.ts'
import { clientRedirect, parseAuthorizeRequest } from '../../shared/provider/authorize-request.ts'

const issuer = 'https://gatehouse.example'
const clients = parsePlatformClients(
  JSON.stringify([
    { id: 'portal', type: 'web', redirectUris: ['https://portal.example/callback?tab=1'] },
    { id: 'app', type: 'app', redirectUris: ['http://127.0.0.1/callback', 'com.example.app:/done'] },
  ]),
  false,
)
const PORTAL = 'https://portal.example/callback?tab=1'
const codeChallenge = createHash('sha256').update('verifier').digest('base64url')
const GOOD: Readonly<Record<string, string>> = {
  client_id: 'portal',
  redirect_uri: PORTAL,
  response_type: 'code',
  scope: 'openid profile',
  state: 'a state',
  nonce: 'n-1',
  code_challenge: codeChallenge,
  code_challenge_method: 'S256',
}

/** The good request with some parameters changed, `undefined` ones left out, and others added at the end. */
function parse(changes: Readonly<Record<string, string | undefined>> = {}, added = '') {
  const entries = Object.entries({ ...GOOD, ...changes }).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(entries as [string, string][])
  return parseAuthorizeRequest({ issuer, clients }, new URLSearchParams(`${query.toString()}&${added}`))
}

function sentTo(changes: Readonly<Record<string, string | undefined>>, added = '') {
  const parsed = parse(changes, added)
  if (parsed.kind !== 'redirect') throw new Error(`not sent back but ${parsed.kind}`)
  const url = new URL(parsed.url)
  return { address: url.origin + url.pathname, ...Object.fromEntries(url.searchParams) }
}

describe('a request to auth/authorize', () => {
  it('is read with everything that it names', () => {
    const parsed = parse({
      scope: 'email openid openid made_up profile offline_access',
      connector: 'c-1',
      organization: 'contoso',
      login_hint: 'mira@fjordworks.example',
      prompt: 'select_account',
      made_up: 'ignored',
    })

    expect(parsed).toEqual({
      kind: 'ok',
      request: {
        client: clients.get('portal'),
        redirectUri: PORTAL,
        state: 'a state',
        nonce: 'n-1',
        codeChallenge,
        scope: 'openid profile email offline_access',
        connector: 'c-1',
        organization: 'contoso',
        loginHint: 'mira@fjordworks.example',
        prompt: 'select_account',
      },
    })
  })

  it.each([
    ['nothing but openid', { scope: 'openid' }],
    ['an empty state, which is none', { state: '' }],
    ['no state and no nonce', { state: undefined, nonce: undefined }],
    ['response_mode query', { response_mode: 'query' }],
    ['prompt consent', { prompt: 'consent' }],
    ['claims, which are ignored', { claims: '{}' }],
    ['a state as long as a cookie holds', { state: 'x'.repeat(1_000) }],
    [
      'the port that the system gave an app',
      { client_id: 'app', redirect_uri: 'http://127.0.0.1:50123/callback' },
    ],
    ['the scheme of an app', { client_id: 'app', redirect_uri: 'com.example.app:/done' }],
  ])('may come with %s', (_, changes) => {
    expect(parse(changes)).toMatchObject({ kind: 'ok' })
  })

  it.each([
    [{ max_age: '0' }, 'login'],
    [{ max_age: '3600', prompt: 'select_account' }, 'login select_account'],
    [{ max_age: '3600', prompt: 'none' }, 'none'],
    [{ max_age: '3600', prompt: 'login' }, 'login'],
  ])('asks for a new sign-in where only that is surely young enough: %o', (changes, prompt) => {
    expect(parse(changes)).toMatchObject({ request: { prompt } })
  })

  it.each([
    ['an unknown client', { client_id: 'nobody' }, 'client-unknown'],
    ['a client of the prototype', { client_id: 'constructor' }, 'client-unknown'],
    ['no client', { client_id: undefined }, 'client-unknown'],
    ['no address', { redirect_uri: undefined }, 'redirect-uri-not-registered'],
    [
      'an address of nobody',
      { redirect_uri: 'https://evil.example/callback' },
      'redirect-uri-not-registered',
    ],
    [
      'an address of another client',
      { redirect_uri: 'com.example.app:/done' },
      'redirect-uri-not-registered',
    ],
    [
      'another query',
      { redirect_uri: 'https://portal.example/callback?tab=2' },
      'redirect-uri-not-registered',
    ],
    [
      'a longer path',
      { redirect_uri: 'https://portal.example/callback/x?tab=1' },
      'redirect-uri-not-registered',
    ],
    [
      'another host before it',
      { redirect_uri: 'https://a@portal.example/callback?tab=1' },
      'redirect-uri-not-registered',
    ],
    [
      'a loopback name',
      { client_id: 'app', redirect_uri: 'http://localhost/callback' },
      'redirect-uri-not-registered',
    ],
  ])('with %s ends on a page: nothing is sent anywhere', (_, changes, reason) => {
    expect(parse(changes)).toMatchObject({ kind: 'page', reason })
  })

  it.each(['client_id=portal', `redirect_uri=${encodeURIComponent(PORTAL)}`])(
    'that names its sender twice (%s) ends on a page',
    (added) => {
      expect(parse({}, added)).toMatchObject({ kind: 'page' })
    },
  )

  it.each([
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['the implicit flow', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['a hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['an answer by form', { response_mode: 'form_post' }, 'invalid_request'],
    ['no challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no method, which means plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['a challenge that is too short', { code_challenge: 'abc' }, 'invalid_request'],
    ['no openid', { scope: 'profile' }, 'invalid_scope'],
    ['no scope', { scope: undefined }, 'invalid_scope'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['the address of one', { request_uri: 'https://x.example' }, 'request_uri_not_supported'],
    ['a registration', { registration: '{}' }, 'registration_not_supported'],
    ['an unknown prompt', { prompt: 'create' }, 'invalid_request'],
    ['prompt none and another', { prompt: 'none login' }, 'invalid_request'],
    ['a max_age that is none', { max_age: '-1' }, 'invalid_request'],
    ['a nonce with a control character', { nonce: 'a\u0007' }, 'invalid_request'],
    ['a login hint without end', { login_hint: 'x'.repeat(321) }, 'invalid_request'],
  ])('with %s goes back to the client with its state', (_, changes, error) => {
    expect(sentTo(changes)).toMatchObject({
      address: 'https://portal.example/callback',
      tab: '1',
      error,
      state: 'a state',
      iss: issuer,
    })
  })

  it.each(['scope=openid', 'nonce=2', 'made_up=1&made_up=2'])(
    'that says a thing twice (%s) goes back',
    (added) => {
      expect(sentTo({}, added)).toMatchObject({ error: 'invalid_request', state: 'a state' })
    },
  )

  it('with two states goes back with none of them', () => {
    expect(sentTo({}, 'state=other')).not.toHaveProperty('state')
  })
})

describe('the way back to a client', () => {
  it.each([
    [PORTAL, 'https://portal.example/callback?tab=1&code=c&state=s+%26&iss=https%3A%2F%2Fgatehouse.example'],
    ['com.example.app:/done', 'com.example.app:/done?code=c&state=s+%26&iss=https%3A%2F%2Fgatehouse.example'],
  ])('keeps the address %s and adds to it', (redirectUri, url) => {
    expect(clientRedirect(issuer, { redirectUri, state: 's &' }, { code: 'c' })).toBe(url)
  })
})

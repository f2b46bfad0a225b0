import { describe, expect, it } from 'vitest'
import { deleteUser, patchUser } from '../../shared/scim/users.ts'
import { revokeToken } from '../../shared/provider/revoke.ts'
import { requestTokens } from '../../shared/provider/token-request.ts'
import { findFamily, listFamilies } from '../../shared/storage/refresh-families.ts'
import { projectUser, replaceOp, STORES } from '../support/directory-context.ts'
import { bodyOf, credentialsOf, endOf, newScene, type Form, type Scene } from './fixtures.ts'

const DAY_MS = 86_400_000

async function signedIn(scene: Scene, client = 'portal'): Promise<string> {
  return bodyOf(await scene.redeem(client))['refresh_token'] ?? ''
}

async function familiesOf({ directory: { store, tenant }, user }: Scene): Promise<number> {
  return (await listFamilies(store, tenant, user)).length
}

function revoke(scene: Scene, client: string, token: string) {
  return revokeToken(scene.provider, {
    authorization: undefined,
    form: new Map(Object.entries({ ...credentialsOf(client), ...(token === '' ? {} : { token }) })),
    caller: scene.directory.context.caller,
  })
}

describe.each(STORES)('a refresh token (%s)', (kind) => {
  it('becomes new tokens in three storage requests, and is replaced', async () => {
    const scene = await newScene({ kind })
    const token = await signedIn(scene)
    let body: Form = {}
    const requests = await scene.directory.counted(async () => {
      body = bodyOf(await scene.refresh('portal', token))
    })

    expect(requests).toBe(3)
    expect(body).toHaveProperty('access_token')
    expect(body['refresh_token']).not.toBe(token)
    expect(endOf(await scene.refresh('portal', body['refresh_token'] ?? ''))).toBe('ok')
  })

  it('is good once: an old one ends the sign-in for whoever has the new one', async () => {
    const scene = await newScene({ kind })
    const [token, other] = [await signedIn(scene), await signedIn(scene)]
    const next = bodyOf(await scene.refresh('portal', token))['refresh_token'] ?? ''

    expect(endOf(await scene.refresh('portal', token))).toBe('refresh-token-reused')
    expect(endOf(await scene.refresh('portal', next))).toBe('refresh-token-unknown')
    expect(endOf(await scene.refresh('portal', other))).toBe('ok')
  })

  it('of 20 uses at the same time serves one, and its sign-in is over', async () => {
    const scene = await newScene({ kind, ...(kind === 'memory' ? { delayMs: 5 } : {}) })
    const token = await signedIn(scene)
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => scene.refresh('portal', token)))
    const ends = outcomes.map(endOf)

    expect(ends.filter((end) => end === 'ok')).toHaveLength(1)
    expect(
      ends.filter((end) => !['ok', 'refresh-token-reused', 'refresh-token-unknown'].includes(end)),
    ).toEqual([])
    expect(await familiesOf(scene)).toBe(0)
  })
})

describe('a refresh token', () => {
  it('lives 30 days from the sign-in on, however often it is used', async () => {
    const scene = await newScene()
    let token = await signedIn(scene)
    for (const days of [10, 10, 9.9]) {
      scene.advance(days * DAY_MS)
      token = bodyOf(await scene.refresh('portal', token))['refresh_token'] ?? ''
    }
    scene.advance(0.1 * DAY_MS)

    expect(endOf(await scene.refresh('portal', token))).toBe('refresh-token-expired')
    expect(await familiesOf(scene)).toBe(0)
  })

  it('takes names of the scope away, for once', async () => {
    const scene = await newScene()
    const token = await signedIn(scene)
    const less = bodyOf(await scene.refresh('portal', token, { scope: 'profile' }))
    const all = bodyOf(await scene.refresh('portal', less['refresh_token'] ?? ''))

    expect(less).toMatchObject({ scope: 'profile' })
    expect(less).not.toHaveProperty('id_token')
    expect(all).toMatchObject({ scope: 'openid profile email offline_access' })
    expect(all).toHaveProperty('id_token')
  })

  it('adds none: the token stays good', async () => {
    const scene = await newScene()
    const token = bodyOf(await scene.redeem('portal', {}, { scope: 'openid' }))['refresh_token'] ?? ''

    expect(await scene.refresh('portal', token, { scope: 'openid email' })).toMatchObject({
      error: 'invalid_scope',
    })
    expect(endOf(await scene.refresh('portal', token))).toBe('ok')
  })

  it('of another client is refused, and stays good for its own', async () => {
    const scene = await newScene()
    const token = await signedIn(scene)

    expect(endOf(await scene.refresh('app', token))).toBe('client-mismatch')
    expect(endOf(await scene.refresh('portal', token))).toBe('ok')
  })

  it.each([
    ['nothing', '', 'refresh-token-missing'],
    ['a word', 'token', 'refresh-token-unknown'],
    ['another form', 'a.b.c.d', 'refresh-token-unknown'],
  ])('is not %s', async (_, text, reason) => {
    const scene = await newScene()

    expect(endOf(await scene.refresh('app', text))).toBe(reason)
  })

  it('is kept as a hash only', async () => {
    const scene = await newScene()
    const token = await signedIn(scene)
    const [, , id = '', secret = ''] = token.split('.')
    const { store, tenant } = scene.directory

    expect(JSON.stringify(await findFamily(store, tenant, { user: scene.user, id }))).not.toContain(secret)
  })

  it.each([
    ['was deactivated', 'deactivated', 'active', false],
    ['lost the role', 'role-required', 'roles', []],
  ])('of a person who %s is refused, and is not good again later', async (_, reason, path, value) => {
    const scene = await newScene()
    const token = await signedIn(scene)
    const { attributes } = await scene.read()
    const change = (to: unknown) =>
      patchUser(scene.directory.context, scene.user, replaceOp(path, to), projectUser())
    await change(value)

    expect(await scene.refresh('portal', token)).toMatchObject({ error: 'invalid_grant', reason })
    await change(attributes[path] ?? true)
    expect(endOf(await scene.refresh('portal', token))).toBe('refresh-token-unknown')
  })

  it('of a person who was deleted is refused', async () => {
    const scene = await newScene()
    const token = await signedIn(scene)
    await deleteUser(scene.directory.context, scene.user)

    expect(endOf(await scene.refresh('portal', token))).toBe('user-missing')
  })

  it('of a connector that is disabled or deleted is refused, and stays', async () => {
    const scene = await newScene()
    const token = await signedIn(scene)
    const form = new Map([
      ...Object.entries(credentialsOf('portal')),
      ['grant_type', 'refresh_token'],
      ['refresh_token', token],
    ] as [string, string][])
    const request = { authorization: undefined, form, caller: scene.directory.context.caller }
    const provider = { ...scene.provider, findTenant: () => Promise.resolve(undefined) }

    expect(endOf(await requestTokens(provider, request))).toBe('refresh-token-unknown')
    expect(endOf(await scene.refresh('portal', token))).toBe('ok')
  })
})

describe('a revocation', () => {
  it('ends the sign-in in two storage requests, and those beside it stay', async () => {
    const scene = await newScene()
    const [token, other] = [await signedIn(scene), await signedIn(scene)]
    const requests = await scene.directory.counted(async () => {
      expect(endOf(await revoke(scene, 'portal', token))).toBe('ok')
    })

    expect(requests).toBe(2)
    expect(endOf(await scene.refresh('portal', token))).toBe('refresh-token-unknown')
    expect(endOf(await scene.refresh('portal', other))).toBe('ok')
    expect(endOf(await revoke(scene, 'portal', token))).toBe('ok')
  })

  it('by an old token of the family ends it too', async () => {
    const scene = await newScene()
    const token = await signedIn(scene)
    await scene.refresh('portal', token)
    await revoke(scene, 'portal', token)

    expect(await familiesOf(scene)).toBe(0)
  })

  it.each([
    ['of another client', 'app', (token: string) => token, 'client-mismatch'],
    ['of nothing', 'portal', () => '', 'token-missing'],
    [
      'of an access token, which ends by itself',
      'portal',
      () => 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
      'token-is-jwt',
    ],
    ['of what was never a token', 'portal', () => 'x', 'ok'],
    [
      'of a token that is gone',
      'portal',
      (token: string) => token.replace(/\.\w{24}\./, `.${'0'.repeat(24)}.`),
      'ok',
    ],
  ])('%s ends nothing', async (_, client, text, end) => {
    const scene = await newScene()
    const token = await signedIn(scene)

    expect(endOf(await revoke(scene, client, text(token)))).toBe(end)
    expect(await familiesOf(scene)).toBe(1)
  })
})

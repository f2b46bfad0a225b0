import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { deleteUser, patchUser } from '../../shared/scim/users.ts'
import { listFamilies } from '../../shared/storage/refresh-families.ts'
import { changeSignIn } from '../../shared/storage/sign-ins.ts'
import { activityRows, listActivity } from '../../shared/activity/activity.ts'
import { hashSecret } from '../../shared/kernel/secrets.ts'
import { projectUser, replaceOp, STORES } from '../support/directory-context.ts'
import {
  bodyOf,
  CALLBACK,
  codeForm,
  credentialsOf,
  endOf,
  ISSUER,
  newScene,
  newVerifier,
  only,
  type Form,
  type Scene,
} from './fixtures.ts'

/** The families that a person has now. */
async function familiesOf({ directory: { store, tenant }, user }: Scene): Promise<number> {
  return (await listFamilies(store, tenant, user)).length
}

async function claimsOf({ provider }: Scene, token: string | undefined) {
  const keys = createLocalJWKSet({ keys: (await provider.keys.published()) as never })
  const { payload, protectedHeader } = await jwtVerify(only(token), keys, { issuer: ISSUER })
  return { ...payload, header: protectedHeader }
}

describe.each(STORES)('a code (%s)', (kind) => {
  it('becomes tokens in three storage requests', async () => {
    const scene = await newScene({ kind })
    const signedIn = await scene.signIn('portal', { nonce: 'n-1', sid: 'at-entra' })
    let body: Form = {}
    const requests = await scene.directory.counted(async () => {
      body = bodyOf(await scene.request('portal', codeForm('portal', signedIn)))
    })

    expect(requests).toBe(3)
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'openid profile email offline_access',
    })
    expect(await familiesOf(scene)).toBe(1)
  })

  it('is good once: of 20 at the same time one wins', async () => {
    const scene = await newScene({ kind, ...(kind === 'memory' ? { delayMs: 5 } : {}) })
    const other = bodyOf(await scene.redeem('portal'))
    const form = codeForm('portal', await scene.signIn('portal'))
    const ends = (await Promise.all(Array.from({ length: 20 }, () => scene.request('portal', form)))).map(
      endOf,
    )

    expect(ends.filter((end) => end === 'ok')).toHaveLength(1)
    expect(ends.filter((end) => end === 'code-reused')).toHaveLength(19)
    // Two have all that it takes, and one is a thief: both lose it. The person's other sign-in stays.
    expect(await familiesOf(scene)).toBe(1)
    expect(endOf(await scene.refresh('portal', other['refresh_token'] ?? ''))).toBe('ok')
  })

  it('that comes again ends what it brought, even after its minute', async () => {
    const scene = await newScene({ kind })
    const form = codeForm('app', await scene.signIn('app'))
    const first = bodyOf(await scene.request('app', form))
    scene.advance(120_000)

    expect(endOf(await scene.request('app', form))).toBe('code-reused')
    expect(endOf(await scene.refresh('app', first['refresh_token'] ?? ''))).toBe('refresh-token-unknown')
  })
})

describe('the tokens of a code', () => {
  it('say who signed in where, and nothing to another client', async () => {
    const scene = await newScene()
    const { connector } = scene.directory.tenant
    const authTime = Math.floor(Date.now() / 1_000) - 60
    const body = bodyOf(await scene.redeem('portal', {}, { nonce: 'n-1', sid: 'at-entra', authTime }))
    const { attributes, index } = await scene.read()
    const person = {
      iss: ISSUER,
      sub: scene.user,
      aud: 'portal',
      org: connector.split('-')[0],
      connector,
      role: 'User',
      name: 'Mira Holt',
      email: index.userName,
      auth_time: authTime,
      sid: hashSecret('at-entra'),
    }

    const access = await claimsOf(scene, body['access_token'])
    expect(access).toMatchObject({ ...person, client_id: 'portal', scope: body['scope'] })
    expect(access.header).toMatchObject({ typ: 'at+jwt', alg: 'RS256' })
    expect(Number(access.exp) - Number(access.iat)).toBe(300)
    const id = await claimsOf(scene, body['id_token'])
    expect(id).toMatchObject({ ...person, nonce: 'n-1', preferred_username: attributes['userName'] })
    expect(id).not.toHaveProperty('client_id')
    expect(JSON.stringify([access, id])).not.toContain('at-entra')
  })

  it('have of the person what the scope asks for, and no role where there is none', async () => {
    const scene = await newScene({ user: {} })
    const body = bodyOf(await scene.redeem('app', {}, { scope: 'openid' }))
    const id = await claimsOf(scene, body['id_token'])

    expect(Object.keys(id).toSorted()).toEqual([
      'at_hash',
      'aud',
      'auth_time',
      'connector',
      'exp',
      'header',
      'iat',
      'iss',
      'org',
      'sub',
    ])
  })
})

describe('a code is refused', () => {
  const wrong: readonly (readonly [string, Form, string])[] = [
    ['with another verifier', { code_verifier: newVerifier().verifier }, 'verifier-wrong'],
    ['with a verifier that is too short to be one', { code_verifier: 'x' }, 'verifier-wrong'],
    ['with another address', { redirect_uri: `${CALLBACK}/` }, 'redirect-uri-mismatch'],
    ['to another client', { ...credentialsOf('page'), client_secret: '' }, 'client-mismatch'],
  ]

  it.each(wrong)('%s, and burned', async (_, changes, reason) => {
    const scene = await newScene()
    const form = codeForm('portal', await scene.signIn('portal'))

    expect(await scene.request('portal', { ...form, ...changes })).toMatchObject({
      error: 'invalid_grant',
      reason,
    })
    expect(endOf(await scene.request('portal', form))).toBe('code-reused')
    expect(await familiesOf(scene)).toBe(0)
  })

  it.each(wrong)('%s once it is spent, but then that ends nothing', async (_, changes, reason) => {
    const scene = await newScene()
    const form = codeForm('portal', await scene.signIn('portal'))
    await scene.request('portal', form)

    expect(endOf(await scene.request('portal', { ...form, ...changes }))).toBe(reason)
    expect(await familiesOf(scene)).toBe(1)
  })

  it.each([
    [59_000, 'ok'],
    [60_000, 'code-expired'],
  ])('after its minute: %i ms later it is %s', async (ms, end) => {
    const scene = await newScene()
    const form = codeForm('portal', await scene.signIn('portal'))
    scene.advance(ms)

    expect(endOf(await scene.request('portal', form))).toBe(end)
  })

  it.each([
    ['code', 'code-missing'],
    ['redirect_uri', 'redirect_uri-missing'],
    ['code_verifier', 'code_verifier-missing'],
  ])('without %s, and can be sent again with it', async (name, reason) => {
    const scene = await newScene()
    const form = codeForm('portal', await scene.signIn('portal'))

    expect(await scene.request('portal', { ...form, [name]: '' })).toMatchObject({
      error: 'invalid_request',
      reason,
    })
    expect(endOf(await scene.request('portal', form))).toBe('ok')
  })

  it.each(['', 'none', 'x.y', '0123456789abcdef-1.short'])('that we never made: %o', async (code) => {
    const scene = await newScene()

    expect(await scene.redeem('app', { code })).toMatchObject({ kind: 'refused' })
  })

  it('of another connector, of which nothing is told', async () => {
    const [scene, other] = [await newScene(), await newScene()]
    const form = codeForm('app', await other.signIn('app'))

    expect(await scene.request('app', form)).toEqual({
      ...(await scene.redeem('app', { code: form['code']?.replace(/\w$/, '0') ?? '' })),
      reason: 'code-unknown',
    })
  })

  it.each([
    ['was deactivated', 'deactivated', (scene: Scene) => patch(scene, 'active', false)],
    ['has no role any more', 'role-required', (scene: Scene) => patch(scene, 'roles', [])],
    ['was deleted', 'user-missing', ({ directory, user }: Scene) => deleteUser(directory.context, user)],
    ['was signed out everywhere', 'session-ended', (scene: Scene) => signOut(scene, { validFrom: later() })],
    [
      'signed out at Entra',
      'session-ended',
      (scene: Scene) => signOut(scene, { endedSessions: [{ sid: hashSecret('at-entra'), at: later() }] }),
    ],
  ])('for a person who %s', async (_, reason, change) => {
    const scene = await newScene()
    const form = codeForm('portal', await scene.signIn('portal', { sid: 'at-entra' }))
    await change(scene)

    expect(await scene.request('portal', form)).toMatchObject({ error: 'invalid_grant', reason })
    expect(await familiesOf(scene)).toBe(0)
  })

  it('in the activity of the connector too, by its reason and without names', async () => {
    const scene = await newScene()
    await scene.redeem('portal', { code_verifier: newVerifier().verifier })
    const { store, tenant } = scene.directory
    const [line] = await listActivity(store, tenant, { before: undefined, count: 1 })

    expect(line).toMatchObject({
      operation: 'token.refuse',
      actor: 'client:portal',
      note: 'verifier-wrong',
      resource: { type: 'User', id: scene.user },
    })
  })

  it('not for want of a role in an app', async () => {
    const scene = await newScene({ user: {} })

    expect(endOf(await scene.redeem('app'))).toBe('ok')
    expect(endOf(await scene.redeem('page'))).toBe('role-required')
  })
})

const later = (): string => new Date(Date.now() + 1).toISOString()

function patch({ directory, user }: Scene, path: string, value: unknown) {
  return patchUser(directory.context, user, replaceOp(path, value), projectUser())
}

async function signOut(scene: Scene, change: object): Promise<void> {
  const { store, tenant, context } = scene.directory
  const user = await scene.read()
  const rows = activityRows(context.caller, { operation: 'user.signOut', status: 200 }, new Date(), user.id)
  await changeSignIn(store, tenant, { user, after: { ...user.signIn, ...change } }, rows)
}

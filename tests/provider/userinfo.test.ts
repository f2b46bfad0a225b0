import { describe, expect, it } from 'vitest'
import type { OAuthAnswer, OAuthRefusal } from '../../shared/kernel/oauth.ts'
import type { Provider } from '../../shared/provider/provider.ts'
import { readUserinfo } from '../../shared/provider/userinfo.ts'
import { deleteUser, patchUser } from '../../shared/scim/users.ts'
import { activityRows } from '../../shared/activity/activity.ts'
import { hashSecret } from '../../shared/kernel/secrets.ts'
import { changeSignIn } from '../../shared/storage/sign-ins.ts'
import { failureFrom, intercept, outage } from '../connectors/fixtures.ts'
import { projectUser, replaceOp, STORES } from '../support/directory-context.ts'
import { bodyOf, endOf, newScene, WITH_ROLE, type Scene } from './fixtures.ts'

async function accessToken(scene: Scene, client = 'portal', scope = 'openid profile email'): Promise<string> {
  return bodyOf(await scene.redeem(client, {}, { scope, sid: 'at-entra' }))['access_token'] ?? ''
}

const ask = (
  scene: Scene,
  token: string,
  changes: Partial<Provider> = {},
): Promise<OAuthAnswer | OAuthRefusal> => readUserinfo({ ...scene.provider, ...changes }, token)

async function signOut(scene: Scene, change: object): Promise<void> {
  const { store, tenant, context } = scene.directory
  const user = await scene.read()
  const rows = activityRows(context.caller, { operation: 'user.signOut', status: 200 }, new Date(), user.id)
  await changeSignIn(store, tenant, { user, after: { ...user.signIn, ...change } }, rows)
}

function patch({ directory, user }: Scene, path: string, value: unknown) {
  return patchUser(directory.context, user, replaceOp(path, value), projectUser())
}

describe.each(STORES)('userinfo (%s)', (kind) => {
  it('tells who the person is now, in one storage request', async () => {
    const scene = await newScene({ kind, user: { ...WITH_ROLE, userName: 'mira@fjordworks.example' } })
    const { connector } = scene.directory.tenant
    const token = await accessToken(scene)
    await patch(scene, 'displayName', 'Mira Nygaard')
    await patch(scene, 'roles', [{ value: 'Admin' }])
    let outcome: OAuthAnswer | OAuthRefusal | undefined
    const requests = await scene.directory.counted(async () => {
      outcome = await ask(scene, token)
    })
    const { attributes } = await scene.read()

    expect(requests).toBe(1)
    expect(outcome).toMatchObject({
      body: {
        sub: scene.user,
        org: connector.split('-')[0],
        connector,
        role: 'Admin',
        name: 'Mira Nygaard',
        given_name: 'Mira',
        family_name: 'Holt',
        preferred_username: 'mira@fjordworks.example',
        updated_at: expect.any(Number),
        email: (attributes['emails'] as { value: string }[])[0]?.value,
        email_verified: false,
      },
    })
  })
})

describe('userinfo', () => {
  it.each([
    ['openid', ['connector', 'org', 'role', 'sub']],
    ['openid email', ['connector', 'email', 'email_verified', 'org', 'role', 'sub']],
  ])('tells for the scope %s just %o', async (scope, names) => {
    const scene = await newScene()
    const body = bodyOf(await ask(scene, await accessToken(scene, 'portal', scope)))

    expect(Object.keys(body).toSorted()).toEqual(names)
  })

  it.each([
    ['was deactivated', 'deactivated', (scene: Scene) => patch(scene, 'active', false)],
    ['has no role any more', 'role-required', (scene: Scene) => patch(scene, 'roles', [])],
    ['was deleted', 'user-missing', ({ directory, user }: Scene) => deleteUser(directory.context, user)],
    [
      'was signed out everywhere',
      'session-ended',
      (scene: Scene) => signOut(scene, { validFrom: new Date(Date.now() + 1).toISOString() }),
    ],
    [
      'signed out at Entra',
      'session-ended',
      (scene: Scene) =>
        signOut(scene, { endedSessions: [{ sid: hashSecret('at-entra'), at: new Date().toISOString() }] }),
    ],
  ])('refuses at once a person who %s', async (_, reason, change) => {
    const scene = await newScene()
    const token = await accessToken(scene)
    await change(scene)

    expect(await ask(scene, token)).toMatchObject({ kind: 'refused', error: 'invalid_token', reason })
  })

  it('goes on where only another session has ended, or all did before this one', async () => {
    const scene = await newScene()
    await signOut(scene, {
      validFrom: new Date().toISOString(),
      endedSessions: [{ sid: hashSecret('another'), at: new Date().toISOString() }],
    })
    const token = await accessToken(scene)

    expect(endOf(await ask(scene, token))).toBe('ok')
  })

  it('asks no role of those who use an app', async () => {
    const scene = await newScene({ user: {} })

    expect(bodyOf(await ask(scene, await accessToken(scene, 'app')))).not.toHaveProperty('role')
  })

  it.each([
    [
      'whose connector is disabled or gone',
      { findTenant: () => Promise.resolve(undefined) },
      'connector-unavailable',
    ],
    ['of a client that is no more', { clients: new Map() }, 'client-unknown'],
    ['of another issuer', { issuer: 'https://other.example' }, 'token-invalid'],
    ['after five minutes', { now: () => new Date(Date.now() + 300_000) }, 'token-invalid'],
  ])('takes no token %s', async (_, changes, reason) => {
    const scene = await newScene()

    expect(endOf(await ask(scene, await accessToken(scene), changes))).toBe(reason)
  })

  it('takes no token that was narrowed to less than openid', async () => {
    const scene = await newScene()
    const tokens = bodyOf(await scene.redeem('portal'))
    const less = bodyOf(await scene.refresh('portal', tokens['refresh_token'] ?? '', { scope: 'profile' }))

    expect(await ask(scene, less['access_token'] ?? '')).toMatchObject({ error: 'insufficient_scope' })
  })

  it('is an outage, never a refusal, where the store does not answer', async () => {
    const scene = await newScene()
    const token = await accessToken(scene)
    const store = intercept(scene.directory.store, () => {
      throw outage()
    })

    expect((await failureFrom(ask(scene, token, { store }))).code).toBe('storage_unavailable')
  })
})

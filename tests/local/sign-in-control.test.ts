import { request } from 'node:http'
import { randomUUID } from 'node:crypto'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { createDirectory } from '../../local/entra/directory.ts'
import type { Application } from '../../local/entra/sign-in/applications.ts'
import type { Person } from '../../local/entra/sign-in/people.ts'
import { startSignInTenant } from '../../local/entra/sign-in/tenant.ts'
import { redeem, signIn, startScene, WEB, type Scene } from './sign-in-browser.ts'

const START_MS = 300

interface Found {
  readonly total: number
  readonly people: readonly Person[]
}

async function control(
  { tenant }: Pick<Scene, 'tenant'>,
  call: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const [method = '', path = ''] = call.split(' ')
  const response = await fetch(`${tenant.origin}/control/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

async function kids({ tenant }: Scene): Promise<string[]> {
  const response = await fetch(`${tenant.origin}/${tenant.tenantId}/discovery/v2.0/keys`)
  const { keys } = JSON.parse(await response.text())
  return keys.map(({ kid }: { kid: string }) => kid)
}

async function tokenOf(scene: Scene): Promise<string> {
  return String((await redeem(scene, await signIn(scene, scene.ada.objectId))).body.id_token)
}

describe('an application', () => {
  it('is registered, read back, replaced and removed', async () => {
    const scene = await startScene()
    const clientId = randomUUID()
    const registration = {
      clientId,
      secret: 's3cret',
      redirectUris: { web: WEB, publicClient: ['http://rp.example/app'] },
      frontchannelLogoutUri: 'http://rp.example/out',
    }
    const made = await control(scene, 'POST applications', registration)

    expect(made).toMatchObject({
      status: 201,
      body: {
        clientId,
        secrets: [{ value: 's3cret' }],
        redirectUris: { web: [WEB], publicClient: ['http://rp.example/app'], spa: [] },
        frontchannelLogoutUri: 'http://rp.example/out',
      },
    })
    expect((await control(scene, `GET applications/${clientId}`)).body).toEqual(made.body)
    await control(scene, 'POST applications', { ...registration, secret: 'other' })
    expect((await control(scene, `GET applications/${clientId}`)).body).toMatchObject({
      secrets: [{ value: 'other' }],
    })
    expect((await control(scene, 'GET applications')).body).toHaveLength(2)
    expect((await control(scene, `DELETE applications/${clientId}`)).status).toBe(204)
    expect((await control(scene, `GET applications/${clientId}`)).status).toBe(404)
  })

  it('gets a client id and a secret where none is given', async () => {
    const scene = await startScene()
    const answer = await control(scene, 'POST applications', { redirectUris: { web: WEB } })
    const body = answer.body as Application

    expect(body.clientId).toMatch(/^[\da-f-]{36}$/)
    expect(body.secrets[0]?.value).toMatch(/^[\w-]{40}$/)
    expect(body.secrets[0]?.id).toMatch(/^[\da-f-]{36}$/)
  })

  it.each([
    ['a redirect URI that is none', { redirectUris: { web: 'callback' } }],
    ['a redirect URI with a fragment', { redirectUris: { web: `${WEB}#x` } }],
    ['a list', []],
  ])('is not registered with %s', async (_, body) => {
    expect((await control(await startScene(), 'POST applications', body)).status).toBe(400)
  })
})

describe('people', () => {
  it('are listed and searched', async () => {
    const scene = await startScene()
    const all = await control(scene, 'GET people')
    const one = await control(scene, `GET people?search=${scene.ada.mailNickname}`)

    expect(all.body).toMatchObject({ total: 7 })
    expect(one.body).toMatchObject({ total: 1, people: [{ objectId: scene.ada.objectId, assigned: true }] })
  })

  it('lose and get app roles, which the next provisioning cycle sends', async () => {
    const scene = await startScene()
    const { objectId } = scene.ada
    const rolesAfter = async (edit: unknown): Promise<unknown> => {
      await control(scene, `PATCH people/${objectId}`, edit)
      return scene.directory.users[objectId]?.appRoles
    }

    expect(scene.ada.appRoles).toEqual(['EnterpriseAdmin'])
    expect(await rolesAfter({ appRoles: ['User', 'Nothing'] })).toEqual(['User'])
    expect(await rolesAfter({ accountEnabled: false })).toEqual(['User'])
    expect(await rolesAfter({ appRoles: [] })).toEqual([])
  })

  it('are disabled and assigned, those outside the directory too', async () => {
    const scene = await startScene()
    const { people } = (await control(scene, 'GET people?search=not.assigned')).body as Found
    const strangerId = people[0]?.objectId ?? ''

    expect((await control(scene, `PATCH people/${strangerId}`, { assigned: true })).body).toMatchObject({
      assigned: true,
    })
    expect((await signIn(scene, strangerId)).url.searchParams.has('code')).toBe(true)
    await control(scene, `PATCH people/${scene.ada.objectId}`, { accountEnabled: false, assigned: false })
    expect(scene.directory.users[scene.ada.objectId]).toMatchObject({
      accountEnabled: false,
      assigned: false,
    })
    await control(scene, `PATCH people/${scene.ada.objectId}`, { accountEnabled: true, assigned: true })
    expect(scene.directory.users[scene.ada.objectId]).toMatchObject({ accountEnabled: true, assigned: true })
    expect((await control(scene, `PATCH people/${randomUUID()}`, {})).status).toBe(404)
  })
})

describe('keys', () => {
  it.each([
    ['alone', {}, ['new']],
    ['beside the old one', { keepOld: true }, ['old', 'new']],
    ['before they are published', { publish: false }, ['old']],
  ])('are rotated: published %s', async (_, rotation, expected) => {
    const scene = await startScene()
    const [old = ''] = await kids(scene)
    const answer = await control(scene, 'POST keys', rotation)
    const body = answer.body as { kid: string }

    expect(body.kid).not.toBe(old)
    expect(await kids(scene)).toEqual(expected.map((name) => (name === 'old' ? old : body.kid)))
    expect(decodeProtectedHeader(await tokenOf(scene)).kid).toBe(body.kid)
  })

  it('that were kept still prove older tokens', async () => {
    const scene = await startScene()
    const token = await tokenOf(scene)
    await scene.tenant.rotateKeys({ keepOld: true })
    const response = await fetch(`${scene.tenant.origin}/${scene.tenant.tenantId}/discovery/v2.0/keys`)

    await expect(
      jwtVerify(token, createLocalJWKSet(JSON.parse(await response.text()))),
    ).resolves.toBeDefined()
  })

  it('are of no other tenant', async () => {
    const [one, two] = [await startScene(), await startScene()]

    expect(await kids(one)).not.toEqual(await kids(two))
  })
})

describe('faults', () => {
  it('are set, read and cleared', async () => {
    const scene = await startScene()
    const faults = { discovery: 'hang', token: 7000222, idToken: { claims: { oid: null } } }

    expect((await control(scene, 'PUT faults', faults)).body).toEqual(faults)
    expect((await control(scene, 'GET faults')).body).toEqual(faults)
    await control(scene, 'PUT faults', { keys: 'empty' })
    expect((await control(scene, 'GET faults')).body).toEqual({ keys: 'empty' })
    await control(scene, 'DELETE faults')
    expect((await control(scene, 'GET faults')).body).toEqual({})
  })

  it.each([
    ['a part that there is not', { tokens: 'hang' }],
    ['a fault that there is not', { token: 'sometimes' }],
    ['a number that Entra is not known to answer', { token: 12 }],
    ['an ID token fault that there is not', { idToken: 'bent' }],
    ['no JSON', '{'],
    ['a list', []],
  ])('are refused: %s', async (_, faults) => {
    const scene = await startScene()

    expect((await control(scene, 'PUT faults', faults)).status).toBe(400)
    expect((await control(scene, 'GET faults')).body).toEqual({})
  })
})

describe('the control API', () => {
  it('counts what each endpoint was asked', async () => {
    const scene = await startScene()
    await tokenOf(scene)
    await kids(scene)

    expect((await control(scene, 'GET requests')).body).toEqual({
      discovery: 0,
      keys: 1,
      authorize: 1,
      token: 1,
      logout: 0,
    })
    expect(scene.tenant.requests()).toMatchObject({ token: 1 })
  })

  it('is for programs of this machine, and no page of another origin', async () => {
    const scene = await startScene()

    expect((await control(scene, 'GET people', undefined, { origin: 'http://rp.example' })).status).toBe(403)
    expect(await statusFor(scene, 'rebound.example')).toBe(403)
    expect(await statusFor(scene, new URL(scene.tenant.origin).host)).toBe(200)
  })

  it('has no other calls', async () => {
    expect((await control(await startScene(), 'GET secrets')).status).toBe(404)
  })
})

describe('a tenant', () => {
  it('starts fast and in silence, and frees its port when closed, a hanging request notwithstanding', async () => {
    const [warn, info] = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'info')]
    const begun = performance.now()
    const tenant = await startSignInTenant({ directory: createDirectory({ users: 5, groups: 0 }) })
    const took = performance.now() - begun
    tenant.setFaults({ keys: 'hang' })
    const hanging = fetch(`${tenant.origin}/${tenant.tenantId}/discovery/v2.0/keys`)
    await tenant.close()

    expect(took).toBeLessThan(START_MS)
    expect([warn, info].flatMap(({ mock }) => mock.calls)).toEqual([])
    await expect(hanging).rejects.toThrow('fetch failed')
    await expect(fetch(tenant.origin)).rejects.toThrow('fetch failed')
  })

  it('keeps its id from one start to the next, and can be given another, and another host', async () => {
    const [one, again, other] = [
      await startScene(),
      await startScene(),
      await startScene({}, { tenantId: 'b0000000-0000-4000-8000-00000000000b', host: 'localhost' }),
    ]

    expect(again.tenant.tenantId).toBe(one.tenant.tenantId)
    expect(other.tenant.issuer).toMatch(
      /^http:\/\/localhost:\d+\/b0000000-0000-4000-8000-00000000000b\/v2\.0$/,
    )
  })

  it('is of this machine only', async () => {
    const directory = createDirectory({ users: 1, groups: 0 })

    await expect(startSignInTenant({ directory, host: '0.0.0.0' })).rejects.toThrow('not of this machine')
  })
})

async function statusFor({ tenant }: Scene, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${tenant.origin}/control/people`, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

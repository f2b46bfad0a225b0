import { describe, expect, it } from 'vitest'
import { listActivity } from '../../shared/activity/activity.ts'
import { findLink, findSessionUser } from '../../shared/storage/sign-ins.ts'
import { findUser } from '../../shared/storage/users.ts'
import { STORES } from '../support/directory-context.ts'
import { complete, goAndReturn, inAWord, join, newClientTarget, provision, signIn } from './fixtures.ts'

describe.each(STORES)('a sign-in (%s)', (store) => {
  it('ends with the user that Entra provisioned, linked for the next time', async () => {
    const joined = await join({ store })
    const { scene, directory } = joined
    const { tenantId } = scene.tenant
    const id = await provision(joined, scene.ada)

    const outcome = await signIn(joined)

    expect(outcome).toMatchObject({ kind: 'signed-in', user: { id }, code: undefined })
    const account = { tenantId, objectId: scene.ada.objectId }
    expect(await findLink(directory.store, directory.tenant, account)).toBe(id)
    const user = await findUser(directory.store, directory.tenant, id)
    expect(user?.signIn).toMatchObject({ account, loginHint: expect.any(String) })
    const sid = outcome.kind === 'signed-in' ? (outcome.sid ?? '') : ''
    expect(await findSessionUser(directory.store, directory.tenant, sid)).toBe(id)
  })

  it('is cheap: three storage requests for a linked person, four for a first one, one to Entra', async () => {
    const joined = await join({ store })
    const { scene, directory } = joined
    await provision(joined, scene.ada)
    const asked = () => {
      const { discovery, keys, token } = scene.tenant.requests()
      return discovery + keys + token
    }
    const first = await goAndReturn(joined)
    const requestsOfFirst = await directory.counted(() => complete(joined, first))
    const before = asked()
    const second = await goAndReturn(joined, { target: newClientTarget(), platform: 'app' })
    const requestsOfSecond = await directory.counted(() => complete(joined, second))

    expect([requestsOfFirst, requestsOfSecond]).toEqual([4, 3])
    expect(asked() - before).toBe(1)
  })

  it('finds a person by user name in one request more', async () => {
    const joined = await join({ store })
    await provision(joined, joined.scene.ada, { externalId: 'ada' })
    const returned = await goAndReturn(joined)

    expect(await joined.directory.counted(() => complete(joined, returned))).toBe(5)
  })
})

describe('a sign-in', () => {
  it('brings a client of the platform a code, and the log an entry without a name', async () => {
    const joined = await join()
    const { scene, directory } = joined
    const id = await provision(joined, scene.ada, { roles: undefined })
    const target = newClientTarget()

    const outcome = await signIn(joined, { platform: 'app', target })

    expect(outcome).toMatchObject({ kind: 'signed-in', code: expect.stringContaining(joined.connector.id) })
    const log = await listActivity(directory.store, directory.tenant, { before: undefined, count: 10 })
    expect(log).toMatchObject([
      { operation: 'user.signIn', actor: `user:${id}`, status: 302, note: 'app: reader' },
      { operation: 'user.link', actor: `user:${id}`, resource: { type: 'User', id }, note: 'by external-id' },
      { operation: 'user.create' },
    ])
    expect(JSON.stringify(log)).not.toContain(scene.ada.userPrincipalName)
  })
})

/** Answers of the token endpoint in place of Entra's own, one after the other. */
function troubled(...answers: readonly (readonly [status: number, body: object])[]): typeof fetch {
  const left = [...answers]
  return async (input, init) => {
    const answer = init?.method === 'POST' ? left.shift() : undefined
    return answer === undefined ? fetch(input, init) : Response.json(answer[1], { status: answer[0] })
  }
}

describe('trouble at Entra', () => {
  it.each([
    ['503', [503, {}]],
    ['429', [429, {}]],
    ['an error that passes', [400, { error: 'temporarily_unavailable' }]],
    ['a number that passes', [400, { error: 'invalid_request', error_description: 'AADSTS90033: …' }]],
  ] as const)('is worth a second try: %s', async (_, answer) => {
    const joined = await join({ party: { fetch: troubled(answer) } })
    await provision(joined, joined.scene.ada)

    expect(inAWord(await signIn(joined))).toBe('signed-in')
    expect(joined.scene.tenant.requests().token).toBe(1)
  })

  it.each([
    ['lasts', [503, {}]],
    ['has eaten the code', [400, { error: 'invalid_grant', error_description: 'AADSTS54005: …' }]],
  ] as const)('is an outage where it %s', async (_, second) => {
    const joined = await join({ party: { fetch: troubled([503, {}], second) } })
    await provision(joined, joined.scene.ada)

    expect(await signIn(joined)).toMatchObject({ reason: 'entra-unavailable', status: 503 })
    expect(joined.scene.tenant.requests().token).toBe(0)
  })
})

describe('a clock of ours', () => {
  it.each([
    ['a minute fast', 60, 'signed-in'],
    ['a minute slow', -60, 'signed-in'],
    ['ten minutes fast', 600, 'id-token-too-old'],
    ['ten minutes slow', -600, 'id-token-not-yet-valid'],
  ])('that is %s', async (_, seconds, outcome) => {
    const now = () => new Date(Date.now() + seconds * 1_000)
    const joined = await join({ party: { now } })
    await provision(joined, joined.scene.ada)

    expect(inAWord(await signIn(joined))).toBe(outcome)
  })
})

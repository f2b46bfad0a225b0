import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keysOf } from '../support/directory-context.ts'
import { complete, goAndReturn, inAWord, join, provision, signIn, type Joined } from './fixtures.ts'

const newTest = () => ({ kind: 'test', ticket: randomUUID(), fingerprint: 'f' }) as const

async function writtenBy({ directory }: Joined): Promise<readonly string[]> {
  const kinds = (await keysOf(directory)).map((key) => key.slice(0, 2))
  return [...new Set(kinds)].filter((kind) => ['o.', 'i.', 'k.', 'l.'].includes(kind))
}

describe('a test of settings', () => {
  it.each(['web', 'app'] as const)(
    'says whom the %s platform would sign in, and signs nobody in',
    async (platform) => {
      const joined = await join()
      const { ada } = joined.scene
      const user = await provision(joined, ada)
      const outcome = await signIn(joined, { platform, target: newTest() })

      expect(outcome).toEqual({
        kind: 'tested',
        test: { platform, step: 'done', at: expect.any(String) },
        person: {
          objectId: ada.objectId,
          userName: ada.userPrincipalName,
          user,
          how: 'external-id',
          role: 'User',
        },
      })
      expect(await writtenBy(joined)).toEqual(['l.'])
    },
  )

  it('succeeds for somebody who is not provisioned, and says so', async () => {
    const joined = await join()
    expect(await signIn(joined, { target: newTest() })).toMatchObject({
      test: { step: 'done' },
      person: { user: undefined, how: 'not-provisioned' },
    })
  })

  it.each([
    ['redemption', { token: 7000215 }, 'secret-wrong'],
    ['redemption', { token: 700016 }, 'client-unknown'],
    ['redemption', { token: 'unavailable' }, 'entra-unavailable'],
    ['callback', { callback: 65001 }, 'consent-required'],
    ['id-token', { keys: 'unavailable' }, 'key-unavailable'],
    ['id-token', { idToken: 'wrong-tid' }, 'tenant-mismatch'],
  ] as const)('that fails at %s keeps the step and the reason', async (step, faults, reason) => {
    const joined = await join()
    joined.scene.tenant.setFaults(faults)

    expect(await signIn(joined, { target: newTest() })).toMatchObject({
      kind: 'tested',
      test: { step, reason },
      refusal: { sentence: expect.stringMatching(/\.$/) },
    })
  })

  it('counts once', async () => {
    const joined = await join()
    const target = newTest()
    const outcomes = [await signIn(joined, { target }), await signIn(joined, { target })]
    expect(outcomes.map(inAWord)).toEqual(['tested', 'replayed'])
  })

  it('is not spent by an answer that is none', async () => {
    const joined = await join()
    const returned = await goAndReturn(joined, { target: newTest() })
    const forged = await complete(joined, {
      ...returned,
      query: new URLSearchParams({ state: 'x', code: 'y' }),
    })

    expect(forged).toMatchObject({ kind: 'refused', reason: 'state-mismatch' })
    expect(inAWord(await complete(joined, returned))).toBe('tested')
  })
})

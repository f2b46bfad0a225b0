import { exportJWK, generateKeyPair, SignJWT, jwtVerify, type CryptoKey } from 'jose'
import { describe, expect, it } from 'vitest'
import { fail, failureOf } from '../../shared/kernel/failure.ts'
import { createKeySource } from '../../shared/oidc/key-source.ts'
import { newClock } from '../connectors/fixtures.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

interface Signer {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: object
}

async function newSigner(kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } }
}

/** A key set that is fetched from a network of its own, by a clock that stands still. */
async function newScene() {
  const clock = newClock()
  const known = await newSigner('known')
  const network = { keys: [known.jwk], isDown: false, fetches: 0 }
  const source = createKeySource(
    async () => {
      network.fetches++
      await Promise.resolve()
      if (network.isDown) return fail({ code: 'entra_unavailable', retryAfterSeconds: 30 })
      return { status: 200, body: { keys: network.keys } }
    },
    'https://entra.example/keys',
    clock.now,
  )
  /** What becomes of a token of that signer. */
  const verify = async ({ kid, privateKey }: Signer): Promise<string> => {
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey)
    return jwtVerify(token, source).then(
      () => 'valid',
      (error: unknown) => failureOf(error)?.code ?? (error as { code: string }).code,
    )
  }
  return { clock, network, known, verify }
}

/** A forged token: the key id is the attacker's choice, the key is one for all. */
async function forgers(count: number): Promise<readonly Signer[]> {
  const forger = await newSigner('forged')
  return Array.from({ length: count }, (_, i) => ({ ...forger, kid: `forged-${i}` }))
}

const UNKNOWN = 'ERR_JWKS_NO_MATCHING_KEY'

describe('a key set', () => {
  it('is fetched once for fifty tokens at a time', async () => {
    const { network, known, verify } = await newScene()
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => verify(known)))

    expect(new Set(outcomes)).toEqual(new Set(['valid']))
    expect(network.fetches).toBe(1)
  })

  it('is not fetched again for a hundred unknown keys within a minute', async () => {
    const { network, known, clock, verify } = await newScene()
    await verify(known)
    clock.advance(30 * SECOND_MS)
    const outcomes = await Promise.all((await forgers(100)).map(verify))

    expect(new Set(outcomes)).toEqual(new Set([UNKNOWN]))
    expect(network.fetches).toBe(1)
  })

  it('is fetched once a minute however many unknown keys there are', async () => {
    const { network, known, clock, verify } = await newScene()
    await verify(known)
    for (const signer of await forgers(100)) {
      clock.advance(6 * SECOND_MS)
      expect(await verify(signer)).toBe(UNKNOWN)
    }
    expect(network.fetches).toBe(11)
  })

  it('has a key that was rotated in right after a fetch within a minute', async () => {
    const { network, known, clock, verify } = await newScene()
    await verify(known)
    const next = await newSigner('next')
    network.keys = [next.jwk]

    expect(await verify(next)).toBe(UNKNOWN)
    clock.advance(MINUTE_MS)
    expect(await verify(next)).toBe('valid')
    expect(await verify(known)).toBe(UNKNOWN)
  })

  it('is asked for once in an outage by a hundred unknown keys, and then not for half a minute', async () => {
    const { network, known, clock, verify } = await newScene()
    await verify(known)
    network.isDown = true
    clock.advance(2 * MINUTE_MS)
    const outcomes: string[] = []
    for (const signer of await forgers(100)) outcomes.push(await verify(signer))

    expect(new Set(outcomes)).toEqual(new Set(['entra_unavailable']))
    expect(network.fetches).toBe(2)
    clock.advance(30 * SECOND_MS)
    const [once] = await forgers(1)
    if (once !== undefined) await verify(once)
    expect(network.fetches).toBe(3)
  })

  it('keeps known keys through an outage of almost a day, and not longer', async () => {
    const { network, known, clock, verify } = await newScene()
    await verify(known)
    network.isDown = true
    for (let hour = 1; hour < 24; hour++) {
      clock.advance(HOUR_MS)
      expect(await verify(known)).toBe('valid')
    }
    clock.advance(HOUR_MS)
    expect(await verify(known)).toBe('entra_unavailable')
  })

  it('is renewed behind a token that finds it older than an hour', async () => {
    const { network, known, clock, verify } = await newScene()
    await verify(known)
    clock.advance(HOUR_MS - 1)
    await verify(known)
    const before = network.fetches
    clock.advance(1)
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => verify(known)))
    await Promise.resolve()

    expect(new Set(outcomes)).toEqual(new Set(['valid']))
    expect([before, network.fetches]).toEqual([1, 2])
  })

  it('that cannot be had at first is asked for again after five seconds', async () => {
    const { network, known, clock, verify } = await newScene()
    network.isDown = true
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => verify(known)))
    const again = await verify(known)
    network.isDown = false
    const tooSoon = await verify(known)
    clock.advance(5 * SECOND_MS)

    expect(new Set([...outcomes, again, tooSoon])).toEqual(new Set(['entra_unavailable']))
    expect(network.fetches).toBe(1)
    expect(await verify(known)).toBe('valid')
  })

  it('that is empty all of a sudden is no reason to forget the last one', async () => {
    const { network, known, clock, verify } = await newScene()
    await verify(known)
    network.keys = []
    clock.advance(2 * HOUR_MS)

    expect(await verify(known)).toBe('valid')
    await Promise.resolve()
    expect(await verify(known)).toBe('valid')
    expect(network.fetches).toBe(2)
  })
})

import { createHash } from 'node:crypto'
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import { describe, expect, it } from 'vitest'
import { readUserinfo } from '../../shared/provider/userinfo.ts'
import { bodyOf, endOf, ISSUER, newScene, type Scene } from './fixtures.ts'

async function forge(make: (payload: JWTPayload, scene: Scene) => Promise<string> | string): Promise<string> {
  const scene = await newScene()
  const token = bodyOf(await scene.redeem('portal'))['access_token'] ?? ''
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JWTPayload
  return endOf(await readUserinfo(scene.provider, await make(payload, scene)))
}
const sign = async (payload: JWTPayload, { provider }: Scene, header: object = {}): Promise<string> => {
  const { kid, key } = await provider.keys.current()
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid, typ: 'at+jwt', ...header }).sign(key)
}

const without = (payload: JWTPayload, name: string): JWTPayload =>
  Object.fromEntries(Object.entries(payload).filter(([key]) => key !== name))

describe('a token that we did not make as an access token', () => {
  it('is taken where everything is as we make it: the cases below differ in one thing each', async () => {
    expect(await forge(sign)).toBe('ok')
  })

  it.each<[string, (payload: JWTPayload, scene: Scene) => Promise<string> | string]>([
    ['without a signature', (payload) => new UnsecuredJWT(payload).encode()],
    [
      'signed with the public key as a secret',
      async (payload, { provider }) => {
        const [jwk] = await provider.keys.published()
        const key = createHash('sha256').update(JSON.stringify(jwk)).digest()
        return new SignJWT(payload)
          .setProtectedHeader({ alg: 'HS256', kid: String(jwk?.['kid']), typ: 'at+jwt' })
          .sign(key)
      },
    ],
    [
      'with a changed payload',
      async (payload, scene) => {
        const [head, , signature] = (await sign(payload, scene)).split('.')
        const changed = Buffer.from(JSON.stringify({ ...payload, sub: crypto.randomUUID() })).toString(
          'base64url',
        )
        return `${head}.${changed}.${signature}`
      },
    ],
    ['that is an ID token', (payload, scene) => sign(payload, scene, { typ: 'JWT' })],
    ['of an unknown key', (payload, scene) => sign(payload, scene, { kid: 'unknown' })],
    ['of no key', (payload, scene) => sign(payload, scene, { kid: undefined })],
    ['for another audience', (payload, scene) => sign({ ...payload, aud: 'app' }, scene)],
    ['for two audiences', (payload, scene) => sign({ ...payload, aud: ['portal', 'app'] }, scene)],
    ['of another issuer', (payload, scene) => sign({ ...payload, iss: `${ISSUER}/` }, scene)],
    ['without an end', (payload, scene) => sign(without(payload, 'exp'), scene)],
    ['without a connector', (payload, scene) => sign(without(payload, 'connector'), scene)],
    ['of nobody', (payload, scene) => sign({ ...payload, sub: 'somebody' }, scene)],
    ['that is too long', () => `${'a'.repeat(20_000)}.b.c`],
    ['that is a word', () => 'token'],
    ['that is nothing', () => ''],
  ])('is refused: one %s', async (_, make) => {
    expect(await forge(make)).toBe('token-invalid')
  })
})

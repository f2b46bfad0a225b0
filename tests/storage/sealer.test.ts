import { randomBytes } from 'node:crypto'
import { compactDecrypt } from 'jose'
import { describe, expect, it } from 'vitest'
import { createDataKeys } from '../../shared/storage/data-keys.ts'
import { openKeyWrapper, vaultWrapper, type KeyWrapper } from '../../shared/storage/key-wrapper.ts'
import { createSealer } from '../../shared/storage/sealer.ts'
import { openStore, type Store } from '../../shared/storage/store.ts'

const PURPOSE = 'connector:0123456789abcdef-1:clientSecret'
const KEY_ID = 'https://vault.example/keys/wrapping'

const newStore = (onRequest?: () => void): Store =>
  openStore(new Map([['main', { kind: 'memory' }]]), { onRequest })
const fixed = (key = randomBytes(32)): KeyWrapper => openKeyWrapper({ kind: 'fixed', key })

function instance(store: Store, wrapper: KeyWrapper, now = () => new Date()) {
  const keys = createDataKeys(store, wrapper, now)
  return { keys, sealer: createSealer(keys) }
}

/** What Key Vault answers, with a key of each version; the calls are kept. */
function vault() {
  const versions = ['0a1b']
  const calls: string[] = []
  const call = (url: string, value: string) => {
    calls.push(url)
    const version = url.endsWith('/wrapkey') ? (versions.at(-1) ?? '') : (url.split('/').at(-2) ?? '')
    const flipped = Buffer.from(value, 'base64url').map(
      (byte) => byte ^ Number.parseInt(version.slice(0, 2), 16),
    )
    return Promise.resolve({ kid: `${KEY_ID}/${version}`, value: Buffer.from(flipped).toString('base64url') })
  }
  return { versions, calls, wrapper: vaultWrapper(KEY_ID, call) }
}

describe('a sealed text', () => {
  it('is opened again, by this process and by another one with the same wrapping key', async () => {
    const [store, wrapper] = [newStore(), fixed()]
    const { sealer } = instance(store, wrapper)
    const sealed = await sealer.seal(PURPOSE, 'sécret')

    expect(await sealer.open(PURPOSE, sealed)).toBe('sécret')
    expect(await instance(store, wrapper).sealer.open(PURPOSE, sealed)).toBe('sécret')
    expect(sealed).not.toContain('sécret')
    expect(await sealer.seal(PURPOSE, 'sécret')).not.toBe(sealed)
  })

  it('opens for its own purpose only', async () => {
    const { sealer } = instance(newStore(), fixed())
    const sealed = await sealer.seal(PURPOSE, 'secret')

    expect(await sealer.open('connector:0123456789abcdef-2:clientSecret', sealed)).toBeUndefined()
    expect(await sealer.open('cookie:session', sealed)).toBeUndefined()
  })

  it('does not open with another wrapping key, nor with the data key itself: each kind has its own', async () => {
    const store = newStore()
    const { keys, sealer } = instance(store, fixed())
    const sealed = await sealer.seal(PURPOSE, 'secret')
    const { key } = await keys.current()

    expect(await instance(store, fixed()).sealer.open(PURPOSE, sealed)).toBeUndefined()
    await expect(compactDecrypt(sealed, key)).rejects.toThrow('decryption operation failed')
  })

  it.each(['', '.', 'a.b.c.d.e', 'eyJhbGciOiJub25lIn0.e30.', 'x'.repeat(100_000)])(
    'that is none is refused without a failure: %.20s',
    async (text) => {
      expect(await instance(newStore(), fixed()).sealer.open(PURPOSE, text)).toBeUndefined()
    },
  )

  it('is refused with any of its characters changed', async () => {
    const { sealer } = instance(newStore(), fixed())
    const sealed = await sealer.seal(PURPOSE, 'secret')
    const changed = Array.from(
      { length: sealed.length },
      (_, i) => sealed.slice(0, i) + (sealed[i] === 'A' ? 'B' : 'A') + sealed.slice(i + 1),
    )
    const opened = await Promise.all(changed.map((text) => sealer.open(PURPOSE, text)))

    // The last character of a part may hold bits that nobody reads.
    expect(opened.filter((text) => text !== undefined && text !== 'secret')).toEqual([])
    expect(opened.filter((text) => text !== undefined).length).toBeLessThan(3)
  })

  it('of an older data key still opens after a rotation', async () => {
    const { keys, sealer } = instance(newStore(), fixed())
    const sealed = await sealer.seal(PURPOSE, 'secret')
    const { kid } = await keys.rotate()

    expect(await sealer.open(PURPOSE, sealed)).toBe('secret')
    expect((await keys.current()).kid).toBe(kid)
  })

  it('of a key that another instance made since is opened here', async () => {
    const [store, wrapper] = [newStore(), fixed()]
    const [here, there] = [instance(store, wrapper), instance(store, wrapper)]
    await here.sealer.seal(PURPOSE, 'first')
    await there.keys.rotate()
    const sealed = await there.sealer.seal(PURPOSE, 'second')

    expect(await here.sealer.open(PURPOSE, sealed)).toBe('second')
  })

  it('with unknown key names costs no request each', async () => {
    let requests = 0
    const [store, wrapper] = [newStore(() => requests++), fixed()]
    const { sealer } = instance(store, wrapper)
    await sealer.seal(PURPOSE, 'secret')
    const foreign = await instance(newStore(), fixed()).sealer.seal(PURPOSE, 'secret')
    const before = requests
    const opened = await Promise.all(Array.from({ length: 50 }, () => sealer.open(PURPOSE, foreign)))

    expect(opened.filter((text) => text !== undefined)).toEqual([])
    expect(requests - before).toBe(1)
  })
})

describe('a vault', () => {
  it('is asked once to wrap and once per instance to unwrap', async () => {
    const store = newStore()
    const { wrapper, calls } = vault()
    const { sealer } = instance(store, wrapper)
    const sealed = await sealer.seal(PURPOSE, 'secret')
    await sealer.open(PURPOSE, sealed)
    const other = instance(store, wrapper)
    await other.sealer.open(PURPOSE, sealed)
    await other.sealer.open(PURPOSE, sealed)

    expect(calls).toEqual([`${KEY_ID}/wrapkey`, `${KEY_ID}/0a1b/unwrapkey`])
  })

  it('may have rotated its key: what the earlier version wrapped still opens', async () => {
    const store = newStore()
    const { wrapper, versions, calls } = vault()
    const sealed = await instance(store, wrapper).sealer.seal(PURPOSE, 'secret')
    versions.push('0c2d')
    const later = instance(store, wrapper)
    await later.keys.rotate()

    expect(await later.sealer.open(PURPOSE, sealed)).toBe('secret')
    expect(calls.slice(1)).toEqual([`${KEY_ID}/wrapkey`, `${KEY_ID}/0a1b/unwrapkey`])
  })

  it('that answers with a foreign key is an outage, and a foreign row is sent nowhere', async () => {
    const foreign = vaultWrapper(KEY_ID, () =>
      Promise.resolve({ kid: 'https://evil.example/keys/a/0b', value: 'AA' }),
    )

    await expect(foreign.wrap(randomBytes(32))).rejects.toMatchObject({
      failure: { code: 'storage_unavailable' },
    })
    expect(await foreign.unwrap('https://evil.example/keys/a/0b AA')).toBeUndefined()
  })
})

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isRegisteredUri, parsePlatformClients } from '../../shared/kernel/platform-client.ts'

const parse = (clients: unknown, allowHttp = false) =>
  parsePlatformClients(JSON.stringify(clients), allowHttp)
const web = (uri: string) => [{ id: 'portal', type: 'web', redirectUris: [uri] }]
const app = (uri: string) => [{ id: 'app', type: 'app', redirectUris: [uri] }]

describe('a client of the platform', () => {
  it('is read with its redirect URIs and the hash of its secret', () => {
    const secretSha256 = createHash('sha256').update('made here').digest('hex')
    const given = { id: 'portal', type: 'web', redirectUris: ['https://portal.example/back'], secretSha256 }

    expect([...parse([given]).values()]).toEqual([
      {
        id: 'portal',
        type: 'web',
        redirectUris: ['https://portal.example/back'],
        postLogoutRedirectUris: [],
        secretHash: secretSha256,
      },
    ])
  })

  it.each([
    ['not a list', {}],
    ['an entry that is no object', ['portal']],
    ['no id', [{ type: 'web', redirectUris: ['https://a.example/'] }]],
    ['an odd id', [{ id: 'a b', type: 'web', redirectUris: ['https://a.example/'] }]],
    ['an unknown type', [{ id: 'a', type: 'spa', redirectUris: ['https://a.example/'] }]],
    ['no redirect URI', [{ id: 'a', type: 'web', redirectUris: [] }]],
    ['the same id twice', [...web('https://a.example/'), ...web('https://b.example/')]],
    ['a secret as it is', [{ ...web('https://a.example/')[0], secretSha256: 'secret' }]],
    ['an app with a secret', [{ ...app('https://a.example/')[0], secretSha256: 'a'.repeat(64) }]],
    ['plain http', web('http://portal.example/back')],
    ['http to this machine outside development', web('http://localhost:3000/back')],
    ['a fragment', web('https://portal.example/#back')],
    ['a wildcard', web('https://*.portal.example/back')],
    ['a password', web('https://u:p@portal.example/back')],
    ['a scheme of its own for the web', web('com.example.app:/back')],
    ['a scheme without a domain', app('myapp:/back')],
    ['a script', app('javascript:alert(1)')],
    ['localhost for an app, which may be somebody else', app('http://localhost/back')],
    ['a backslash', app('https:\\\\portal.example')],
  ])('is refused with a sentence: %s', (_, clients) => {
    expect(() => parse(clients)).toThrow(/^(must|has|needs|gives|names) /)
  })

  it.each([
    'com.example.app:/back',
    'http://127.0.0.1/back',
    'http://[::1]:9/back',
    'https://app.example/back',
  ])('of type app may be sent to %s', (uri) => {
    expect(parse(app(uri)).get('app')?.redirectUris).toEqual([uri])
  })

  it('of type web may be sent to this machine in development', () => {
    expect(parse(web('http://localhost:3000/back'), true).size).toBe(1)
  })
})

describe('a redirect URI', () => {
  const registered = ['https://portal.example/back', 'http://127.0.0.1/back', 'http://[::1]/back']

  it.each([...registered, 'http://127.0.0.1:51004/back', 'http://[::1]:8/back'])(
    'is registered: %s',
    (uri) => {
      expect(isRegisteredUri(registered, uri)).toBe(true)
    },
  )

  it.each([
    'https://portal.example/back/',
    'https://portal.example/back?x=1',
    'https://portal.example:444/back',
    'https://PORTAL.example/back',
    'http://127.0.0.1:51004/other',
    'http://127.0.0.1:51004/back?x=1',
    'http://127.0.0.1:51004/back#x',
    'http://127.0.0.1:51004@evil.example/back',
    'http://u@127.0.0.1:51004/back',
    'http://127.0.0.1.evil.example/back',
    'http://127.1:51004/./back\\',
    'http://localhost/back',
    ' http://127.0.0.1/back',
    '',
  ])('is not registered: %s', (uri) => {
    expect(isRegisteredUri(registered, uri)).toBe(false)
  })
})

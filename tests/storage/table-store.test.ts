import { describe, expect, it } from 'vitest'
import { openStore } from '../../shared/storage/store.ts'

describe('a store', () => {
  it('opens each table once and knows its first account', () => {
    const store = openStore(
      new Map([
        ['b', { kind: 'memory' }],
        ['a', { kind: 'memory' }],
      ] as const),
    )

    expect(store.firstAccount).toBe('b')
    expect(store.table('a', 'config')).toBe(store.table('a', 'config'))
    expect(store.table('a', 'config')).not.toBe(store.table('b', 'config'))
  })

  it('has no table of an account that is not configured', () => {
    const store = openStore(new Map([['main', { kind: 'memory' }]] as const))

    expect(() => store.table('other', 'config')).toThrow('other')
    expect(() => openStore(new Map())).toThrow('no storage account')
  })

  it('opens a managed identity account without any request', () => {
    const store = openStore(
      new Map([['main', { kind: 'url', url: 'https://a.table.core.windows.net' }]] as const),
    )

    expect(store.table('main', 'directory')).toBeDefined()
  })
})

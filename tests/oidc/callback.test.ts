import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { inAWord, complete, goAndReturn, join } from './fixtures.ts'

const replaced = (query: URLSearchParams, change: (state: string) => string): URLSearchParams =>
  new URLSearchParams([...query].map(([name, value]) => [name, name === 'state' ? change(value) : value]))

describe('an answer of Entra’s belongs to the browser that asked', () => {
  it.each<[string, (state: string) => string]>([
    ['the beginning of the state', (state) => state.slice(0, 20)],
    ['one character of it', (state) => state.slice(0, 1)],
    ['an empty state', () => ''],
    ['the state and more', (state) => `${state}A`],
    ['the end of the state', (state) => state.slice(1)],
    ['the state in capitals', (state) => `${state.toUpperCase()}a`.slice(1)],
    ['another one of the same length', () => randomBytes(32).toString('base64url')],
  ])('which %s does not prove', async (_, change) => {
    const joined = await join()
    const returned = await goAndReturn(joined)
    const query = replaced(returned.query, change)

    expect(inAWord(await complete(joined, { ...returned, query }))).toBe('state-mismatch')
    expect(joined.scene.tenant.requests().token).toBe(0)
  })
})

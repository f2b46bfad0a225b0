import { describe, expect, it } from 'vitest'
import { toJsonText } from '../../shared/http/json-text.ts'
import { finish } from '../support/finish.ts'

const list = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))
const written = (body: Record<string, unknown>): string => Buffer.from(finish(toJsonText(body))).toString()

describe('an answer is written as JSON.stringify writes it', () => {
  it.each([
    ['empty', {}],
    ['short', { a: [1, 2], b: undefined, c: null }],
    [
      'a list of each length up to the step and beyond',
      Object.fromEntries(list(40, (i) => [`l${i}`, list(i, String)])),
    ],
    [
      'long lists in long lists',
      { groups: list(30, (i) => ({ id: i, members: list(i * 3, (k) => ({ k })) })) },
    ],
    ['long lists beside what is left out', { a: undefined, b: list(20, (i) => i), c: undefined }],
    ['names and texts that need escapes', { 'a"\\': list(20, (i) => `"\\\n😀${i}`) }],
    ['more than one part', { a: list(40, (i) => `${'ø😀'.repeat(9_000)}${i}`) }],
  ])('%s', (_, body) => {
    expect(written(body)).toBe(JSON.stringify(body))
  })
})

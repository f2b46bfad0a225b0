import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import { isPrototypeKey, isRecord, memberOf, parseJson } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { finish } from '../support/finish.ts'

const parse = (text: string): unknown => finish(parseJson(Buffer.from(text)))

function refused(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    const failure = failureOf(error)
    return failure?.code === 'bad_request' ? failure.scimType : error
  }
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

describe('JSON is parsed', () => {
  it('to what JSON.parse makes of it, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 5, stringUnit: fc.constantFrom('a', 'ø', '😀', ' ', '"') }),
        (value) => {
          expect(parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)))
        },
      ),
      { seed: 7 },
    )
  })

  it.each([
    ['the deepest that is allowed', nested(LIMITS.jsonDepth)],
    ['the longest text', JSON.stringify('x'.repeat(LIMITS.stringLength))],
    ['tabs and line ends', '"a\\tb\\r\\nc"'],
    ['an own __proto__', '{"__proto__":{"a":1}}'],
  ])('with %s', (_, text) => {
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  it('without touching any prototype', () => {
    parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')

    expect({}).not.toHaveProperty('polluted')
  })
})

describe('JSON is refused', () => {
  it.each([
    ['no JSON', '{', 'invalidSyntax'],
    ['one level too many', nested(LIMITS.jsonDepth + 2), 'invalidSyntax'],
    ['as deep as a body can be', nested(LIMITS.bodyBytes / 2), 'invalidSyntax'],
    ['a text too long', JSON.stringify('x'.repeat(LIMITS.stringLength + 1)), 'invalidValue'],
    ['a name too long', JSON.stringify({ ['x'.repeat(LIMITS.stringLength + 1)]: 1 }), 'invalidValue'],
    ['NUL in a text', '"\\u0000"', 'invalidValue'],
    ['NUL in a name', '{"a\\u0000":1}', 'invalidValue'],
    ['half a surrogate pair', '{"a":["\\ud83d"]}', 'invalidValue'],
  ])('with %s', (_, text, scimType) => {
    expect(refused(() => parse(text))).toBe(scimType)
  })

  it('in time that grows with its length only', () => {
    const texts = [nested(500_000), `[${'0,'.repeat(500_000)}0]`, `{${'"a":1,'.repeat(150_000)}"a":1}`]
    const started = performance.now()

    for (const text of texts) refused(() => parse(text))

    // A megabyte each takes some ten milliseconds; the bound only tells that from something quadratic.
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})

describe('a member', () => {
  it.each([
    [{ op: 1 }, 1],
    [{ OP: 1 }, 1],
    [{ Op: null }, null],
    [{}, undefined],
    [{ opp: 1 }, undefined],
  ])('of %j is found in any case', (record, value) => {
    expect(memberOf(record, 'op')).toBe(value)
  })

  it('in two spellings is refused', () => {
    expect(refused(() => memberOf({ op: 1, Op: 1 }, 'op'))).toBe('invalidSyntax')
  })

  it('is never one that objects inherit', () => {
    for (const name of ['constructor', 'toString', '__proto__']) expect(memberOf({}, name)).toBeUndefined()
  })
})

describe('narrowing', () => {
  it.each([
    [{}, true],
    [Object.create(null), true],
    [[], false],
    [null, false],
    ['a', false],
    [undefined, false],
  ])('%j as a record is %s', (value, expected) => {
    expect(isRecord(value)).toBe(expected)
  })

  it.each([
    ['__proto__', true],
    ['constructor', true],
    ['prototype', true],
    ['userName', false],
    ['Constructor', false],
  ])('%s reaches a prototype: %s', (name, expected) => {
    expect(isPrototypeKey(name)).toBe(expected)
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import { parseJson } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { finish } from '../support/finish.ts'

const RUNS = 3_000

/** The value of a body, or how it was refused. Anything but a refusal in words is the test's end. */
function outcomeOf(body: string | Uint8Array): { value: unknown } | 'refused' {
  try {
    return { value: finish(parseJson(typeof body === 'string' ? new TextEncoder().encode(body) : body)) }
  } catch (error) {
    if (failureOf(error)?.code !== 'bad_request') throw error
    return 'refused'
  }
}

/** How many levels below the root the deepest value is. */
function depthOf(value: unknown): number {
  const parts: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : []
  return parts.length === 0 ? 0 : 1 + Math.max(...parts.map(depthOf))
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  if (typeof value !== 'object' || value === null) return
  for (const [name, part] of Object.entries(value)) {
    if (!Array.isArray(value)) yield name
    yield* textsOf(part)
  }
}

/** Tab and line ends are text; every other control character and half of a surrogate pair is not. */
function isStorable(text: string): boolean {
  const isPaired = !/[\ud800-\udfff]/u.test(text)
  return text.length <= LIMITS.stringLength && isPaired && !text.split('').some(isControl)
}

function isControl(character: string): boolean {
  return (character < ' ' && !'\t\r\n'.includes(character)) || character === '\u007f'
}

const texts = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\t\r\n',
      '\u0000',
      '\u000b',
      '\u007f',
      '\u0080',
      '\ud800',
      '🜁',
      '\udc00\ud800',
      '__proto__',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: -2, max: 2 }).map((more) => 'x'.repeat(LIMITS.stringLength + more)),
  },
)
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    texts,
    fc.constantFrom(null, true, 0, -1.5e300),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(texts, tie('value'), { maxKeys: 3 }),
  ),
})).value
/** A value some levels down, around the limit as a rule. */
const deep = fc
  .tuple(values, fc.array(fc.boolean(), { maxLength: 40, size: 'max' }))
  .map(([value, levels]) =>
    levels.reduce<unknown>((inner, isList) => (isList ? [inner] : { a: inner }), value),
  )

describe('any JSON', () => {
  it('is taken as it is within the limits of depth and text, and refused beyond', () => {
    const property = fc.property(fc.oneof(values, deep), (value) => {
      const text = JSON.stringify(value)
      const isWithin = depthOf(value) <= LIMITS.jsonDepth && [...textsOf(value)].every(isStorable)
      expect(outcomeOf(text)).toEqual(isWithin ? { value: JSON.parse(text) } : 'refused')
    })
    fc.assert(property, { numRuns: RUNS * 2 })
  })

  it('that was cut or had a byte changed is read like any other parser reads it, or refused', () => {
    const property = fc.property(values, fc.nat(), fc.nat(255), fc.boolean(), (value, at, byte, isCut) => {
      const bytes = new TextEncoder().encode(JSON.stringify(value))
      const place = at % bytes.length
      const changed = isCut ? bytes.slice(0, place) : bytes.with(place, byte)
      const outcome = outcomeOf(changed)
      expect(outcome).toEqual(
        outcome === 'refused' ? outcome : { value: JSON.parse(new TextDecoder().decode(changed)) },
      )
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it('never gives an object another prototype', () => {
    const member = fc
      .tuple(
        fc.constantFrom('__proto__', 'constructor', 'a'),
        fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant({ polluted: true })),
      )
      // Written by hand: in a literal this name would set the prototype instead.
      .map(([name, value]) => `"${name}":${JSON.stringify(value)}`)
    const property = fc.property(fc.array(member, { maxLength: 4 }), (members) => {
      const outcome = outcomeOf(`{${members.join()}}`)
      fc.pre(outcome !== 'refused')
      expect(Object.getPrototypeOf(outcome.value)).toBe(Object.prototype)
      expect(Object.keys(Object.prototype)).toEqual([])
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it.each([
    ['brackets', '['.repeat(1_048_576)],
    ['objects', '{"a":'.repeat(200_000)],
    ['closed brackets', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
    ['one long text', JSON.stringify('x'.repeat(1_000_000))],
    ['escapes', `"${'\\u0041'.repeat(170_000)}"`],
    ['members', `{${Array.from({ length: 90_000 }, (_, i) => `"${i}":1`).join()}}`],
    ['digits', '9'.repeat(1_000_000)],
  ])('of a mebibyte is read or refused at once: %s', (_, text) => {
    const times = Array.from({ length: 3 }, () => {
      const started = performance.now()
      expect(['object', 'string']).toContain(typeof outcomeOf(text))
      return performance.now() - started
    })
    expect(Math.min(...times)).toBeLessThan(500)
  })
})

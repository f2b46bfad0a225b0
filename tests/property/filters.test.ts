import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import type { Filter } from '../../shared/scim/filter/ast.ts'
import { parseFilter, parsePath } from '../../shared/scim/filter/parse.ts'
import { ENTERPRISE_USER } from '../../shared/scim/schema/attribute.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'
import { passes } from './filter-reference.ts'
import { filtersWith, print, texts } from './filter-texts.ts'
import { matchesFilter } from '../support/matching.ts'

const RUNS = 5_000
const filters = filtersWith()

const labelled = fc.record({ value: texts, type: texts, primary: fc.boolean() }, { requiredKeys: [] })
const users = fc.record(
  {
    userName: texts,
    externalId: texts,
    title: texts,
    active: fc.boolean(),
    id: texts,
    name: fc.record({ givenName: texts, familyName: texts }, { requiredKeys: [] }),
    emails: fc.array(labelled, { maxLength: 3 }),
    roles: fc.array(labelled, { maxLength: 2 }),
    meta: fc.record({ created: fc.constantFrom('2026-01-02T03:04:05.000Z', '2026-05-01T00:00:00+02:00') }),
    [ENTERPRISE_USER]: fc.record(
      { department: texts, manager: fc.record({ value: texts }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)

/** `value pr or value pr …` in brackets of all kinds. */
function nested(kinds: readonly ('(' | 'not (' | 'emails[')[], terms: number): string {
  const inner = Array.from({ length: terms }, () => 'value pr').join(' or ')
  return kinds.reduceRight((text, kind) => `${kind}${text}${kind === 'emails[' ? ']' : ')'}`, inner)
}

describe('any filter', () => {
  it('comes back from its text as it was', () => {
    const property = fc.property(filters, (filter) => {
      const parsed = parseFilter(print(filter))
      expect(parsed).toEqual(filter)
      expect(print(parsed)).toBe(print(filter))
    })
    fc.assert(property, { numRuns: RUNS })
  })

  it('matches what the rules say, written a second time', () => {
    const property = fc.property(filters, users, (filter, user) => {
      expect(matchesFilter(USER_SCHEMA, user, parseFilter(print(filter)))).toBe(passes(user, filter))
    })
    fc.assert(property, { numRuns: RUNS * 3 })
  })

  it('is taken with up to 64 terms and 16 levels, and refused beyond', () => {
    const property = fc.property(
      fc.array(fc.constantFrom('(', 'not (', 'emails[' as const), { maxLength: 20, size: 'max' }),
      fc.integer({ min: 1, max: 70 }),
      (kinds, terms) => {
        const text = nested(kinds, terms)
        // Each pair of brackets is a term of the level around it.
        const isWithin = kinds.length <= LIMITS.filterDepth && terms + kinds.length <= LIMITS.filterTerms
        expect([text, refusalOf(text)]).toEqual([text, isWithin ? undefined : 'bad_request invalidFilter'])
      },
    )
    fc.assert(property, { numRuns: RUNS })
  })
})

/** How a text is refused; `undefined` where it is a filter, which is then also tried on a user. */
function refusalOf(filter: string): string | undefined {
  try {
    const parsed = parseFilter(filter)
    matchesFilter(USER_SCHEMA, { userName: 'a', emails: [{ value: 'b' }] }, parsed)
    expect(sizeOf(parsed).terms).toBeLessThanOrEqual(LIMITS.filterTerms)
    expect(sizeOf(parsed).depth).toBeLessThanOrEqual(LIMITS.filterDepth)
    return undefined
  } catch (error) {
    const failure = failureOf(error)
    return failure?.code === 'bad_request' ? `${failure.code} ${failure.scimType}` : String(error)
  }
}

function outcomeOf(work: () => unknown): string {
  try {
    work()
    return 'ok'
  } catch (error) {
    return failureOf(error)?.code ?? String(error)
  }
}

/** Comparisons in a filter, and levels of brackets that it cannot do without. */
function sizeOf(filter: Filter): { terms: number; depth: number } {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const sizes = filter.terms.map(sizeOf)
      const terms = sizes.reduce((sum, size) => sum + size.terms, 0)
      return { terms, depth: Math.max(...sizes.map(({ depth }) => depth)) }
    }
    case 'not': {
      const { terms, depth } = sizeOf(filter.term)
      return { terms, depth: depth + 1 }
    }
    default: {
      const inner = filter.path.filter && sizeOf(filter.path.filter)
      return { terms: 1 + (inner?.terms ?? 0), depth: inner === undefined ? 0 : inner.depth + 1 }
    }
  }
}

const SIGNS = '( ) [ ] " \\ . : , = \t \n \u00a0 \u0000 \ud800 - é'
const WORDS = 'and or not eq pr sw userName emails true null 7 1e999 $ref __proto__ constructor "a" "\\ud800"'
const pieces = fc.constantFrom(' ', `${USER_SCHEMA.urn}:`, ...`${SIGNS} ${WORDS}`.split(' '))
const junk = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')),
  fc.array(pieces, { maxLength: 40 }).map((list) => list.join(' ')),
  // A filter with one piece put in, or cut off.
  fc
    .tuple(filters.map(print), pieces, fc.nat())
    .map(
      ([text, piece, at]) =>
        text.slice(0, at % (text.length + 1)) + piece + text.slice(at % (text.length + 1)),
    ),
  fc.tuple(filters.map(print), fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
)

describe('a literal without quotes', () => {
  it.each(['12345678901234567890', '1e5', '1e999', '1.0', '-0', '007', 'a"b', 'Infinity'])(
    'means its text as it stands: %s',
    (text) => {
      const filter = parseFilter(`externalId eq ${text}`)
      expect(matchesFilter(USER_SCHEMA, { externalId: text }, filter)).toBe(true)
    },
  )

  it('is a number where it can be, so that numbers compare as such', () => {
    expect(parseFilter('x gt 10')).toMatchObject({ value: 10 })
    expect(parseFilter('x gt -1.5')).toMatchObject({ value: -1.5 })
  })
})

describe('any text', () => {
  it('as a filter is taken or refused in words, never anything else', () => {
    const property = fc.property(junk, (filter) => {
      expect([undefined, 'bad_request invalidFilter']).toContain(refusalOf(filter))
    })
    fc.assert(property, { numRuns: RUNS * 2 })
  })

  it('that is a filter is the same filter when it is printed and read again', () => {
    const property = fc.property(junk, (filter) => {
      fc.pre(refusalOf(filter) === undefined)
      const parsed = parseFilter(filter)
      // Parentheses that a printer adds may pass a limit that the text kept.
      fc.pre(refusalOf(print(parsed)) === undefined)
      expect(parseFilter(print(parsed))).toEqual(parsed)
    })
    fc.assert(property, { numRuns: RUNS, maxSkipsPerRun: 1_000 })
  })

  it('as a path is taken or refused in words, never anything else', () => {
    const property = fc.property(junk, (path) => {
      expect(['ok', 'bad_request']).toContain(outcomeOf(() => parsePath(path)))
    })
    fc.assert(property, { numRuns: RUNS })
  })
})

const filled = (text: string): string => text.repeat(Math.ceil(4_000 / text.length)).slice(0, 4_000)

/** The best of five: a pause of the machine is none of the parser's. */
function millisecondsOf(work: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
  return Math.min(...times)
}

const REPEATED = `(|not (|emails[|a pr and |a pr or |"|\\|a.|a:| |a|$|-|not |eq |a eq "|a eq "\\|a[b[c[|a eq 1e|\ud800`

describe('4,000 characters are read and matched in a few milliseconds', () => {
  it.each([...REPEATED.split('|'), 'a eq "x" and not (', 'emails[type eq "work"] and '])('of %j', (piece) => {
    expect(millisecondsOf(() => refusalOf(filled(piece)))).toBeLessThan(20)
  })

  it.each([
    `userName eq "${'x'.repeat(3_900)}"`,
    `userName co "${'ﬃ'.repeat(3_900)}"`,
    `userName eq "${'\\u00e9'.repeat(600)}"`,
    `${' '.repeat(3_900)}userName pr`,
    `userName ${' '.repeat(3_900)}pr`,
    Array.from({ length: 64 }, () => `emails[type eq "${'w'.repeat(30)}"]`)
      .join(' or ')
      .slice(0, 1_400),
    Array.from({ length: 64 }, () => 'emails.value co "aaaaaaaaaaaaaaaaaaaaaaaab"').join(' or '),
    `${'('.repeat(16)}userName pr${')'.repeat(16)}`,
  ])('of a filter that is long in its own way (%#)', (filter) => {
    const emails = Array.from({ length: 20 }, (_, i) => ({ value: `${'a'.repeat(1_000)}${i}`, type: 'work' }))
    const user = { userName: 'x'.repeat(1_000), emails }
    const work = (): string => outcomeOf(() => matchesFilter(USER_SCHEMA, user, parseFilter(filter)))
    expect(['ok', 'bad_request']).toContain(work())
    expect(millisecondsOf(work)).toBeLessThan(20)
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../shared/kernel/failure.ts'
import type { AttributePath, Filter, Literal, Operator } from '../../shared/scim/filter/ast.ts'
import { matchesFilter } from '../../shared/scim/filter/match.ts'
import { parseFilter } from '../../shared/scim/filter/parse.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'

const RUNS = 3_000

const text = fc.oneof(
  fc.constantFrom('a', 'A', 'ab', 'b', 'true', '', 'x "y" \\z', 'é', 'É', '7'),
  fc.string({ maxLength: 8 }),
)
const literal: fc.Arbitrary<Literal> = fc.oneof(
  text,
  fc.boolean(),
  fc.integer({ min: -9, max: 9 }),
  fc.constant(null),
)
const operator = fc.constantFrom<Operator>('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le')
const plainPath = (
  names: readonly string[],
  subs: readonly (string | undefined)[],
): fc.Arbitrary<AttributePath> =>
  fc.record({
    urn: fc.constantFrom(undefined, USER_SCHEMA.urn),
    attribute: fc.constantFrom(...names),
    filter: fc.constant(undefined),
    sub: fc.constantFrom(...subs),
  })
const path = fc.oneof(
  plainPath(['userName', 'title', 'active', 'nobody'], [undefined]),
  plainPath(['name'], ['givenName', 'familyName']),
  plainPath(['emails'], [undefined, 'value', 'type']),
)
const inner: fc.Arbitrary<AttributePath> = fc
  .constantFrom('value', 'type', 'primary')
  .map((attribute) => ({ urn: undefined, attribute, filter: undefined, sub: undefined }))
const comparison = (of: fc.Arbitrary<AttributePath>): fc.Arbitrary<Filter> =>
  fc.oneof(
    fc.record({ kind: fc.constant('compare' as const), path: of, operator, value: literal }),
    fc.record({ kind: fc.constant('present' as const), path: of }),
  )
const valuePath: fc.Arbitrary<Filter> = fc
  .tuple(comparison(inner), fc.constantFrom(undefined, 'value'), operator, literal)
  .map(([filter, sub, op, value]) => {
    const within: AttributePath = { urn: undefined, attribute: 'emails', filter, sub }
    return sub === undefined
      ? { kind: 'matches', path: within }
      : { kind: 'compare', path: within, operator: op, value }
  })
const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    comparison(path),
    valuePath,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      terms: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), term: tie('filter') }),
  ),
})).filter

/** A filter as text, every group in parentheses. */
function print(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.terms.map((term) => `(${print(term)})`).join(` ${filter.kind} `)
    case 'not':
      return `not (${print(filter.term)})`
    case 'present':
      return `${printPath(filter.path)} pr`
    case 'matches':
      return printPath(filter.path)
    case 'compare':
      return `${printPath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`
  }
}

function printPath({ urn, attribute, filter, sub }: AttributePath): string {
  return `${urn === undefined ? '' : `${urn}:`}${attribute}${filter === undefined ? '' : `[${print(filter)}]`}${sub === undefined ? '' : `.${sub}`}`
}

interface User {
  readonly userName?: string
  readonly title?: string
  readonly active?: boolean
  readonly name?: { readonly givenName?: string; readonly familyName?: string }
  readonly emails?: readonly { readonly value?: string; readonly type?: string; readonly primary?: boolean }[]
}
const users: fc.Arbitrary<User> = fc.record(
  {
    userName: text,
    title: text,
    active: fc.boolean(),
    name: fc.record({ givenName: text, familyName: text }, { requiredKeys: [] }),
    emails: fc.array(fc.record({ value: text, type: text, primary: fc.boolean() }, { requiredKeys: [] }), {
      maxLength: 3,
    }),
  },
  { requiredKeys: [] },
)

/** The rules of RFC 7644 §3.4.2.2 once more, for these attributes only and as directly as they can be written. */
function naive(user: User, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.terms.every((term) => naive(user, term))
    case 'or':
      return filter.terms.some((term) => naive(user, term))
    case 'not':
      return !naive(user, filter.term)
    case 'present':
    case 'matches':
      return valuesAt(user, filter.path, false).length > 0
    case 'compare': {
      const values = valuesAt(user, filter.path, true)
      const equal =
        filter.value === null ? values.length === 0 : values.some((value) => holds(value, 'eq', filter.value))
      if (filter.operator === 'eq') return equal
      if (filter.operator === 'ne') return !equal
      return filter.value !== null && values.some((value) => holds(value, filter.operator, filter.value))
    }
  }
}

function given(value: unknown): unknown[] {
  return value === undefined ? [] : [value]
}

function valuesAt(user: User, { attribute, filter, sub }: AttributePath, simple: boolean): unknown[] {
  if (attribute === 'name') return given(user.name?.[sub === 'givenName' ? 'givenName' : 'familyName'])
  if (attribute !== 'emails') return given((user as Record<string, unknown>)[attribute])
  const chosen = (user.emails ?? []).filter((email) => filter === undefined || naiveElement(email, filter))
  const leaf = sub ?? (simple ? 'value' : undefined)
  return leaf === undefined
    ? chosen
    : chosen.flatMap((email) => given((email as Record<string, unknown>)[leaf]))
}

function naiveElement(email: object, filter: Filter): boolean {
  if (filter.kind !== 'compare' && filter.kind !== 'present') throw new Error('not made here')
  return naive({ [filter.path.attribute]: (email as Record<string, unknown>)[filter.path.attribute] }, filter)
}

function folded(value: unknown): string {
  return String(value).normalize('NFKC').toLowerCase().normalize('NFC')
}

function holds(actual: unknown, how: Operator, wanted: Literal): boolean {
  const [a, b] = [folded(actual), folded(wanted)]
  if (typeof actual === 'boolean') return how === 'eq' && String(actual) === String(wanted).toLowerCase()
  const rules: Record<Operator, boolean> = {
    eq: a === b,
    ne: a !== b,
    co: a.includes(b),
    sw: a.startsWith(b),
    ew: a.endsWith(b),
    gt: a > b,
    ge: a >= b,
    lt: a < b,
    le: a <= b,
  }
  return rules[how]
}

describe('any filter', () => {
  it('comes back from its text as it was', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(print(parseFilter(print(filter)))).toBe(print(filter))
      }),
      { numRuns: RUNS },
    )
  })

  it('matches what the rules say, written a second time', () => {
    const property = fc.property(filters, users, (filter, user) => {
      expect(matchesFilter(USER_SCHEMA, { ...user }, parseFilter(print(filter)))).toBe(naive(user, filter))
    })
    fc.assert(property, { numRuns: RUNS * 3 })
  })
})

/** How a text is refused; `undefined` where it is a filter, which is then also tried on a user. */
function refusalOf(filter: string): string | undefined {
  try {
    matchesFilter(USER_SCHEMA, { userName: 'a', emails: [{ value: 'b' }] }, parseFilter(filter))
    return undefined
  } catch (error) {
    const failure = failureOf(error)
    return failure?.code === 'bad_request' ? `${failure.code} ${failure.scimType}` : String(error)
  }
}

describe('any text as a filter', () => {
  const pieces = fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '"',
    '\\',
    '.',
    ':',
    ' ',
    'and',
    'or',
    'not',
    'eq',
    'pr',
    'userName',
    'emails',
    'true',
    '7',
    '__proto__',
    'é',
  )
  it('is taken or refused in words, never anything else', () => {
    const property = fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')),
        fc.array(pieces, { maxLength: 40 }).map((list) => list.join(' ')),
      ),
      (filter) => {
        expect([undefined, 'bad_request invalidFilter']).toContain(refusalOf(filter))
      },
    )
    fc.assert(property, { numRuns: RUNS * 2 })
  })

  it.each(['(', 'not (', 'emails[', 'a and ', '"', '\\', 'a.', 'a:'])(
    'is read in time that does not explode: 4,000 characters of %j',
    (piece) => {
      const started = performance.now()
      expect(() => parseFilter(piece.repeat(4_000 / piece.length))).toThrow('bad_request')
      // Generous: it takes well below a millisecond, and exponential time would not end.
      expect(performance.now() - started).toBeLessThan(500)
    },
  )
})

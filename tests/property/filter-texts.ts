import * as fc from 'fast-check'
import { LIMITS } from '../../shared/kernel/limits.ts'
import type { AttributePath, Filter, Literal, Operator } from '../../shared/scim/filter/ast.ts'
import { parseFilter } from '../../shared/scim/filter/parse.ts'
import { ENTERPRISE_USER } from '../../shared/scim/schema/attribute.ts'
import { USER_SCHEMA } from '../../shared/scim/schema/definitions.ts'

/** Few enough to meet one another; folding, quotes and the length of a search key are among them. */
const WORDS =
  'a A ab b true é É e\u0301 ﬁ fi ß İ 7 harbour-crew harbour-crew-1 harbour-crew-2 HARBOUR-CREW-10'
export const words = fc.constantFrom('x "y" \\z', ...WORDS.split(' '))
export const texts = fc.oneof(words, fc.constant(''), fc.string({ maxLength: 8 }))

const OPERATORS: readonly Operator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']
// Equality and "begins with" are what an index may serve: they come more often.
const operators = fc.constantFrom<Operator>(...OPERATORS, 'eq', 'eq', 'eq', 'sw', 'sw')

type Names = readonly (readonly [attribute: string, ...subs: string[]])[]
const CORE: Names = [
  ['userName'],
  ['USERNAME'],
  ['externalId'],
  ['displayName'],
  ['title'],
  ['active'],
  ['id'],
  ['nobody'],
  ['name'],
  ['name', 'givenName', 'familyName', 'nobody'],
  ['emails'],
  ['emails', 'value', 'Type', 'primary'],
  ['roles', 'value'],
  ['meta', 'created'],
]
const EXTENDED: Names = [['department'], ['manager'], ['manager', 'value']]

function pathsOf(names: Names, urns: readonly (string | undefined)[]): fc.Arbitrary<AttributePath> {
  return fc
    .tuple(fc.constantFrom(...urns), fc.constantFrom(...names))
    .chain(([urn, [attribute, ...subs]]) => {
      const path = { urn, attribute, filter: undefined }
      return fc.constantFrom(...(subs.length === 0 ? [undefined] : subs)).map((sub) => ({ ...path, sub }))
    })
}

const paths = fc.oneof(
  {
    weight: 4,
    arbitrary: pathsOf(CORE, [undefined, undefined, USER_SCHEMA.urn, USER_SCHEMA.urn.toUpperCase()]),
  },
  { weight: 1, arbitrary: pathsOf(EXTENDED, [undefined, ENTERPRISE_USER]) },
)
const innerPaths = pathsOf([['value'], ['value'], ['type'], ['primary'], ['nobody']], [undefined])

function leavesOf(of: fc.Arbitrary<AttributePath>, literals: fc.Arbitrary<Literal>): fc.Arbitrary<Filter> {
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('compare' as const),
        path: of,
        operator: operators,
        value: literals,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('present' as const), path: of }) },
  )
}

function nestedOf(leaf: fc.Arbitrary<Filter>, maxDepth: number): fc.Arbitrary<Filter> {
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth, depthSize: 'small' },
      leaf,
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        terms: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('not' as const), term: tie('filter') }),
    ),
  })).filter
}

/** `emails[…]`, `emails[…].value eq "x"`, `roles[…].value pr`. */
function valuePathsOf(literals: fc.Arbitrary<Literal>): fc.Arbitrary<Filter> {
  return fc
    .record({
      attribute: fc.constantFrom('emails', 'emails', 'roles'),
      filter: nestedOf(leavesOf(innerPaths, literals), 2),
      sub: fc.constantFrom(undefined, undefined, 'value', 'type'),
      how: fc.constantFrom('matches', 'matches', 'present', 'compare'),
      operator: operators,
      value: literals,
    })
    .map(({ attribute, filter, sub, how, operator, value }): Filter => {
      const path = { urn: undefined, attribute, filter, sub }
      if (how === 'compare') return { kind: 'compare', path, operator, value }
      return sub === undefined ? { kind: 'matches', path } : { kind: 'present', path }
    })
}

/** Filters over the attributes that the reference evaluator knows; literals may be some of one's own, too. */
export function filtersWith(...own: readonly string[]): fc.Arbitrary<Filter> {
  const literals: fc.Arbitrary<Literal> = fc.oneof(
    { weight: own.length > 0 ? 6 : 0, arbitrary: fc.constantFrom('', ...own) },
    { weight: 4, arbitrary: texts },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        true,
        false,
        null,
        null,
        null,
        7,
        -1.5,
        'True',
        'work',
        '2026-01-02T03:04:05Z',
      ),
    },
  )
  const leaf = fc.oneof(
    { weight: 3, arbitrary: leavesOf(paths, literals) },
    { weight: 1, arbitrary: valuePathsOf(literals) },
  )
  return nestedOf(leaf, 3).filter((filter) => countTerms(filter) <= LIMITS.filterTerms)
}

/** Filters that an index may serve, in part at least. */
export function servedWith(...own: readonly string[]): fc.Arbitrary<Filter> {
  const names: Names = [
    ['userName'],
    ['externalId'],
    ['id'],
    ['emails'],
    ['emails', 'value'],
    ['displayName'],
  ]
  const served: fc.Arbitrary<Filter> = fc.record({
    kind: fc.constant('compare' as const),
    path: pathsOf([...names, ['name', 'familyName']], [undefined]),
    operator: fc.constantFrom<Operator>('eq', 'sw'),
    value: fc.oneof(words, fc.constantFrom(...own)),
  })
  const email = fc
    .record({ value: words, type: fc.constantFrom('work', 'home') })
    .map(({ value, type }) => parseFilter(`emails[type eq "${type}" and value eq ${JSON.stringify(value)}]`))
  const part = fc.oneof({ weight: 4, arbitrary: served }, { weight: 1, arbitrary: email })
  const joined = (kind: 'and' | 'or', other: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
    fc.tuple(part, other, part).map((terms) => ({ kind, terms }))
  return fc
    .oneof(part, joined('or', part), joined('and', filtersWith(...own)), joined('or', joined('and', part)))
    .filter((filter) => countTerms(filter) <= LIMITS.filterTerms)
}

/** As the parser counts them: whatever stands in brackets is a term of what is around it. */
function countTerms(filter: Filter): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.terms.reduce((sum, term) => sum + 1 + countTerms(term), 0)
    case 'not':
      return 1 + countTerms(filter.term)
    default:
      return 1 + (filter.path.filter === undefined ? 0 : countTerms(filter.path.filter))
  }
}

/** Whether a filter puts truth values into an order, which they do not have: that is refused before anything is looked up. */
export function ordersTruth(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.terms.some(ordersTruth)
    case 'not':
      return ordersTruth(filter.term)
    default: {
      const { attribute, sub, filter: within } = filter.path
      const isOrder = filter.kind === 'compare' && /^[gl]/.test(filter.operator)
      const isTruth = /^(active|primary)$/i.test(sub ?? attribute)
      return (isOrder && isTruth) || (within !== undefined && ordersTruth(within))
    }
  }
}

/** A filter as text, in which every group stands in parentheses. */
export function print(filter: Filter): string {
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
  const [before, within] = [
    urn === undefined ? '' : `${urn}:`,
    filter === undefined ? '' : `[${print(filter)}]`,
  ]
  return `${before}${attribute}${within}${sub === undefined ? '' : `.${sub}`}`
}

import type { AttributePath, Filter, Literal, Operator } from '../../shared/scim/filter/ast.ts'
import { ENTERPRISE_USER } from '../../shared/scim/schema/attribute.ts'

/*
 * The rules of RFC 7644 §3.4.2.2 a second time, for some attributes and as directly as they can be written. Nothing but
 * the form of a parsed filter is taken from the product.
 */

type Kind = 'text' | 'exact text' | 'boolean' | 'time' | 'complex'

/** What is looked at, by lower-case name: where it stands, how it compares, and what it has below. */
interface Known {
  readonly at: readonly string[]
  readonly kind: Kind
  readonly subs?: Readonly<Record<string, readonly [name: string, kind: Kind]>>
}
const LABELS = { value: ['value', 'text'], type: ['type', 'text'], primary: ['primary', 'boolean'] } as const
const KNOWN: Readonly<Record<string, Known>> = {
  username: { at: ['userName'], kind: 'text' },
  externalid: { at: ['externalId'], kind: 'exact text' },
  displayname: { at: ['displayName'], kind: 'text' },
  title: { at: ['title'], kind: 'text' },
  active: { at: ['active'], kind: 'boolean' },
  id: { at: ['id'], kind: 'exact text' },
  name: {
    at: ['name'],
    kind: 'complex',
    subs: { givenname: ['givenName', 'text'], familyname: ['familyName', 'text'] },
  },
  emails: { at: ['emails'], kind: 'complex', subs: LABELS },
  roles: { at: ['roles'], kind: 'complex', subs: LABELS },
  meta: { at: ['meta'], kind: 'complex', subs: { created: ['created', 'time'] } },
  department: { at: [ENTERPRISE_USER, 'department'], kind: 'text' },
  manager: { at: [ENTERPRISE_USER, 'manager'], kind: 'complex', subs: { value: ['value', 'text'] } },
}

/** Whether a user passes a filter. */
export function passes(user: object, filter: Filter): boolean {
  return decide(filter, (path) => {
    const known = KNOWN[path.attribute.toLowerCase()]
    if (known === undefined) return undefined
    const values = known.at.reduce<unknown[]>(
      (found, name) => found.flatMap((one) => memberOf(one, name)),
      [user],
    )
    const { filter: within, sub } = path
    const chosen = within === undefined ? values : values.filter((one) => passesWithin(one, within))
    return sub === undefined ? { values: chosen, known } : below(chosen, known, sub)
  })
}

/** Whether one e-mail or role passes what stands in brackets. */
function passesWithin(element: unknown, filter: Filter): boolean {
  return decide(filter, ({ attribute }) =>
    below([element], { at: [], kind: 'complex', subs: LABELS }, attribute),
  )
}

interface Found {
  readonly values: readonly unknown[]
  readonly known: Known
}

function below(values: readonly unknown[], known: Known, sub: string): Found | undefined {
  const [name, kind] = known.subs?.[sub.toLowerCase()] ?? []
  if (name === undefined || kind === undefined) return undefined
  return { values: values.flatMap((one) => memberOf(one, name)), known: { at: [], kind } }
}

function memberOf(value: unknown, name: string): unknown[] {
  const part: unknown = (value as Record<string, unknown>)[name]
  if (part === undefined) return []
  return Array.isArray(part) ? part : [part]
}

function decide(filter: Filter, find: (path: AttributePath) => Found | undefined): boolean {
  switch (filter.kind) {
    case 'and':
      return !filter.terms.some((term) => !decide(term, find))
    case 'or':
      return !filter.terms.every((term) => !decide(term, find))
    case 'not':
      return !decide(filter.term, find)
    case 'present':
    case 'matches':
      return (find(filter.path)?.values ?? []).length > 0
    case 'compare':
      return compares(find(filter.path), filter.operator, filter.value)
  }
}

/** A complex value stands for its `value`; "not equal" is whatever is not equal, absent ones with it. */
function compares(found: Found | undefined, operator: Operator, literal: Literal): boolean {
  const isComplex = found?.known.kind === 'complex'
  const simple = isComplex ? (below(found.values, found.known, 'value') ?? found) : found
  const { values, known } = simple ?? { values: [], known: undefined }
  if (operator === 'ne') return !compares(found, 'eq', literal)
  if (literal === null) return operator === 'eq' && values.length === 0
  return values.some((value) => known !== undefined && holds(known.kind, value, [operator, literal]))
}

function holds(
  kind: Kind,
  actual: unknown,
  [operator, literal]: [Operator, string | number | boolean],
): boolean {
  if (kind === 'complex') return false
  const [left, right] = [String(actual), String(literal)]
  switch (kind) {
    case 'text':
      return textHolds(folded(left), folded(right), operator)
    case 'exact text':
      return textHolds(left, right, operator)
    case 'boolean':
      return operator === 'eq' && left === right.toLowerCase()
    case 'time':
      return timeHolds(new Date(left).getTime(), new Date(right).getTime(), operator)
  }
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFC')
}

function textHolds(left: string, right: string, operator: Operator): boolean {
  const answers: Partial<Record<Operator, boolean>> = {
    eq: left === right,
    co: left.split(right).length > 1 || right === '',
    sw: left.slice(0, right.length) === right,
    ew: right === '' || left.slice(-right.length) === right,
    gt: left > right,
    ge: left >= right,
    lt: left < right,
    le: left <= right,
  }
  return answers[operator] ?? false
}

function timeHolds(left: number, right: number, operator: Operator): boolean {
  if (Number.isNaN(left) || Number.isNaN(right)) return false
  const sign = Math.sign(left - right)
  const wanted: Partial<Record<Operator, readonly number[]>> = {
    eq: [0],
    gt: [1],
    ge: [0, 1],
    lt: [-1],
    le: [0, -1],
  }
  return wanted[operator]?.includes(sign) ?? false
}

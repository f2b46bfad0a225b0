import { FILTERS, GROUP_PATCHES, GROUPS, NAMES, oddValue, TOKENS, USER_PATCHES, USERS } from './corpus.ts'
import { bend, bendText, type Known } from './mutate.ts'
import type { Random } from './random.ts'

/** For a query, `$` kept for what is filled in later. */
export function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%24', '$')
}

/** A filter of the corpus, a bent one, or tokens in a row. */
export function randomFilter(random: Random): string {
  const kind = random.index(10)
  if (kind < 3) return random.pick(FILTERS)
  if (kind < 6) return bendText(random.pick(FILTERS), random, TOKENS)
  if (kind < 8) {
    const parts = Array.from({ length: 1 + random.index(10) }, () =>
      random.chance(0.4) ? random.pick(NAMES) : random.pick(TOKENS),
    )
    return parts.join(random.pick(['', ' ']))
  }
  if (kind === 8)
    return Array.from({ length: random.pick([2, 64, 65]) }, () => random.pick(FILTERS)).join(
      random.pick([' or ', ' and ']),
    )
  return random
    .pick(TOKENS)
    .repeat(random.pick([10, 100, 4_000]))
    .slice(0, 4_001)
}

/** An operation of a PATCH whose parts have nothing to do with each other. */
export function randomOperation(random: Random): unknown {
  const operation = {
    op: random.chance(0.1) ? oddValue(random) : random.pick(['add', 'Replace', 'remove', 'Add', 'REMOVE']),
    path: random.chance(0.5) ? random.pick(NAMES) : bendText(random.pick(NAMES), random, TOKENS),
    value: oddValue(random),
  }
  if (random.chance(0.7)) return operation
  return {
    op: operation.op,
    value: { [random.pick(NAMES)]: operation.value, [random.pick(NAMES)]: oddValue(random) },
  }
}

/** One parameter of a query, encoded as a rule. */
export function randomParameter(random: Random): string {
  const names = [random.pick(NAMES), random.pick(NAMES)].join(random.pick([',', ', ', ',,']))
  const [name, value] = random.pick([
    ['attributes', names],
    ['excludedAttributes', names],
    ['sortBy', random.pick(NAMES)],
    ['sortOrder', random.pick(['ascending', 'descending', 'x', ''])],
    ['startIndex', random.pick(['1', '2', '0', '-7', 'x', '999999999999999', '1e3', ''])],
    ['count', random.pick(['0', '1', '5', '501', '-1', 'x', '999999999999999', ''])],
    ['filter', randomFilter(random)],
    [random.pick(NAMES), random.pick(TOKENS)],
  ] as const)
  return random.chance(0.95)
    ? `${name}=${encoded(value)}`
    : `${name}=${value.replaceAll(/[^\u0021-\u007e]/g, '%')}`
}

const SEGMENTS =
  'Users|users|Groups|Schemas|ResourceTypes|User|Bulk|Me|.search|..|.||%2e%2e|%2F|%00|%zz|%C0%AF|%F0%9F%9C%81|a b|*|;x=1|admin|' +
  'x'.repeat(2_000)

/** Segments that exist, nearly exist, or try to get out. */
export function randomPath(random: Random, known: Known): string {
  const segment = (): string => {
    const kind = random.index(8)
    if (kind === 0) return random.pick(known.users)
    if (kind === 1) return random.pick(known.users).toUpperCase()
    return kind === 2 ? encoded(random.pick(TOKENS)) : random.pick(SEGMENTS.split('|'))
  }
  return Array.from({ length: 1 + random.index(4) }, () => `/${segment()}`).join('')
}

/** One header that does not belong. */
export function randomHeaders(random: Random): Record<string, string> {
  const text = random.pick([
    '*',
    'W/"x"',
    '"x", W/"y"',
    '',
    '"',
    ',,,',
    'x'.repeat(5_000),
    '\u00e9\u00ff',
    '-1',
    '0',
  ])
  const [name, value] = random.pick([
    [
      'content-type',
      random.pick(['text/plain', 'application/json', 'application/json; charset=utf-16', 'x', '', text]),
    ],
    ['content-encoding', random.pick(['gzip', 'identity', text])],
    ['if-match', text],
    ['if-none-match', text],
    ['accept', random.pick(['text/html', 'application/scim+json', text])],
    ['authorization', random.pick(['Basic', 'Basic eA==', 'Bearer', `Bearer ${text}`, 'Digest x', text])],
    ['x-http-method-override', 'DELETE'],
    ['host', 'elsewhere.example'],
    ['cookie', text],
    ['expect', '100-continue'],
    ['x-forwarded-for', text],
    ['__proto__', text],
  ] as const)
  return { [name]: value }
}

/** One operation of a bulk request, references to others among them. */
export function bulkOperation(random: Random, known: Known): unknown {
  const [users, groups] = [random.chance(0.5), random.chance(0.5)]
  const id = random.pick([
    'bulkId:a',
    'bulkId:b',
    'bulkId:zz',
    users ? random.pick(known.users) : random.pick(known.groups),
  ])
  const endpoint = users ? 'Users' : 'Groups'
  const method = random.pick(['POST', 'POST', 'PATCH', 'PUT', 'DELETE', 'GET', 'x'])
  const bodies = method === 'PATCH' ? (users ? USER_PATCHES : GROUP_PATCHES) : users ? USERS : GROUPS
  return {
    method,
    bulkId: random.pick(['a', 'b', 'c', undefined, '']),
    version: random.chance(0.1) ? 'W/"x"' : undefined,
    path: method === 'POST' ? `/${endpoint}` : `/${endpoint}/${id}`,
    data: groups ? { displayName: '$name', members: [{ value: id }] } : bend(random.pick(bodies), random),
  }
}

import { ENT, GROUP_PATCHES, GROUPS, NAMES, USER_PATCHES, USERS } from './corpus.ts'
import { bend, bendText, type Known } from './mutate.ts'
import {
  bulkOperation,
  encoded,
  randomFilter,
  randomHeaders,
  randomOperation,
  randomParameter,
  randomPath,
} from './parts.ts'
import type { Random } from './random.ts'

export type Kind =
  | 'user body'
  | 'group body'
  | 'user patch'
  | 'group patch'
  | 'random patch'
  | 'text'
  | 'filter'
  | 'query'
  | 'path'
  | 'headers'
  | 'bulk'
  | 'search'
  | 'read'
  | 'delete'

interface Made {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | undefined
}

type Maker = (random: Random, known: Known) => Made

/** How an input of each kind is made. */
export const MAKERS: Readonly<Record<Kind, Maker>> = {
  'user body': (random, known) => {
    const body = JSON.stringify(bend(random.pick(USERS), random))
    return random.chance(0.6) ? post('/Users', body) : put('Users', random.pick(known.users), body)
  },
  'group body': (random, known) => {
    const body = JSON.stringify(bend(random.pick(GROUPS), random))
    return random.chance(0.6) ? post('/Groups', body) : put('Groups', random.pick(known.groups), body)
  },
  'user patch': (random, known) => ({
    method: 'PATCH',
    path: `/Users/${random.pick(known.users)}`,
    body: JSON.stringify(bend(random.pick(USER_PATCHES), random)),
  }),
  'group patch': (random, known) => ({
    method: 'PATCH',
    path: `/Groups/${random.pick(known.groups)}`,
    body: JSON.stringify(bend(random.pick(GROUP_PATCHES), random)),
  }),
  'random patch': (random, known) => {
    const isUser = random.chance(0.7)
    return {
      method: 'PATCH',
      path: isUser ? `/Users/${random.pick(known.users)}` : `/Groups/${random.pick(known.groups)}`,
      body: JSON.stringify({
        Operations: Array.from({ length: 1 + random.index(4) }, () => randomOperation(random)),
      }),
    }
  },
  text: (random, known) => {
    const made = MAKERS[random.pick(['user body', 'group body', 'user patch', 'bulk', 'search'] as const)](
      random,
      known,
    )
    const pieces = [
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\\',
      '\\u',
      '\u0001',
      '[['.repeat(40),
      '\ud800',
      'null',
      '\ufeff',
    ]
    return { ...made, body: bendText(made.body ?? '', random, pieces) }
  },
  filter: (random) => ({
    method: 'GET',
    path: `${random.pick(['/Users', '/Users', '/Groups'])}?filter=${encoded(randomFilter(random))}`,
    body: undefined,
  }),
  query: (random, known) => {
    const parts = Array.from({ length: 1 + random.index(4) }, () => randomParameter(random))
    const path = random.pick([
      '/Users',
      '/Groups',
      `/Users/${random.pick(known.users)}`,
      `/Groups/${random.pick(known.groups)}`,
    ])
    return { method: 'GET', path: `${path}?${parts.join('&')}`, body: undefined }
  },
  path: (random, known) => ({
    method: random.pick(['GET', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']),
    path: randomPath(random, known),
    body: random.chance(0.3) ? '{}' : undefined,
  }),
  headers: (random, known) => {
    const made = MAKERS[random.pick(['user body', 'user patch', 'read', 'filter'] as const)](random, known)
    return { ...made, headers: randomHeaders(random) }
  },
  bulk: (random, known) => {
    const body = {
      failOnErrors: random.chance(0.2) ? random.pick([1, 2, 0, 'x', null]) : undefined,
      Operations: Array.from({ length: 1 + random.index(6) }, () => bulkOperation(random, known)),
    }
    return post('/Bulk', JSON.stringify(random.chance(0.3) ? bend(body, random) : body))
  },
  search: (random) => {
    const name = (): string => random.pick(NAMES)
    const body = {
      filter: random.chance(0.7) ? randomFilter(random) : undefined,
      sortBy: random.chance(0.5) ? name() : undefined,
      sortOrder: random.pick([undefined, undefined, 'ascending', 'descending', 'x']),
      startIndex: random.pick<unknown>([undefined, 1, 2, 0, -5, 1e15, '3']),
      count: random.pick<unknown>([undefined, 0, 1, 5, 1_000]),
      attributes: random.pick<unknown>([undefined, undefined, [name(), name()], name()]),
      excludedAttributes: random.pick<unknown>([undefined, undefined, [name()]]),
    }
    const path = random.pick(['/.search', '/Users/.search', '/Groups/.search'])
    return post(path, JSON.stringify(random.chance(0.3) ? bend(body, random) : body))
  },
  read: (random, known) => ({
    method: random.pick(['GET', 'GET', 'GET', 'HEAD']),
    path: random.pick([
      '/Users',
      '/Groups',
      '/Schemas',
      '/ResourceTypes',
      '/ServiceProviderConfig',
      `/Schemas/${ENT}`,
      `/Users/${random.pick(known.users)}`,
      `/Groups/${random.pick(known.groups)}`,
    ]),
    body: undefined,
  }),
  delete: (random, known) => ({
    method: 'DELETE',
    path: random.chance(0.5) ? `/Users/${random.pick(known.users)}` : `/Groups/${random.pick(known.groups)}`,
    body: undefined,
  }),
}

function post(path: string, body: string): Made {
  return { method: 'POST', path, body }
}

function put(endpoint: string, id: string, body: string): Made {
  return { method: 'PUT', path: `/${endpoint}/${id}`, body }
}

import { ENDPOINTS, METHODS, ODD, OPS, TOKENS, WORDS } from './corpus.ts'

/** A request below the SCIM URL. */
export interface Input {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
}

export interface Inputs {
  next(): Input
  /** Takes ids from an answer, so that later inputs reach what exists. */
  learn(text: string): void
}

/** The methods that an address takes, reads less often than writes. */
function methodsOf(path: string): readonly string[] {
  if (path === '/Bulk' || path.includes('.search')) return ['POST']
  if (/^\/(Users|Groups)\//.test(path)) return ['GET', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'DELETE']
  return /^\/(Users|Groups)/.test(path) ? ['GET', 'POST', 'POST'] : ['GET']
}

/** Reproducible inputs: the same seed gives the same sequence, but for the ids that were learnt. */
export function newInputs(seed: number): Inputs {
  const ids: string[] = ['11111111-2222-4333-8444-555555555555']
  let state = seed || 1
  const random = (): number => {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const chance = (part: number): boolean => random() < part
  const id = (): string =>
    chance(0.9) ? pick(ids) : pick(['x', '%2e%2e', '%00', "' or 1 eq 1", 'é', '.search', `${pick(ids)}%2F`])
  const value = (): unknown =>
    chance(0.3)
      ? pick(ODD)
      : chance(0.5)
        ? pick(['a', 'b', 'work', id()])
        : chance(0.5)
          ? [{ type: 'work', value: pick(['a', 'b']), primary: pick([true, 'True', 'x']) }]
          : [{ value: id() }]
  const filter = (): string =>
    Array.from({ length: 1 + Math.floor(random() * 8) }, () =>
      chance(0.4) ? pick(WORDS) : pick(TOKENS),
    ).join(chance(0.5) ? '' : ' ')

  const user = (): Record<string, unknown> => {
    const name = `user${Math.floor(random() * 5_000)}`
    const base: Record<string, unknown> = {
      userName: name,
      name: { givenName: 'A', familyName: 'B' },
      emails: [{ type: 'work', value: `${name}@x.example` }],
      active: pick([true, 'False']),
    }
    while (chance(0.4)) base[pick(WORDS)] = value()
    return base
  }
  const group = (): Record<string, unknown> => ({
    displayName: `G${Math.floor(random() * 500)}`,
    externalId: chance(0.7) ? String(random()) : undefined,
    members: chance(0.4) ? [{ value: id() }, { value: id() }] : value(),
  })
  const patch = (): Record<string, unknown> => ({
    Operations: Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
      chance(0.7)
        ? { op: pick(OPS), path: pick(WORDS), value: value() }
        : {
            op: pick(OPS),
            value: chance(0.7) ? { [pick(WORDS)]: value(), [pick(WORDS)]: value() } : value(),
          },
    ),
  })
  const bulk = (): Record<string, unknown> => ({
    failOnErrors: chance(0.3) ? pick([1, 0, 'x', null]) : undefined,
    Operations: Array.from({ length: 1 + Math.floor(random() * 5) }, () => ({
      method: pick(METHODS),
      bulkId: pick(['a', 'b', 'c', undefined]),
      version: chance(0.2) ? 'W/"x"' : undefined,
      path: `${pick(['/Users', '/Groups', '/x'])}${chance(0.5) ? '' : `/${chance(0.5) ? 'bulkId:a' : id()}`}`,
      data: chance(0.5)
        ? user()
        : chance(0.5)
          ? { displayName: String(random()), members: [{ value: pick(['bulkId:a', 'bulkId:b', id()]) }] }
          : patch(),
    })),
  })
  const search = (): Record<string, unknown> => ({
    filter: filter(),
    sortBy: pick(WORDS),
    startIndex: pick(ODD),
    count: chance(0.7) ? 5 : pick(ODD),
    attributes: chance(0.3) ? [pick(WORDS)] : undefined,
  })

  const bodyFor = (method: string, path: string): unknown => {
    if (chance(0.05)) return pick(ODD)
    if (path.startsWith('/Bulk')) return bulk()
    if (path.includes('.search')) return search()
    if (method === 'PATCH') return patch()
    return path.startsWith('/Groups') ? group() : user()
  }
  const mutate = (text: string): string => {
    if (chance(0.9)) return text
    const at = Math.floor(random() * text.length)
    return chance(0.5)
      ? text.slice(0, at)
      : text.slice(0, at) + pick(['"', '{', '[', ',', '\\', '\u0001', '[['.repeat(50)]) + text.slice(at + 1)
  }
  const query = (): string => {
    const parameters: [string, string][] = []
    if (chance(0.6))
      parameters.push([
        'filter',
        chance(0.5) ? filter() : `${pick(WORDS)} eq ${JSON.stringify(pick(['a', 'b', id()]))}`,
      ])
    if (chance(0.2))
      parameters.push([pick(['attributes', 'excludedAttributes', 'sortBy']), `${pick(WORDS)},${pick(WORDS)}`])
    if (chance(0.2))
      parameters.push([
        pick(['startIndex', 'count', 'sortOrder']),
        pick(['1', '0', '-7', 'x', '9999999999', '1e9', '']),
      ])
    return parameters.length === 0 ? '' : `?${new URLSearchParams(parameters).toString()}`
  }

  const headersFor = (hasBody: boolean): Record<string, string> => {
    const headers: Record<string, string> = {}
    if (hasBody)
      headers['content-type'] = chance(0.95)
        ? 'application/scim+json; charset=utf-8'
        : pick(['text/plain', 'application/json', 'application/json; charset=utf-16', 'x'])
    if (chance(0.1)) headers[pick(['if-match', 'if-none-match'])] = pick(['*', 'W/"x"', '', '"', 'x,y'])
    if (chance(0.02)) headers['content-encoding'] = 'gzip'
    return headers
  }

  return {
    next() {
      const endpoint = pick(ENDPOINTS)
      const path =
        (endpoint === '/Users' || endpoint === '/Groups') && chance(0.6)
          ? `${endpoint}/${encodeURI(id())}`
          : endpoint
      const method = chance(0.05) ? pick(METHODS) : pick(methodsOf(path))
      const hasBody = ['POST', 'PUT', 'PATCH'].includes(method) && chance(0.97)
      const headers = headersFor(hasBody)
      return {
        method,
        path: path + query(),
        headers,
        body: hasBody ? mutate(JSON.stringify(bodyFor(method, path)) ?? '') : undefined,
      }
    },
    learn(text) {
      const found = /"id":"([0-9a-f-]{36})"/.exec(text)?.[1]
      if (found === undefined) return
      if (ids.length < 500) ids.push(found)
      else ids[Math.floor(random() * ids.length)] = found
    },
  }
}

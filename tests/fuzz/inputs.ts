import { MAKERS, type Kind } from './makers.ts'
import { fill, type Known } from './mutate.ts'
import { randomParameter } from './parts.ts'
import type { Random } from './random.ts'

/** A request below the SCIM URL; the secret and a Content-Length are added where it has none. */
export interface Input {
  readonly kind: Kind
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** How often each kind comes, in parts of 100. */
const SHARES: Readonly<Record<Kind, number>> = {
  'user body': 13,
  'group body': 7,
  'user patch': 15,
  'group patch': 10,
  'random patch': 7,
  text: 7,
  filter: 12,
  query: 7,
  path: 6,
  headers: 4,
  bulk: 5,
  search: 4,
  read: 2,
  delete: 1,
}
const KINDS = Object.entries(SHARES).flatMap(([kind, share]) =>
  Array.from({ length: share }, () => kind as Kind),
)

/** One input, its placeholders filled in. Some also say what they want back. */
export function newInput(random: Random, known: Known): Input {
  const kind = random.pick(KINDS)
  const made = MAKERS[kind](random, known)
  const more = /^\/(Users|Groups)/.test(made.path) && random.chance(0.15) ? randomParameter(random) : ''
  const separator = made.path.includes('?') ? '&' : '?'
  const path = fill(more === '' ? made.path : made.path + separator + more, random, known)
  const headers = {
    ...(made.body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
    ...made.headers,
  }
  return {
    kind,
    method: made.method,
    path: path.replaceAll(/[^\u0021-\u007e]/g, (one) => encodeURIComponent(one.toWellFormed())),
    headers,
    body: made.body === undefined ? undefined : fill(made.body, random, known),
  }
}

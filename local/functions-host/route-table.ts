import type { RequestPath } from './request-target.ts'
import { matchRoute } from './route-template.ts'
import type { RouteTemplate } from './route-template.ts'

export type Route<T> = {
  readonly template: RouteTemplate
  /** Upper case; empty means every method. */
  readonly methods: ReadonlySet<string>
  readonly target: T
}

/** Routes in their order, once for each literal that a path may begin with, so that few are tried per request. */
export type RouteTable<T> = {
  readonly byFirstSegment: ReadonlyMap<string, readonly Route<T>[]>
  /** The routes that do not begin with a literal, for paths that begin with anything else. */
  readonly others: readonly Route<T>[]
}

export type RouteMatch<T> = { readonly target: T; readonly params: Record<string, string> }

const firstLiteral = (template: RouteTemplate): string | undefined =>
  template[0]?.kind === 'literal' ? template[0].lowerText : undefined

/** Builds the table from routes in the order in which they are to be tried. */
export function createRouteTable<T>(routes: readonly Route<T>[]): RouteTable<T> {
  const literals = new Set(routes.map(({ template }) => firstLiteral(template)))
  const candidates = (literal: string | undefined): Route<T>[] =>
    routes.filter(({ template }) => [undefined, literal].includes(firstLiteral(template)))
  const byFirstSegment = new Map<string, readonly Route<T>[]>()
  for (const literal of literals) if (literal !== undefined) byFirstSegment.set(literal, candidates(literal))
  return { byFirstSegment, others: candidates(undefined) }
}

/**
 * The first route that matches method and path. Azure's host knows no precedence by specificity, and a route
 * whose method does not match is passed over as if its path had not matched either.
 */
export function findRoute<T>(
  table: RouteTable<T>,
  method: string,
  path: RequestPath,
): RouteMatch<T> | undefined {
  for (const route of table.byFirstSegment.get(path.lowerSegments[0] ?? '') ?? table.others) {
    if (route.methods.size > 0 && !route.methods.has(method)) continue
    const params = matchRoute(route.template, path)
    if (params) return { target: route.target, params }
  }
  return undefined
}

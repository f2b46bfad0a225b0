import { parseRouteConstraint } from './route-constraints.ts'
import type { RouteConstraint } from './route-constraints.ts'
import type { RequestPath } from './request-target.ts'

type Literal = { readonly kind: 'literal'; readonly lowerText: string }
type Parameter = {
  readonly kind: 'parameter'
  readonly name: string
  readonly isCatchAll: boolean
  readonly isOptional: boolean
  readonly fallback: string | undefined
  readonly constraints: readonly RouteConstraint[]
}

/** A parsed route: one entry for each segment between slashes. */
export type RouteTemplate = readonly (Literal | Parameter)[]

/** The route cannot be served; the function that has it is in error. */
export class RouteTemplateError extends Error {
  override readonly name = 'RouteTemplateError'
}

// Slashes and colons within parentheses belong to a regular expression.
const SEGMENT_BORDER = /\/(?![^(]*\))/
const CONSTRAINT_BORDER = /:(?![^(]*\))/
const PARAMETER = /^\{(\*{0,2})(\w+)((?::[a-z]+(?:\(.*\))?)*)(?:=([^}?]*))?(\?)?\}$/i

function parseSegment(segment: string): Literal | Parameter {
  const found = PARAMETER.exec(segment)
  if (!found) {
    if (/[{}]/.test(segment)) throw new RouteTemplateError(`the route segment "${segment}" is not supported`)
    return { kind: 'literal', lowerText: segment.toLowerCase() }
  }
  const [, star, name = '', constraints = '', fallback, optional] = found
  return {
    kind: 'parameter',
    name,
    isCatchAll: star !== '',
    isOptional: optional !== undefined,
    fallback,
    constraints: constraints
      .split(CONSTRAINT_BORDER)
      .slice(1)
      .map((text) => {
        const constraint = parseRouteConstraint(text)
        if (!constraint) throw new RouteTemplateError(`the route constraint "${text}" is not known`)
        return constraint
      }),
  }
}

/**
 * Parses a route as ASP.NET Core does: literals, `{p}`, `{p?}`, `{p=default}`, `{p:constraint}`, `{*p}`, `{**p}`.
 * Fails with a RouteTemplateError on segments that mix text and parameters and on a catch-all that is not last.
 */
export function parseRouteTemplate(route: string): RouteTemplate {
  const trimmed = route.replaceAll(/^\/|\/$/g, '')
  const template = trimmed === '' ? [] : trimmed.split(SEGMENT_BORDER).map(parseSegment)
  if (template.slice(0, -1).some((segment) => segment.kind === 'parameter' && segment.isCatchAll)) {
    throw new RouteTemplateError(`a catch-all parameter has to be the last segment of "${route}"`)
  }
  return template
}

const canBeAbsent = (segment: Literal | Parameter): boolean =>
  segment.kind === 'parameter' && (segment.isCatchAll || segment.isOptional || segment.fallback !== undefined)

/** Whether literals agree and nothing is left over; an empty inner segment matches nothing. */
function hasShapeOf(template: RouteTemplate, path: RequestPath): boolean {
  const { segments, lowerSegments } = path
  for (let index = 0; index < segments.length; index++) {
    const expected = template[index]
    if (segments[index] === '' || !expected) return false
    if (expected.kind === 'parameter') {
      if (expected.isCatchAll) return true
    } else if (expected.lowerText !== lowerSegments[index]) {
      return false
    }
  }
  return segments.length >= template.length || template.slice(segments.length).every(canBeAbsent)
}

function valueOf(parameter: Parameter, path: RequestPath, index: number): string | undefined {
  const { segments } = path
  if (index >= segments.length) return parameter.fallback
  if (!parameter.isCatchAll) return segments[index]
  return segments.slice(index).join('/') + (path.hasTrailingSlash ? '/' : '')
}

/** The parameters of a path that the template matches, without those that are absent; undefined where it does not. */
export function matchRoute(template: RouteTemplate, path: RequestPath): Record<string, string> | undefined {
  if (!hasShapeOf(template, path)) return undefined
  const params: Record<string, string> = {}
  for (let index = 0; index < template.length; index++) {
    const segment = template[index]
    if (segment?.kind !== 'parameter') continue
    const value = valueOf(segment, path, index)
    if (value === undefined) continue
    for (const isAcceptable of segment.constraints) if (!isAcceptable(value)) return undefined
    params[segment.name] = value
  }
  return params
}

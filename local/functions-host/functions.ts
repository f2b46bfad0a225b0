import { format } from 'node:util'
import type { Binding, CoreLog, RegisteredFunction, Registrations } from './core-api.ts'
import type { HostLog } from './log.ts'
import { createRouteTable } from './route-table.ts'
import type { Route, RouteTable } from './route-table.ts'
import { parseRouteTemplate, RouteTemplateError } from './route-template.ts'

/** A function that the host can run. */
export type HostFunction = RegisteredFunction & {
  readonly name: string
  /** `httpTrigger`, `timerTrigger` and so on. */
  readonly trigger: string
  /** The name under which the trigger's data reaches the library. */
  readonly triggerName: string
  readonly authLevel: string
  readonly methods: readonly string[]
  /** With the route prefix, without a leading slash; `/` for the root, empty where there is no HTTP trigger. */
  readonly route: string
  readonly schedule: string | undefined
  readonly log: CoreLog
}

/** The functions of an app as the host sees them: those that run, in name order, and why the others do not. */
export type FunctionSet = {
  readonly functions: readonly HostFunction[]
  readonly routes: RouteTable<HostFunction>
  readonly problems: readonly string[]
}

const FUNCTION_NAME = /^[a-z][a-z0-9_-]{0,127}$/i

/** Ordinal, ignoring case: `-` before digits before letters before `_`, as .NET compares upper-case code units. */
function compareNames(left: string, right: string): number {
  const [upperLeft, upperRight] = [left.toUpperCase(), right.toUpperCase()]
  if (upperLeft === upperRight) return 0
  return upperLeft < upperRight ? -1 : 1
}

function fullRoute(trigger: Binding, name: string, prefix: string): string {
  if (trigger.type !== 'httpTrigger') return ''
  const route = (trigger.route ?? name).replaceAll(/^\/+|\/+$/g, '')
  return [prefix, route].filter((part) => part !== '').join('/') || '/'
}

function toHostFunction(
  registered: RegisteredFunction,
  prefix: string,
  log: HostLog,
): HostFunction | undefined {
  const { name, bindings } = registered.metadata
  const found = Object.entries(bindings).find(([, binding]) => binding.type.endsWith('Trigger'))
  if (!found) return undefined
  const [triggerName, trigger] = found
  return {
    ...registered,
    name,
    trigger: trigger.type,
    triggerName,
    authLevel: trigger.authLevel ?? 'anonymous',
    methods: (trigger.methods ?? []).map((method) => method.toUpperCase()),
    route: fullRoute(trigger, name, prefix),
    schedule: trigger.schedule,
    log: (level, category, message) => log({ level, category, functionName: name, message }),
  }
}

const overlaps = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === 0 || right.length === 0 || left.some((method) => right.includes(method))

/** Why the host would leave the function out, judged against those that come before it. */
function problemOf(candidate: HostFunction, earlier: readonly HostFunction[]): string | undefined {
  if (!FUNCTION_NAME.test(candidate.name) || candidate.name.toLowerCase() === 'host') {
    return `'${candidate.name}' is not a valid function name.`
  }
  if (candidate.trigger !== 'httpTrigger') return undefined
  if (
    /^(?:admin|runtime)/i.test(
      candidate.metadata.bindings[candidate.triggerName]?.route?.replace(/^\/+/, '') ?? '',
    )
  ) {
    return 'The specified route conflicts with one or more built in routes.'
  }
  const rival = earlier.find(
    (other) =>
      other.route.toLowerCase() === candidate.route.toLowerCase() &&
      overlaps(other.methods, candidate.methods),
  )
  return rival && `The route specified conflicts with the route defined by function '${rival.name}'.`
}

function toRoute(target: HostFunction): Route<HostFunction> | string {
  try {
    return { template: parseRouteTemplate(target.route), methods: new Set(target.methods), target }
  } catch (error) {
    if (error instanceof RouteTemplateError) return format('%s.', error.message)
    throw error
  }
}

/**
 * Sorts what an app registered by name, as Azure's host does, and puts functions "in error" aside: invalid names,
 * reserved routes, routes that an earlier function has with the same method, templates that cannot be parsed.
 */
export function resolveFunctions(app: Registrations, prefix: string, log: HostLog): FunctionSet {
  const functions: HostFunction[] = []
  const routes: Route<HostFunction>[] = []
  const problems: string[] = []
  const sorted = [...app.functions.values()].toSorted((a, b) =>
    compareNames(a.metadata.name, b.metadata.name),
  )
  if (sorted.length === 0) {
    problems.push('No functions were registered: does the bundle have a working `require`?')
  }
  for (const registered of sorted) {
    const candidate = toHostFunction(registered, prefix, log)
    if (!candidate) continue
    const route = candidate.trigger === 'httpTrigger' ? toRoute(candidate) : undefined
    const problem = problemOf(candidate, functions) ?? (typeof route === 'string' ? route : undefined)
    if (problem === undefined) {
      functions.push(candidate)
      if (typeof route === 'object') routes.push(route)
    } else {
      problems.push(`The '${candidate.name}' function is in error: ${problem}`)
    }
  }
  return { functions, routes: createRouteTable(routes), problems }
}

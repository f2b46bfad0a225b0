import { badRequest } from '../kernel/failure.ts'
import { isRecord, type JsonObject } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { mapSteps, type Steps } from '../kernel/turns.ts'
import { parsePath } from './filter/parse.ts'
import type { ResourceSchema } from './schema/attribute.ts'
import { resolvePath, type Target } from './schema/resolve.ts'

/** `attributes` and `excludedAttributes` of a request (RFC 7644 §3.9), as written. */
export interface Projection {
  readonly attributes: string | undefined
  readonly excludedAttributes: string | undefined
}

/** A prepared projection: resolve once, apply to every resource of a list. */
export interface Projector {
  /** Whether an attribute without a filter or sub-attribute would be in the answer: saves reading members and groups. */
  readonly wants: (name: string) => boolean
  /** Whether the client named the attribute in `attributes`. */
  readonly asksFor: (name: string) => boolean
  readonly project: (resource: JsonObject) => Steps<JsonObject>
}

/** Names that no schema has are ignored; `id` and `schemas` are always returned. */
export function prepareProjection(
  schema: ResourceSchema,
  { attributes, excludedAttributes }: Projection,
): Projector {
  const wanted = attributes === undefined ? undefined : resolveAll(schema, attributes)
  const excluded = resolveAll(schema, excludedAttributes ?? '')
  const asksFor = (name: string): boolean => wanted?.some((item) => covers(item, name)) ?? false
  const isExcluded = (name: string): boolean =>
    excluded.some((item) => covers(item, name) && item.sub === undefined)
  return {
    wants: (name) => (wanted === undefined || asksFor(name)) && !isExcluded(name),
    asksFor: (name) => asksFor(name) && !isExcluded(name),
    project: function* (resource) {
      return yield* without(wanted === undefined ? resource : yield* only(resource, wanted), excluded)
    },
  }
}

/** A whole extension, or one attribute or sub-attribute. */
type Item =
  | { readonly extension: string; readonly attribute?: undefined; readonly sub?: undefined }
  | { readonly extension: string | undefined; readonly attribute: string; readonly sub: string | undefined }

function covers(item: Item, name: string): boolean {
  return item.extension === undefined && item.attribute === name
}

function resolveAll(schema: ResourceSchema, list: string): readonly Item[] {
  const names = list
    .split(',', LIMITS.projectedAttributes + 1)
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length > LIMITS.projectedAttributes)
    badRequest('invalidValue', `"attributes" names at most ${LIMITS.projectedAttributes} attributes.`)
  // A name that is repeated must not be looked at as often for every resource of a list.
  const items = [...new Set(names)].flatMap((name) => resolveOne(schema, name))
  const distinct = new Map(items.map((item) => [JSON.stringify(item), item]))
  return [...distinct.values()]
}

function resolveOne(schema: ResourceSchema, name: string): readonly Item[] {
  const extension = schema.extensions.get(name.toLowerCase())
  if (extension !== undefined) return [{ extension: extension.urn }]
  // A value filter cannot narrow a projection: `emails[type eq "work"].value` asks for `emails.value`.
  const target: Target | undefined = resolvePath(schema, parsePath(name))
  return target === undefined
    ? []
    : [{ extension: target.extension, attribute: target.attribute.name, sub: target.sub?.name }]
}

const ALWAYS = ['schemas', 'id']

function* only(resource: JsonObject, items: readonly Item[]): Steps<JsonObject> {
  const result: Record<string, unknown> = {}
  for (const name of Object.keys(resource)) {
    const own = items.filter((item) => covers(item, name))
    const extended = items.filter((item) => item.extension === name)
    if (ALWAYS.includes(name)) result[name] = resource[name]
    else if (extended.length > 0) result[name] = yield* pickExtension(resource[name], extended)
    else if (own.length > 0) result[name] = yield* pick(resource[name], own)
  }
  return result
}

function* pickExtension(value: unknown, items: readonly Item[]): Steps<unknown> {
  if (!isRecord(value) || items.some((item) => item.attribute === undefined)) return value
  const result: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const own = items.filter((item) => item.attribute === name)
    if (own.length > 0) result[name] = yield* pick(value[name], own)
  }
  return result
}

function* pick(value: unknown, items: readonly Item[]): Steps<unknown> {
  if (items.some((item) => item.sub === undefined)) return value
  return yield* onElements(value, (element) =>
    keep(element, (name) => items.some((item) => item.sub === name)),
  )
}

function* without(resource: JsonObject, items: readonly Item[]): Steps<JsonObject> {
  if (items.length === 0) return resource
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(resource)) {
    const rest = ALWAYS.includes(name) ? value : yield* drop(name, value, items)
    if (rest !== undefined) result[name] = rest
  }
  return result
}

function* drop(name: string, value: unknown, items: readonly Item[]): Steps<unknown> {
  const extended = items.filter((item) => item.extension === name)
  if (extended.some((item) => item.attribute === undefined)) return undefined
  if (extended.length > 0 && isRecord(value))
    return yield* without(
      value,
      extended.map(({ attribute = '', sub }) => ({ extension: undefined, attribute, sub })),
    )
  const own = items.filter((item) => covers(item, name))
  if (own.some((item) => item.sub === undefined)) return undefined
  return own.length === 0
    ? value
    : yield* onElements(value, (element) => keep(element, (sub) => !own.some((item) => item.sub === sub)))
}

function* onElements(value: unknown, change: (element: JsonObject) => JsonObject): Steps<unknown> {
  const changeOne = (element: unknown): unknown => (isRecord(element) ? change(element) : element)
  return Array.isArray(value) ? yield* mapSteps(value, changeOne) : changeOne(value)
}

function keep(record: JsonObject, keeps: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([name]) => keeps(name)))
}

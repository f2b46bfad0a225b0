import { isRecord, type JsonObject } from '../kernel/json.ts'
import { ACTIVITY_KINDS, kindOf, resultOf, type ActivityKind, type ActivityResult } from './activity-kind.ts'
import type { ActivityItem } from './activity.ts'

/** What happened in an hour or a day, in numbers. */
export interface ActivitySums {
  readonly byKind: Readonly<Record<ActivityKind, Readonly<Record<ActivityResult, number>>>>
  /** People deactivated or deleted. */
  readonly lost: number
  /** Sign-ins refused because the person matches a user who is linked to somebody else. */
  readonly conflicts: number
}

export const NO_SUMS: ActivitySums = {
  byKind: sumsBy(() => ({ succeeded: 0, failed: 0 })),
  lost: 0,
  conflicts: 0,
}

/** The sums of some lines. */
export function sumOf(items: readonly ActivityItem[]): ActivitySums {
  const counts = new Map<string, number>()
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)
  for (const item of items) {
    count(`${kindOf(item)} ${resultOf(item)}`)
    if (isLoss(item)) count('lost')
    if (isConflict(item)) count('conflicts')
  }
  const of = (name: string): number => counts.get(name) ?? 0
  return {
    byKind: sumsBy((kind) => ({ succeeded: of(`${kind} succeeded`), failed: of(`${kind} failed`) })),
    lost: of('lost'),
    conflicts: of('conflicts'),
  }
}

export function addSums(all: readonly ActivitySums[]): ActivitySums {
  const add = (read: (sums: ActivitySums) => number): number =>
    all.reduce((total, sums) => total + read(sums), 0)
  return {
    byKind: sumsBy((kind) => ({
      succeeded: add(({ byKind }) => byKind[kind].succeeded),
      failed: add(({ byKind }) => byKind[kind].failed),
    })),
    lost: add(({ lost }) => lost),
    conflicts: add(({ conflicts }) => conflicts),
  }
}

/** How many lines were counted. */
export function totalOf({ byKind }: Pick<ActivitySums, 'byKind'>): Readonly<Record<ActivityResult, number>> {
  const all = Object.values(byKind)
  return {
    succeeded: all.reduce((total, { succeeded }) => total + succeeded, 0),
    failed: all.reduce((total, { failed }) => total + failed, 0),
  }
}

/** As a row keeps them: the kinds in their order, each with both numbers. */
export function sumsText({ byKind, lost, conflicts }: ActivitySums): string {
  const pairs = ACTIVITY_KINDS.map((kind) => [kind, [byKind[kind].succeeded, byKind[kind].failed]])
  return JSON.stringify({ ...Object.fromEntries(pairs), lost, conflicts })
}

/** What `sumsText` wrote; a kind that is new since is 0. */
export function readSums(text: string): ActivitySums {
  const parsed: unknown = JSON.parse(text)
  const values: JsonObject = isRecord(parsed) ? parsed : {}
  return {
    byKind: sumsBy((kind) => {
      const pair: readonly unknown[] = Array.isArray(values[kind]) ? values[kind] : []
      return { succeeded: Number(pair[0] ?? 0), failed: Number(pair[1] ?? 0) }
    }),
    lost: Number(values['lost'] ?? 0),
    conflicts: Number(values['conflicts'] ?? 0),
  }
}

function sumsBy(
  read: (kind: ActivityKind) => Readonly<Record<ActivityResult, number>>,
): ActivitySums['byKind'] {
  return {
    people: read('people'),
    groups: read('groups'),
    'sign-in': read('sign-in'),
    setup: read('setup'),
    other: read('other'),
  }
}

function isLoss(item: ActivityItem): boolean {
  return (
    /^user\.(?:deactivate|delete)$/.test(item.operation) && resultOf(item) === 'succeeded' && !!item.resource
  )
}

function isConflict({ operation, note }: ActivityItem): boolean {
  return operation === 'user.signIn' && /^conflict\b/.test(note ?? '')
}

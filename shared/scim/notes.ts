import type { ResourceId } from '../kernel/ids.ts'
import type { ResourceKind } from '../storage/keys.ts'
import type { ScimContext } from './context.ts'

/** The note of an activity row on what was left out or grants nothing; no member at all where there is nothing to say. */
export function noteSkipped(
  skipped: readonly string[],
  unknownRoles: readonly string[] = [],
): { note?: string } {
  const parts = [
    ...(skipped.length > 0 ? [`Not stored, since no schema has it: ${skipped.join(', ')}.`] : []),
    ...(unknownRoles.length > 0 ? [`Unknown roles, which grant nothing: ${unknownRoles.join(', ')}.`] : []),
  ]
  return parts.length === 0 ? {} : { note: parts.join(' ') }
}

/** A change that changed nothing but left something out has no row of its own: it gets one here. */
export async function recordSkipped(
  context: ScimContext,
  resource: { type: ResourceKind; id: ResourceId },
  skipped: readonly string[],
): Promise<void> {
  if (skipped.length === 0) return
  const operation = `${resource.type.toLowerCase()}.update`
  await context.recorder.record(context.tenant, context.caller, {
    operation,
    resource,
    status: 200,
    ...noteSkipped(skipped),
  })
}

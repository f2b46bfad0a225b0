import type { Activity } from '../activity/activity.ts'
import type { Failure } from '../kernel/failure.ts'
import type { ScimContext } from '../scim/context.ts'
import { scimErrorOf } from './scim-error.ts'

/** The failures that an administrator should see in the activity; a client cannot fill the log with the others. */
const RECORDED: ReadonlySet<Failure['code']> = new Set([
  'bad_request',
  'not_unique',
  'conflict',
  'too_large',
  'precondition_failed',
  'rate_limited',
])

/** Gives an authenticated request that failed its line in the activity. */
export async function recordFailure(
  context: ScimContext,
  request: { method: string; template: string },
  failure: Failure | undefined,
): Promise<void> {
  if (failure === undefined || !RECORDED.has(failure.code)) return
  const error = scimErrorOf(failure)
  const activity: Activity = {
    operation: `${subjectOf(request.template)}.${request.method.toLowerCase()}`,
    status: error.status,
    note: error.scimType ?? failure.code,
    ...(failure.code === 'not_unique' ? { attributes: failure.attributes } : {}),
  }
  await context.recorder.record(context.tenant, context.caller, activity)
}

function subjectOf(template: string): string {
  if (template.includes('/Groups')) return 'group'
  return template.includes('/Users') ? 'user' : 'scim'
}

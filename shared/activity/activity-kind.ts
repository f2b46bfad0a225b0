import type { ActivityItem } from './activity.ts'

/** What the log tells apart. */
export const ACTIVITY_KINDS = ['people', 'groups', 'sign-in', 'setup', 'other'] as const
export type ActivityKind = (typeof ACTIVITY_KINDS)[number]
export type ActivityResult = 'succeeded' | 'failed'

/** Of `user.*`, what is not about the resource but about signing in. */
const SIGN_IN = /^(?:user\.(?:signIn|signOut\w*|link\w*|unlink|endGrant)|token\.\w+)$/

export function kindOf({ operation }: Pick<ActivityItem, 'operation'>): ActivityKind {
  if (SIGN_IN.test(operation)) return 'sign-in'
  if (operation.startsWith('user.')) return 'people'
  if (operation.startsWith('group.')) return 'groups'
  return /^(?:connector|setup)\./.test(operation) ? 'setup' : 'other'
}

export function resultOf({ status }: Pick<ActivityItem, 'status'>): ActivityResult {
  return status < 400 ? 'succeeded' : 'failed'
}
